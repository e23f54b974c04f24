import { connect, type Socket } from "node:net";
import { asError } from "../lib/failure.ts";
import type { Session } from "./link.ts";
import { decodeReply, encodeRequest, ModbusException, ReplyReader, type Request } from "./modbus-codec.ts";
import { sever } from "./sever.ts";

/** How long a slave may take for one answer; one that takes longer is treated as gone. */
export const ANSWER_LIMIT_MS = 1000;
/** Requests under way at once; beyond it the slave is not keeping up. */
const MAX_PENDING = 16;

interface Pending {
  readonly request: Request;
  readonly resolve: (value: number) => void;
  readonly reject: (error: Error) => void;
  readonly done: () => void;
}

/**
 * One TCP connection to a Modbus slave: requests out, answers matched by transaction id.
 * An unanswered request ends the session.
 */
export class ModbusSession implements Session {
  readonly ended: Promise<Error>;
  readonly #socket: Socket;
  readonly #unit: number;
  readonly #reader = new ReplyReader();
  readonly #pending = new Map<number, Pending>();
  #transaction = 0;
  #unknown = 0;
  #over: Error | undefined;
  #resolveEnded!: (reason: Error) => void;

  /** `socket` is connected. */
  constructor(socket: Socket, unit: number) {
    this.#socket = socket;
    this.#unit = unit;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", (error) => this.end(error));
    socket.on("end", () => this.end(new Error("the slave closed the connection")));
    socket.on("close", () => this.end(new Error("the connection is closed")));
  }

  get alive(): boolean {
    return this.#over === undefined;
  }

  /**
   * Sends one request before it returns; the promise gives the value that the slave read or echoed.
   * Rejects with ModbusException when the slave refuses, with the session's end otherwise; `signal` or
   * ANSWER_LIMIT_MS, whichever is first, ends the session when there is no answer.
   */
  request(request: Request, signal?: AbortSignal): Promise<number> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    if (this.#pending.size >= MAX_PENDING) return Promise.reject(new Error(`${MAX_PENDING} requests are unanswered`));
    this.#transaction = (this.#transaction + 1) & 0xffff;
    const transaction = this.#transaction;
    const result = new Promise<number>((resolve, reject) => {
      const unanswered = (): void => {
        const ignored = this.#unknown === 0 ? "" : ` (${this.#unknown} answers with foreign transaction ids ignored)`;
        this.end(new Error(`the slave did not answer function ${request.code} in time${ignored}`));
      };
      const timer = setTimeout(unanswered, ANSWER_LIMIT_MS);
      signal?.addEventListener("abort", unanswered, { once: true });
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", unanswered);
        this.#pending.delete(transaction);
      };
      this.#pending.set(transaction, { request, resolve, reject, done });
    });
    this.#socket.write(encodeRequest(transaction, this.#unit, request));
    return result;
  }

  end(reason: Error): void {
    if (this.#over !== undefined) return;
    this.#over = reason;
    sever(this.#socket);
    for (const pending of this.#pending.values()) {
      pending.done();
      pending.reject(reason);
    }
    this.#resolveEnded(reason);
  }

  #read(chunk: Buffer): void {
    try {
      for (const reply of this.#reader.push(chunk)) {
        const pending = this.#pending.get(reply.transaction);
        if (pending === undefined) this.#unknown += 1;
        else if (reply.unit !== this.#unit) throw new Error(`unit ${reply.unit} answered for unit ${this.#unit}`);
        else this.#settle(pending, reply.pdu);
      }
    } catch (thrown) {
      this.end(new Error(`the slave sent garbage: ${asError(thrown).message}`));
    }
  }

  #settle(pending: Pending, pdu: Buffer): void {
    try {
      const value = decodeReply(pending.request, pdu);
      pending.done();
      pending.resolve(value);
    } catch (thrown) {
      if (!(thrown instanceof ModbusException)) throw thrown;
      pending.done();
      pending.reject(thrown);
    }
  }
}

/** Connects once; rejects when that fails or `signal` aborts. Nagle's delay is off: a request is a whole message. */
export function openModbus(host: string, port: number, unit: number, signal: AbortSignal): Promise<ModbusSession> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const failed = (error: Error): void => {
      signal.removeEventListener("abort", aborted);
      socket.destroy();
      reject(error);
    };
    const aborted = (): void => failed(new Error(`no connection to ${host}:${port} in time`));
    signal.addEventListener("abort", aborted, { once: true });
    socket.on("error", failed);
    socket.once("connect", () => {
      signal.removeEventListener("abort", aborted);
      socket.off("error", failed);
      resolve(new ModbusSession(socket, unit));
    });
  });
}
