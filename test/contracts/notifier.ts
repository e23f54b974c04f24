import { afterEach, beforeEach, expect, it } from "vitest";
import { type Message, type Notifier, UndeliverableError } from "../../cloud/core/notifier.ts";
import type { Contact } from "../../cloud/core/people.ts";
import { describeContract } from "./contract.ts";

export interface OpenNotifier {
  readonly notifier: Notifier;
  readonly to: Contact;
  /** How the other side answers from now on. */
  answer(how: "not now" | "never"): void;
  /** The other side is gone. */
  vanish(): Promise<void>;
  /** How many messages the other side has taken. */
  taken(): number;
  close(): Promise<void>;
}

/** What every notifier does, whatever carries the message. */
export function describeNotifier(kind: string, open: () => Promise<OpenNotifier>): void {
  describeContract(`${kind} as the notifier`, () => {
    let opened: OpenNotifier;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    const message = (): Message => ({
      id: "n1",
      to: opened.to,
      subject: "Fall: north, Prüfstand",
      text: "A person has fallen: north, Prüfstand 🦺.",
      data: { kind: "fall" },
    });
    const fails = async () => {
      const error: unknown = await opened.notifier.send(message()).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      return { final: error instanceof UndeliverableError, text: (error as Error).message };
    };

    it("resolves once the other side has taken the message", async () => {
      await opened.notifier.send(message());
      expect(opened.taken()).toBe(1);
      await opened.notifier.send(message());
      expect(opened.taken()).toBe(2);
    });

    it("says that it may be tried again what the other side does not take now", async () => {
      opened.answer("not now");
      expect((await fails()).final).toBe(false);
      expect(opened.taken()).toBe(0);
    });

    it("says that it is of no use to try again what the other side will never take, and what to do", async () => {
      opened.answer("never");
      const { final, text } = await fails();
      expect(final).toBe(true);
      expect(text).toMatch(/correct .*, then replay/);
      expect(opened.taken()).toBe(0);
    });

    it("says that it may be tried again when nobody is there, and never tells a secret", async () => {
      await opened.vanish();
      const { final, text } = await fails();
      expect(final).toBe(false);
      if (opened.to.secret) expect(text).not.toContain(opened.to.secret);
    });
  });
}
