import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { ServerTCP } from "modbus-serial";
import { freePort } from "./free-port.ts";

/** A write as the slave carried it out. */
export interface Written {
  readonly table: "coil" | "register";
  readonly address: number;
  readonly value: number;
}

/** A Modbus TCP slave on loopback that can be killed and brought back on its port; its outputs survive in between. */
export class ModbusSlave {
  readonly port: number;
  readonly coils = new Map<number, number>();
  readonly registers = new Map<number, number>();
  readonly written: Written[] = [];
  /** Exceptions to answer writes with, one after the other, before writes succeed again. */
  refusals: number[] = [];
  /** A stuck output: writes are accepted and have no effect. */
  stuck = false;
  #server: ServerTCP | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<ModbusSlave> {
    const slave = new ModbusSlave(await freePort());
    await slave.revive();
    return slave;
  }

  /** A slave that nobody has switched on yet. */
  static async off(): Promise<ModbusSlave> {
    return new ModbusSlave(await freePort());
  }

  async revive(): Promise<void> {
    const server = new ServerTCP(
      {
        getCoil: (address: number) => this.coils.get(address) === 1,
        getHoldingRegister: (address: number) => this.registers.get(address) ?? 0,
        setCoil: async (address: number, value: boolean) => this.#write("coil", address, value ? 1 : 0),
        setRegister: async (address: number, value: number) => this.#write("register", address, value),
      },
      { host: "127.0.0.1", port: this.port },
    );
    server.on("socketError", () => {});
    await once(server, "initialized");
    this.#server = server;
  }

  /** Cuts every connection and stops listening, as a power cut does. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #write(table: Written["table"], address: number, value: number): void {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw Object.assign(new Error("refused"), { modbusErrorCode: refusal });
    this.written.push({ table, address, value });
    if (!this.stuck) (table === "coil" ? this.coils : this.registers).set(address, value);
  }
}

/** What a rogue does with one request frame: the bytes to answer, `undefined` for silence, "hang up" for a closed door. */
export type Answer = (request: Buffer, connection: number) => Uint8Array | undefined | "hang up";

/** Accepts connections like a Modbus slave and then answers whatever it is told to. */
export class RogueSlave {
  readonly port: number;
  /** Every request frame that has arrived, 12 bytes each. */
  readonly requests: Buffer[] = [];
  connections = 0;
  answer: Answer;
  #hangUp = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, answer: Answer) {
    this.#server = server;
    this.answer = answer;
    this.port = (server.address() as { port: number }).port;
    server.on("connection", (socket) => this.#serve(socket));
  }

  static async start(answer: Answer = () => undefined): Promise<RogueSlave> {
    const server = createServer({ noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new RogueSlave(server, answer);
  }

  /** Function 5 and 6 requests among everything that arrived. */
  get writes(): Buffer[] {
    return this.requests.filter((request) => request[7] === 5 || request[7] === 6);
  }

  /** Closes each connection in the orderly way once it has answered its next request. */
  hangUpSoon(): void {
    this.#hangUp = true;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    const connection = this.connections;
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    let rest = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (; rest.length >= 12; rest = rest.subarray(12)) {
        const request = Buffer.from(rest.subarray(0, 12));
        this.requests.push(request);
        const answer = this.answer(request, connection);
        if (answer === "hang up") socket.destroy();
        else if (answer !== undefined && !socket.destroyed) socket.write(answer);
        if (this.#hangUp) socket.end();
      }
    });
  }
}

/** What a well-behaved slave answers: the echo of a write, `value` for a read. */
export function honest(request: Buffer, value = 0): Buffer {
  const code = request[7];
  if (code === 5 || code === 6) return Buffer.from(request);
  const data = code === 1 ? [1, value] : [2, value >> 8, value & 0xff];
  return Buffer.from([...request.subarray(0, 4), 0, 2 + data.length, request[6] ?? 0, code ?? 0, ...data]);
}
