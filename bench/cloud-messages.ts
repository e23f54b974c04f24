import { type Message, messages } from "../cloud/simulate/messages.ts";
import { plant } from "../cloud/simulate/plant.ts";
import { Random } from "../cloud/simulate/random.ts";
import type { Rates } from "../cloud/simulate/story.ts";

const MINUTE_MS = 60_000;
/** An incident per camera and working day, and a heartbeat every 30 s. */
export const USUAL: Rates = { incidentMs: 480 * MINUTE_MS, troubleMs: 240 * MINUTE_MS, heartbeatMs: 30_000 };
/** Nothing but incidents, which are the dearest to take in. */
export const INCIDENTS: Rates = { incidentMs: 10 * MINUTE_MS, troubleMs: Infinity, heartbeatMs: Infinity };

export interface FromDevice extends Message {
  readonly device: string;
}

/** What so many cameras together say, in the order of its time, without end; the same every time. */
export function* crowd(cameras: number, rates: Rates, startedAt: number): Generator<FromDevice, never> {
  const speakers = plant(cameras).map(({ device, scene }) => {
    const said = messages({ name: device, scene, random: new Random(`bench/${device}`), startedAt, rates });
    return { device, said, next: said.next().value as Message };
  });
  for (;;) {
    const speaker = speakers.reduce((first, one) => (one.next.atMs < first.next.atMs ? one : first));
    yield { device: speaker.device, ...speaker.next };
    speaker.next = speaker.said.next().value;
  }
}
