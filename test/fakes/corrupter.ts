import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** RFC 2326 section 10.12: interleaved data starts with a dollar sign, a channel and a 16-bit length. */
const DOLLAR = 0x24;
const HEADER = 4;
/** RTP's own header (RFC 3550 section 5.1) is left alone: the damage is in the picture. */
const RTP_HEADER = 12;

/** A TCP relay in front of an RTSP server that flips bytes in the payload of RTP packets while `damaging` is set. */
export class Corrupter {
  damaging = false;
  /** Packets damaged so far. */
  damaged = 0;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async before(target: number): Promise<Corrupter> {
    const server = createServer({ noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const relay = new Corrupter(server);
    server.on("connection", (near) => relay.#join(near, connect(target, "127.0.0.1")));
    return relay;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => other.destroy());
    }
    near.pipe(far);
    let rest: Buffer = Buffer.alloc(0);
    far.on("data", (data: Buffer) => {
      rest = this.#pass(Buffer.concat([rest, data]), near);
    });
  }

  /** Passes whole messages on; returns the incomplete rest. */
  #pass(bytes: Buffer, near: Socket): Buffer {
    let rest = bytes;
    while (rest.length > 0) {
      if (rest[0] !== DOLLAR) {
        const next = rest.indexOf(DOLLAR);
        const text = next < 0 ? rest : rest.subarray(0, next);
        near.write(text);
        rest = rest.subarray(text.length);
        continue;
      }
      if (rest.length < HEADER || rest.length < HEADER + rest.readUInt16BE(2)) break;
      const packet = Buffer.from(rest.subarray(0, HEADER + rest.readUInt16BE(2)));
      rest = rest.subarray(packet.length);
      // Even channels carry RTP, odd ones RTCP.
      if (this.damaging && packet[1] === 0) this.#damage(packet);
      near.write(packet);
    }
    return rest;
  }

  #damage(packet: Buffer): void {
    for (let at = HEADER + RTP_HEADER + 1; at < packet.length; at += 3) packet[at] = packet[at]! ^ (0x55 + at);
    this.damaged += 1;
  }
}
