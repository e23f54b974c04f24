import { writeFileSync } from "node:fs";
import { type Latency, latencies } from "./cloud-latency.ts";
import { type QueryTimes, queryTimes } from "./cloud-queries.ts";
import { type StoreRate, storeRates } from "./cloud-stores.ts";
import { printTable } from "./scene.ts";

const PARTS = ["stores", "latency", "queries"] as const;

export interface CloudOptions {
  readonly json?: string;
  /** Of each store and mix, and of the steady load. */
  readonly seconds: number;
  /** Messages that wait after the outage. */
  readonly backlog: number;
  /** Most incidents that questions are asked among. */
  readonly incidents: number;
  readonly fillSeconds: number;
  readonly only?: (typeof PARTS)[number];
}

/**
 * `bench cloud`: events per second into each store, time from publish until an incident can be seen, and how long questions take as
 * incidents grow. What cannot be measured here is left out, and named on stderr.
 */
export async function cloud(options: CloudOptions): Promise<void> {
  const { json, seconds, backlog, incidents, fillSeconds, only } = options;
  const wanted = (part: (typeof PARTS)[number]) => only === undefined || only === part;
  const result = {
    stores: wanted("stores") ? await storeRates(seconds) : [],
    latency: wanted("latency") ? await latencies(seconds, backlog) : [],
    queries: wanted("queries") ? await queryTimes(incidents, fillSeconds) : [],
  };
  if (json) writeFileSync(json, `${JSON.stringify(result, null, 1)}\n`);
  printStores(result.stores);
  for (const row of result.latency) printLatency(row);
  for (const row of result.queries) printQueries(row);
}

function printStores(rates: readonly StoreRate[]): void {
  if (rates.length === 0) return;
  process.stdout.write(`\n${"events taken in".padEnd(38)}${"mix".padEnd(11)}at a time  events/s\n`);
  for (const { store, mix, batch, perSecond } of rates)
    process.stdout.write(
      `${store.padEnd(38)}${mix.padEnd(11)}${String(batch).padStart(9)}${String(perSecond).padStart(10)}\n`,
    );
}

function printLatency({ broker, load, perSecond, visible, lost }: Latency): void {
  printTable(
    `publish to visible, ${broker} broker, ${load}: ${perSecond} events/s taken in, ${lost} lost or twice`,
    visible,
  );
}

function printQueries({ incidents, megabytes, fillS, queries, ingestPerSecond }: QueryTimes): void {
  const full = `${incidents} incidents in SQLite, ${megabytes} MB, filled in ${fillS} s`;
  printTable(`questions, ${full}; ${ingestPerSecond} events/s taken in`, queries);
}
