import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** What became of a frame. Frames in = decided + every other fate + in flight, always. */
export const FATES = ["decided", "superseded", "stale", "budget", "paced", "failed", "shutdown", "still"] as const;
export type Fate = (typeof FATES)[number];

const LATENCY_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2];

/** All figures of one device, in Prometheus' base units. One registry per device, so that two can live in one process. */
export class Metrics {
  readonly registry = new Registry();

  readonly framesIn = this.#counter("spotter_frames_in_total", "Frames that the source delivered.", ["camera"]);
  readonly frames = this.#counter("spotter_frames_total", "Frames by what became of them.", ["camera", "fate"]);
  readonly stage = this.#histogram("spotter_stage_seconds", "Time a frame spent in each stage.", ["camera", "stage"]);
  readonly decision = this.#histogram("spotter_decision_seconds", "From a frame's arrival to the decision about it.", [
    "camera",
  ]);
  readonly actuation = this.#histogram("spotter_actuation_seconds", "From a frame's arrival to the confirmed output.", [
    "actuator",
    "outcome",
  ]);
  readonly reconnects = this.#counter("spotter_source_restarts_total", "Times a camera's stream was opened again.", [
    "camera",
  ]);
  readonly tier = this.#gauge("spotter_model_tier", "Index of the model tier in use, 0 is the best.", ["camera"]);
  readonly cameraState = this.#gauge("spotter_camera_state", "1 for the state a camera is in.", ["camera", "state"]);
  readonly workerRestarts = this.#counter("spotter_worker_restarts_total", "Times a vision worker was replaced.", [
    "reason",
  ]);
  readonly changes = this.#counter("spotter_alarm_changes_total", "Alarm changes by kind.", ["camera", "change"]);
  readonly outboxDepth = this.#gauge("spotter_outbox_events", "Events waiting for the cloud.", ["class"]);
  readonly outboxAge = this.#gauge("spotter_outbox_oldest_seconds", "Age of the oldest waiting event.", []);
  readonly outboxBytes = this.#gauge("spotter_outbox_bytes", "Bytes of events waiting on disk.", []);
  readonly outboxDropped = this.#counter("spotter_outbox_dropped_total", "Events given up, by class and reason.", [
    "class",
    "reason",
  ]);
  readonly uplinkSent = this.#counter("spotter_uplink_sent_total", "Events acknowledged by the broker.", [
    "class",
    "lane",
  ]);
  readonly uplinkOffline = this.#counter(
    "spotter_uplink_offline_seconds_total",
    "Time without a connection to the broker, counted with every attempt at one.",
    [],
  );
  readonly uplinkConnected = this.#gauge("spotter_uplink_connected", "1 while connected to the broker.", []);

  constructor() {
    new Gauge({
      name: "spotter_memory_bytes",
      help: "Memory of the process, and of the main thread's heap what is taken and what is in use.",
      labelNames: ["part"],
      registers: [this.registry],
      collect() {
        const { rss, heapTotal, heapUsed } = process.memoryUsage();
        this.set({ part: "resident" }, rss);
        this.set({ part: "heap" }, heapTotal);
        this.set({ part: "heap_used" }, heapUsed);
      },
    });
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram<L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> {
    return new Histogram({ name, help, labelNames, buckets: LATENCY_SECONDS, registers: [this.registry] });
  }
}
