import type { DeliverPorts } from "./core/notices.ts";
import { tick } from "./core/tasks.ts";
import { nextDue } from "./core/timers.ts";

/** Timers that another process has set are seen within this, ms. */
const LOOK_MS = 1_000;

/** Runs the cloud's timers when they are due. */
export class TimerLoop {
  readonly #ports: DeliverPorts;
  readonly #warn: (error: Error, text: string) => void;
  readonly #running: Promise<void>;
  #wake = () => {};
  #woken = false;
  #closing = false;

  constructor(ports: DeliverPorts, warn: (error: Error, text: string) => void) {
    this.#ports = ports;
    this.#warn = warn;
    this.#running = this.#run();
  }

  /** Looks at once: something may be due that was not before. */
  poke(): void {
    this.#woken = true;
    this.#wake();
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.poke();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      this.#woken = false;
      try {
        await tick(this.#ports, (task, error) =>
          this.#warn(error as Error, `${task.kind}: failed, and is tried again`),
        );
        const next = (await nextDue(this.#ports)) ?? Number.POSITIVE_INFINITY;
        await this.#sleep(Math.min(LOOK_MS, Math.max(0, next - this.#ports.clock.now())));
      } catch (error) {
        this.#warn(error as Error, "the timers cannot be read");
        await this.#sleep(LOOK_MS);
      }
    }
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#woken || this.#closing) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
