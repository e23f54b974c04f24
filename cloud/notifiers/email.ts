import { createTransport, type Transporter } from "nodemailer";
import { type Message, type Notifier, UndeliverableError } from "../core/notifier.ts";

/** A mail server that is silent for so long has not taken it, ms. */
const TIMEOUT_MS = 20_000;

/** Sends plain text over SMTP (RFC 5321); the message id is the notice's, so that a mailbox shows a repetition once. */
export class EmailNotifier implements Notifier {
  readonly #transport: Transporter;
  readonly #from: string;

  /** `url` such as `smtps://user:password@mail.example:465`; `from` is the sender's address. */
  constructor(url: string, from: string) {
    const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
    this.#transport = createTransport(url, { from });
    Object.assign(this.#transport.options, timeouts);
    this.#from = from;
  }

  async send({ id, to, subject, text }: Message): Promise<void> {
    try {
      const messageId = `<${id}@${this.#from.split("@").at(-1) ?? "spotter"}>`;
      await this.#transport.sendMail({
        from: this.#from,
        to: { name: "", address: to.address },
        subject,
        text,
        messageId,
      });
    } catch (thrown) {
      const { responseCode, message } = thrown as Error & { responseCode?: number };
      // RFC 5321 section 4.2.1: 5yz is permanent.
      if (responseCode !== undefined && responseCode >= 500)
        throw new UndeliverableError(`${message}; correct the address or the mail server's settings, then replay`);
      throw thrown;
    }
  }

  close(): void {
    this.#transport.close();
  }
}
