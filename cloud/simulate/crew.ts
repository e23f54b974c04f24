import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import type { Outcome } from "../core/incident.ts";
import { acknowledge, incident } from "../core/incidents.ts";
import type { LivePush } from "../core/push.ts";
import type { Store } from "../core/store.ts";
import type { Random } from "./random.ts";

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
}

const NAMES = ["Greta", "Hakan", "Ines", "Jonas"] as const;
const REASONS: Readonly<Record<Outcome, readonly [string, ...string[]]>> = {
  true: ["slipped on oil, helped up", "tripped over a pallet, bruised knee", "felt dizzy, first aid came"],
  false: ["knelt down to work under the belt", "only a jacket on the floor", "sat down for a break"],
  drill: ["exercise of the first-aiders"],
};
/** So many falls nobody in the cloud looks at; the device's people come by themselves. */
const OVERLOOKED = 0.15;
const LOOKS_AFTER_MS = [4_000, 90_000] as const;

/** People who see falls on the dashboard, and after a while say what they were. Until `signal` aborts. */
export function crew(ports: Ports, tenant: string, random: Random, speed: number, signal: AbortSignal): void {
  const seen = new Set<string>();
  const stop = ports.push.subscribe(tenant, (told) => {
    if (told === "reset" || told.kind !== "incident" || seen.has(told.id)) return;
    void look(told.id).catch(() => {});
  });
  signal.addEventListener("abort", stop, { once: true });

  async function look(id: string): Promise<void> {
    const found = await incident(ports, tenant, id);
    if (found.severity === "suspected" || seen.has(id)) return;
    seen.add(id);
    if (random.chance(OVERLOOKED)) return;
    await sleep(random.between(...LOOKS_AFTER_MS) / speed, undefined, { signal });
    const chance = random.next();
    const outcome = chance < 0.75 ? "true" : chance < 0.95 ? "false" : "drill";
    await acknowledge(ports, { tenant, id, by: random.pick(NAMES), reason: random.pick(REASONS[outcome]), outcome });
  }
}

/** A pager that hears webhooks on loopback and answers that they have arrived. */
export async function pager(): Promise<{ url: string; heard: () => number; close(): Promise<void> }> {
  let heard = 0;
  const server = createServer((request, response) => {
    heard += 1;
    request.resume();
    response.writeHead(204).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pager`,
    heard: () => heard,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
