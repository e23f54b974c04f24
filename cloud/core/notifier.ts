import type { Contact } from "./people.ts";

/** What is told to one person. */
export interface Message {
  /** The same at every attempt, so that a receiver can tell a repetition. */
  readonly id: string;
  readonly to: Contact;
  readonly subject: string;
  /** For people. */
  readonly text: string;
  /** For machines; JSON can carry it. */
  readonly data: unknown;
}

/** The other side has said that this will never be taken: trying again is of no use. */
export class UndeliverableError extends Error {
  override readonly name = "UndeliverableError";
}

/** Brings a message to one kind of contact. Resolves when the other side has taken it; rejects when it has not. */
export interface Notifier {
  send(message: Message): Promise<void>;
}
