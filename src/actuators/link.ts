import { asError } from "../lib/failure.ts";
import { supervise } from "../lib/supervise.ts";

/** One connection, from open to its end. */
export interface Session {
  readonly alive: boolean;
  /** Resolves with the reason once the connection is over. */
  readonly ended: Promise<Error>;
  /** Ends it at once; what was not sent yet is discarded, not sent later. */
  end(reason: Error): void;
}

/** `waiting` is the pause before the next attempt. */
export type LinkState = "idle" | "connecting" | "up" | "waiting" | "closed";

/** The first reconnect is nearly at once. No wait may outlast a command's deadline, and a LAN bears two attempts a second. */
const RECONNECT = { first: 50, max: 500, factor: 2, jitter: 0.3 };
const OPEN_LIMIT_MS = 1000;

/** Keeps one connection open: opens it again after every loss, for ever. Nothing is carried from one session to the next. */
export class Link<S extends Session> {
  state: LinkState = "idle";
  /** Why there is no connection; empty while there is one. */
  detail = "not started";
  readonly #open: (signal: AbortSignal) => Promise<S>;
  readonly #stop = new AbortController();
  readonly #waiting = new Set<(session: S) => void>();
  readonly #onDown: ((reason: Error) => void) | undefined;
  #session: S | undefined;
  #running: Promise<void> = Promise.resolve();

  /** `open` makes one attempt and rejects when its signal aborts. `onDown` hears of every loss, and of each new reason why not. */
  constructor(open: (signal: AbortSignal) => Promise<S>, onDown?: (reason: Error) => void) {
    this.#open = open;
    this.#onDown = onDown;
  }

  /** The session, while there is one. */
  get session(): S | undefined {
    return this.#session?.alive === true ? this.#session : undefined;
  }

  start(): void {
    this.#running = supervise((signal) => this.#once(signal), {
      signal: this.#stop.signal,
      schedule: RECONNECT,
      healthyAfterMs: 5000,
    });
  }

  /** The next session, in the order of asking. Rejects with the reason of the silence when `signal` aborts first. */
  whenUp(signal: AbortSignal): Promise<S> {
    const session = this.session;
    if (session !== undefined) return Promise.resolve(session);
    return new Promise((resolve, reject) => {
      const up = (session: S): void => {
        signal.removeEventListener("abort", aborted);
        this.#waiting.delete(up);
        resolve(session);
      };
      const aborted = (): void => {
        this.#waiting.delete(up);
        reject(new Error(`not connected: ${this.detail}`));
      };
      if (signal.aborted) return aborted();
      signal.addEventListener("abort", aborted, { once: true });
      this.#waiting.add(up);
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#session?.end(new Error("closed"));
    await this.#running;
    this.state = "closed";
    this.detail = "closed";
  }

  async #once(signal: AbortSignal): Promise<void> {
    this.state = "connecting";
    try {
      const session = await this.#open(AbortSignal.any([signal, AbortSignal.timeout(OPEN_LIMIT_MS)]));
      if (signal.aborted) return session.end(new Error("closed"));
      this.#session = session;
      this.state = "up";
      this.detail = "";
      for (const up of this.#waiting) up(session);
      throw await session.ended;
    } catch (thrown) {
      const reason = asError(thrown);
      if (!signal.aborted && (this.#session !== undefined || reason.message !== this.detail)) this.#onDown?.(reason);
      this.detail = reason.message;
      throw reason;
    } finally {
      this.#session = undefined;
      this.state = "waiting";
    }
  }
}
