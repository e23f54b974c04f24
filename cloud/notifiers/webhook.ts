import type { Clock } from "../core/clock.ts";
import { type Message, type Notifier, UndeliverableError } from "../core/notifier.ts";
import { SIGNATURE_HEADER, sign } from "../core/signature.ts";

/** A receiver that does not answer within this has not taken it, ms. */
const TIMEOUT_MS = 10_000;

/**
 * POSTs a message's data as JSON, signed (`signature.ts`); `spotter-notice` carries its id. 2xx is taken; 408, 425, 429 and 5xx
 * may be later; everything else, redirections among it, never will be.
 */
export class WebhookNotifier implements Notifier {
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(clock: Clock, timeoutMs = TIMEOUT_MS) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  async send({ id, to, data }: Message): Promise<void> {
    const body = JSON.stringify(data);
    const response = await fetch(to.address, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "spotter",
        "spotter-notice": id,
        [SIGNATURE_HEADER]: sign(to.secret ?? "", body, this.#clock.now()),
      },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
    await response.body?.cancel();
    if (response.ok) return;
    const said = `${new URL(to.address).host} answered ${response.status}`;
    if (response.status >= 500 || [408, 425, 429].includes(response.status)) throw new Error(said);
    throw new UndeliverableError(`${said}; correct the address or the receiver, then replay`);
  }
}
