import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./free-port.ts";

const RESET_LIMIT_MS = 5000;

/** A TCP relay in front of a server: shutting it takes the server away from one client while others still reach it. */
export class Gate {
  readonly port: number;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #frozen = false;
  #server: Server | undefined;

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
  }

  static async before(target: number): Promise<Gate> {
    const gate = new Gate(await freePort(), target);
    await gate.open();
    return gate;
  }

  async open(): Promise<void> {
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ port: this.#target, host: "127.0.0.1", noDelay: true });
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
      }
      const pair = [near, far] as const;
      this.#pairs.add(pair);
      near.on("close", () => this.#pairs.delete(pair));
      if (!this.#frozen) flow(pair);
    });
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
    this.#server = server;
  }

  /** Connections stand and new ones are accepted, but not a byte passes: what is sent waits on the way. */
  freeze(): void {
    this.#frozen = true;
    for (const [near, far] of this.#pairs) {
      near.unpipe().pause();
      far.unpipe().pause();
    }
  }

  /**
   * Lets what waits arrive, except on connections that their sender has reset: a reset takes the bytes on the way with it,
   * and loopback delivers it a turn or two of the event loop later. A connection that is not reset is waited for in vain.
   */
  async thaw(): Promise<void> {
    const loaded = [...this.#pairs].filter(([near]) => near.readableLength > 0);
    const signal = AbortSignal.timeout(RESET_LIMIT_MS);
    await Promise.allSettled(loaded.map(([near]) => once(near, "close", { signal })));
    this.#frozen = false;
    for (const pair of this.#pairs) flow(pair);
  }

  /** Cuts what is connected and refuses new connections. */
  async shut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

function flow([near, far]: readonly [Socket, Socket]): void {
  near.pipe(far);
  far.pipe(near);
}
