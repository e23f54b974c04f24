import { createHmac } from "node:crypto";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { ActuatorConfig } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import { asError } from "../lib/failure.ts";
import { readPem } from "../lib/pem.ts";
import { waits } from "../lib/retry.ts";
import type { OpenDeps } from "./open.ts";
import type { Line, Order } from "./output.ts";
import { payload } from "./payload.ts";
import { sever } from "./sever.ts";

type HttpConfig = Extract<ActuatorConfig, { kind: "http" }>;

const AGAIN = { first: 50, max: 1000, factor: 2, jitter: 0.3 };
/** Nobody reads the answer's body; beyond this many bytes or ms its connection is dropped instead of drained. */
const BODY_LIMIT = 16_384;
const BODY_LIMIT_MS = 1000;
const ATTEMPT_LIMIT_MS = 5000;

/** The receiver understood and refuses; the same request would be refused again. */
class Refused extends Error {
  override readonly name = "Refused";
}

/**
 * A webhook. Posts the command as JSON with
 * `X-Spotter-Timestamp`: ms since 1970 UTC of this attempt ·
 * `X-Spotter-Signature`: hex HMAC-SHA256 of `<timestamp>.<body>` with the shared secret ·
 * `Idempotency-Key`: the order's id, the same for each attempt.
 * Any 2xx confirms. 408, 425, 429, 5xx and broken connections are tried again; redirects are not followed.
 */
export class HttpLine implements Line {
  readonly #config: HttpConfig;
  readonly #clock: Clock;
  readonly #secret: string;
  readonly #agent: HttpAgent;
  /** Orders go out one after the other: two connections could arrive in the wrong order. */
  #previous: Promise<unknown> = Promise.resolve();
  #busy = 0;
  #trouble = "";

  constructor(config: HttpConfig, deps: OpenDeps) {
    this.#config = config;
    this.#clock = deps.clock;
    this.#secret = deps.secret(config.secret, `actuators.${config.name}.secret`);
    const options = { keepAlive: true };
    this.#agent = config.url.startsWith("https:")
      ? new HttpsAgent({
          ...options,
          ...(config.ca === undefined ? {} : { ca: readPem(config.ca, `actuators.${config.name}.ca`) }),
        })
      : new HttpAgent(options);
  }

  async drive(order: Order): Promise<"confirmed"> {
    const turn = this.#busy === 0 ? this.#deliver(order) : this.#previous.then(() => this.#deliver(order));
    this.#busy += 1;
    this.#previous = turn.catch(() => {});
    try {
      await turn;
      this.#trouble = "";
      return "confirmed";
    } catch (thrown) {
      this.#trouble = asError(thrown).message;
      throw thrown;
    } finally {
      this.#busy -= 1;
    }
  }

  health(): { ok: boolean; detail: string } {
    return { ok: this.#trouble === "", detail: this.#trouble };
  }

  start(): void {}

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  async #deliver(order: Order): Promise<void> {
    const body = JSON.stringify(payload(order, this.#clock));
    const pauses = waits(AGAIN);
    for (let left = this.#config.retries; ; left -= 1) {
      if (order.dead !== "") throw new Error(order.dead);
      const remaining = order.command.deadline - this.#clock.now();
      // An attempt that hangs leaves time for the next one; the last may use all that is left.
      const limit = left === 0 && Number.isFinite(remaining) ? remaining : Math.min(remaining / 2, ATTEMPT_LIMIT_MS);
      try {
        return await this.#post(order, body, limit);
      } catch (thrown) {
        if (left === 0 || thrown instanceof Refused || order.signal.aborted) throw thrown;
        await sleep(pauses.next().value as number, undefined, { signal: order.signal }).catch(() => {});
        if (order.dead !== "") throw thrown;
      }
    }
  }

  /** One attempt, `limitMs` long at most; resolves at the header of a 2xx answer. */
  #post(order: Order, body: string, limitMs: number): Promise<void> {
    const timestamp = String(Math.round(this.#clock.wall()));
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "idempotency-key": order.id,
      "x-spotter-timestamp": timestamp,
      "x-spotter-signature": createHmac("sha256", this.#secret).update(`${timestamp}.${body}`).digest("hex"),
    };
    const send = this.#config.url.startsWith("https:") ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(this.#config.url, { method: "POST", agent: this.#agent, headers });
      const over = (): void => {
        clearTimeout(timer);
        order.signal.removeEventListener("abort", giveUp);
      };
      let givenUp = false;
      const giveUp = (): void => {
        over();
        givenUp = true;
        if (request.socket !== null) sever(request.socket);
        request.destroy();
        reject(new Error(`no answer within ${Math.round(limitMs)} ms`));
      };
      const timer = setTimeout(giveUp, limitMs);
      order.signal.addEventListener("abort", giveUp, { once: true });
      request.on("finish", () => order.written());
      request.on("error", (error: NodeJS.ErrnoException) => {
        over();
        // The receiver closed a kept connection just when it was used again: its right, and no failed attempt.
        if (!givenUp && request.reusedSocket && error.code === "ECONNRESET" && order.dead === "")
          this.#post(order, body, limitMs).then(resolve, reject);
        else reject(error);
      });
      request.on("response", (response) => {
        over();
        drain(response);
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) return resolve();
        const again = status >= 500 || [408, 425, 429].includes(status);
        const message = `the receiver answers ${status}`;
        reject(again ? new Error(message) : new Refused(message));
      });
      request.end(body);
    });
  }
}

/** Reads an answer to its end, so that its connection can be used again, unless that takes too much. */
function drain(response: NodeJS.ReadableStream & { destroy(): unknown }): void {
  let bytes = 0;
  const timer = setTimeout(() => response.destroy(), BODY_LIMIT_MS);
  response.on("error", () => {});
  response.on("close", () => clearTimeout(timer));
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT) response.destroy();
  });
}
