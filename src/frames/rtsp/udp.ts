import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIP } from "node:net";
import { asError } from "../../lib/failure.ts";
import { Refusal } from "./refusal.ts";

/** A key frame of 1080p arrives as one burst, which the kernel's default buffer (208 KiB) does not hold. */
const RECEIVE_BUFFER = 2 ** 20;
const ATTEMPTS = 20;
/** Even numbers from the range for private use (RFC 6335 section 6). */
const FIRST_PORT = 49_152;
const PAIRS = (65_536 - FIRST_PORT) / 2;

export interface UdpEvents {
  rtp(bytes: Buffer, start: number, end: number): void;
  rtcp(bytes: Buffer, start: number, end: number): void;
}

/** A pair of UDP ports, RTP on the even and RTCP on the odd one behind it (RFC 3550 section 11). */
export class UdpPorts {
  readonly #sockets: readonly [Socket, Socket];
  #host: string | undefined;
  #ports: readonly [number, number] | undefined;

  private constructor(sockets: [Socket, Socket], events: UdpEvents) {
    this.#sockets = sockets;
    const [rtp, rtcp] = sockets;
    rtp.on("message", (bytes, from) => this.#isCamera(from, 0) && events.rtp(bytes, 0, bytes.length));
    rtcp.on("message", (bytes, from) => this.#isCamera(from, 1) && events.rtcp(bytes, 0, bytes.length));
    // A port that nobody listens on any more; that the camera is gone, silence tells.
    for (const socket of sockets) socket.on("error", () => {});
  }

  /** Listens at this device's address `here`. Rejects with Refusal when there are no ports. */
  static async open(here: string, events: UdpEvents): Promise<UdpPorts> {
    let why = "";
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const port = FIRST_PORT + 2 * Math.floor(Math.random() * PAIRS);
      const sockets: Socket[] = [];
      try {
        sockets.push(await bound(here, port));
        sockets.push(await bound(here, port + 1));
        return new UdpPorts(sockets as [Socket, Socket], events);
      } catch (error) {
        why = asError(error).message;
        for (const socket of sockets) socket.close();
      }
    }
    throw new Refusal(`no pair of UDP ports is free here: ${why}`, "transport");
  }

  get numbers(): [number, number] {
    const [rtp, rtcp] = this.#sockets;
    return [rtp.address().port, rtcp.address().port];
  }

  /** Takes packets from that host alone and, when they are known, from those ports alone. */
  expect(host: string, ports: readonly [number, number] | undefined): void {
    // A name cannot be held against a packet's sender.
    this.#host = isIP(host) ? plain(host) : undefined;
    this.#ports = ports;
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #isCamera({ address, port }: RemoteInfo, which: 0 | 1): boolean {
    return plain(address) === this.#host && (this.#ports === undefined || port === this.#ports[which]);
  }
}

async function bound(address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: isIP(address) === 6 ? "udp6" : "udp4", recvBufferSize: RECEIVE_BUFFER });
  const listening = once(socket, "listening");
  socket.bind(port, address);
  try {
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}

/** IPv4 addresses in IPv6 form (RFC 4291 section 2.5.5.2) as IPv4. */
function plain(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=[\d.]+$)/, "");
}
