import type { Message, Notifier } from "../../cloud/core/notifier.ts";
import { type Person, writePerson } from "../../cloud/core/people.ts";
import { type Policy, writePolicy } from "../../cloud/core/policy.ts";
import { tick } from "../../cloud/core/tasks.ts";
import { nextDue } from "../../cloud/core/timers.ts";
import { ACME, cloud, NOON } from "./rig.ts";

export const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

/** A notifier that keeps what it was given, with the time; `answer` may throw. */
export class Recorder implements Notifier {
  readonly sent: { readonly atS: number; readonly message: Message }[] = [];
  answer: (message: Message) => void | Promise<void> = () => {};
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async send(message: Message): Promise<void> {
    this.sent.push({ atS: (this.#now() - NOON) / 1000, message });
    await this.answer(message);
  }
}

/** A cloud that tells people, with time that only moves from one timer to the next. */
export function telling() {
  const ports = cloud();
  const now = () => ports.clock.now();
  const notifiers = { webhook: new Recorder(now), email: new Recorder(now) };
  const whole = { ...ports, notifiers };
  const failures: unknown[] = [];
  const run = () => tick(whole, (_, error) => failures.push(error));
  return {
    ...whole,
    failures,
    run,
    /** Lets every timer run until so many seconds after noon. */
    async until(atS: number): Promise<void> {
      const end = NOON + atS * 1000;
      await run();
      for (let next = await nextDue(ports); next !== undefined && next <= end; next = await nextDue(ports)) {
        ports.clock.advance(Math.max(0, next - now()));
        await run();
      }
      ports.clock.advance(end - now());
    },
    /** Everything sent so far, such as `60 ann email`. */
    told(): string[] {
      return Object.entries(notifiers)
        .flatMap(([by, { sent }]) => sent.map(({ atS, message }) => ({ atS, text: `${atS} ${nameOf(message)} ${by}` })))
        .sort((a, b) => a.atS - b.atS)
        .map(({ text }) => text);
    },
  };
}

const nameOf = ({ to }: Message) => to.address.replace(/^https:\/\//, "").replace(/@.*|\..*/, "");

export function person(name: string, channels = ["webhook", "email"], more: Partial<Person> = {}): Person {
  const contacts = channels.map((channel) =>
    channel === "webhook"
      ? { channel: "webhook" as const, address: `https://${name}.example/`, secret: "a secret of enough characters" }
      : { channel: "email" as const, address: `${name}@example.org` },
  );
  return { person: name, name, contacts, ...more };
}

export const ANN = [{ to: { person: "ann" }, by: "webhook" as const }];

/** One person, `ann`, told of falls and near misses by webhook. */
export async function annIsTold(ports: Parameters<typeof writePerson>[0], policy: Partial<Policy> = {}): Promise<void> {
  await writePerson(ports, ACME, person("ann"));
  const chain = ANN.map((rung) => ({ ...rung, afterS: 0 }));
  await writePolicy(ports, ACME, "*", { chain, repeatS: 300, nearMiss: ANN, trouble: [], cooldownS: 900, ...policy });
}
