import type { ActuatorConfig } from "../config/schema.ts";
import { asError } from "../lib/failure.ts";
import type { Actuator, Command, Receipt } from "./actuator.ts";
import { type OpenDeps, openActuator } from "./open.ts";

/** What is ordered of several outputs at once; each gives it a deadline of its own. */
export type Firing = Omit<Command, "deadline">;

/** An actuator that breaks its promise to answer is given up this long after the deadline. */
const GIVE_UP_MS = 100;

/** All outputs of the device. */
export class ActuatorBank {
  readonly #actuators: ReadonlyMap<string, Actuator>;

  constructor(actuators: readonly Actuator[]) {
    this.#actuators = new Map(actuators.map((actuator) => [actuator.name, actuator]));
  }

  /** Opens every configured output. Throws UsageError for a secret or certificate that cannot be read. */
  static async open(configs: readonly ActuatorConfig[], deps: OpenDeps): Promise<ActuatorBank> {
    return new ActuatorBank(await Promise.all(configs.map((config) => openActuator(config, deps))));
  }

  /** The outputs by name, for showing their state and health. */
  get actuators(): readonly Actuator[] {
    return [...this.#actuators.values()];
  }

  start(): void {
    for (const actuator of this.#actuators.values()) actuator.start();
  }

  /**
   * Orders `names` to take `firing.state`, all at once: every connected output has written when this returns its promise,
   * and none waits for another. Never rejects; one receipt per distinct name, in the order given, each within its
   * output's deadline plus 100 ms, even from an output that hangs or throws.
   */
  fire(names: readonly string[], firing: Firing): Promise<Receipt[]> {
    return this.#all(names, firing, (actuator, command) => actuator.apply(command));
  }

  /** A person's reset of `firing.alarm`, sent to `names` as `fire` does. */
  release(names: readonly string[], firing: Omit<Firing, "state">): Promise<Receipt[]> {
    return this.#all(names, { ...firing, state: "idle" }, (actuator, command) => actuator.release(command));
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.actuators.map((actuator) => actuator.close()));
  }

  #all(
    names: readonly string[],
    firing: Firing,
    order: (actuator: Actuator, command: Command) => Promise<Receipt>,
  ): Promise<Receipt[]> {
    return Promise.all(
      [...new Set(names)].map((name) => {
        const actuator = this.#actuators.get(name);
        if (actuator === undefined) return failed(name, firing, "no actuator of this name is configured");
        const command = { ...firing, deadline: firing.issuedAt + actuator.deadlineMs };
        return guard(actuator, command, () => order(actuator, command));
      }),
    );
  }
}

/** The receipt of `order`, or a failed one when it throws or outlasts its bound. */
async function guard(actuator: Actuator, command: Command, order: () => Promise<Receipt>): Promise<Receipt> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const receipt = order();
    const bound = new Promise<Receipt>((resolve) => {
      const limit = actuator.deadlineMs + GIVE_UP_MS;
      timer = setTimeout(() => resolve(failed(actuator.name, command, `no receipt within ${limit} ms`)), limit);
    });
    return await Promise.race([receipt, bound]);
  } catch (thrown) {
    return failed(actuator.name, command, asError(thrown).message);
  } finally {
    clearTimeout(timer);
  }
}

function failed(actuator: string, { alarm, state }: Firing, detail: string): Receipt {
  return { actuator, alarm, state, outcome: "failed", writtenMs: Number.NaN, confirmedMs: Number.NaN, detail };
}
