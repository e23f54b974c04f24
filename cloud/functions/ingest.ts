import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { present } from "../core/fleet.ts";
import { giveUp, ingest } from "../core/ingest.ts";
import { adoptOf } from "./environment.ts";
import { type Heard, heardIn } from "./heard.ts";
import { MEASURES } from "./measures.ts";
import { settingsOf, tablePorts } from "./ports.ts";

/** A record that failed so often, while the store takes other things, is given up as a dead letter. */
const MAX_TRIES = 5;

const ports = { ...tablePorts(settingsOf("ingest").SPOTTER_TABLE), adopt: adoptOf(process.env.SPOTTER_ADOPT) };
const metrics = new Metrics({ namespace: MEASURES.namespace, serviceName: "ingest" });

/** Takes in what devices published; names the records that the queue must deliver again. */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const again = new Set<string>();
  const retry = (index: number, error: Error) => {
    again.add(Records[index]?.messageId ?? "");
    console.warn(`record ${Records[index]?.messageId}: ${error.message}; it is delivered again`);
  };
  const events: { index: number; envelope: (Heard & { kind: "event" })["envelope"] }[] = [];
  for (const [index, record] of Records.entries()) {
    const heard = heardIn(record);
    if (heard.kind === "event") events.push({ index, envelope: heard.envelope });
    else await present(ports, heard.device, heard.online).catch((error: Error) => retry(index, error));
  }

  const envelopes = events.map(({ envelope }) => envelope);
  const { fates, failed } = await ingest(ports, envelopes);
  for (const { index: place, error } of failed) {
    const { index, envelope } = events[place] as (typeof events)[0];
    const tries = Number(Records[index]?.attributes.ApproximateReceiveCount);
    if (tries < MAX_TRIES) retry(index, error);
    else await giveUp(ports, envelope, error).catch(() => retry(index, error));
  }

  for (const fate of ["stored", "duplicate", "dead"] as const)
    metrics.addMetric(MEASURES[fate], MetricUnit.Count, fates.filter((each) => each === fate).length);
  metrics.addMetric(MEASURES.failed, MetricUnit.Count, again.size);
  const oldest = Math.min(...envelopes.map(({ receivedAt }) => receivedAt));
  if (envelopes.length > 0) metrics.addMetric(MEASURES.age, MetricUnit.Milliseconds, ports.clock.now() - oldest);
  metrics.publishStoredMetrics();
  return { batchItemFailures: [...again].map((itemIdentifier) => ({ itemIdentifier })) };
}
