// Appends to the outbox in the directory it is given, eight at a time, until it is killed. Each line it writes is a
// fact: "+7" event 7 is acknowledged, "-7" event 7 is about to be removed.
import { writeSync } from "node:fs";
import type { Logger } from "../../src/observe/log.ts";
import type { Metrics } from "../../src/observe/metrics.ts";
import { EVENT_CLASSES } from "../../src/uplink/classes.ts";
import { Outbox } from "../../src/uplink/outbox.ts";

// Stand-ins that load nothing: this program is started a hundred times.
const log = { error: console.error, warn: console.error } as unknown as Logger;
const figure = { set() {}, inc() {} };
const metrics = { outboxDepth: figure, outboxAge: figure, outboxBytes: figure, outboxDropped: figure };

const outbox = await Outbox.open({
  dataDir: process.argv[2] as string,
  config: { quotaMb: 100, ttlHours: { alarm: null, nearMiss: null, health: null, heartbeat: null } },
  log,
  metrics: metrics as unknown as Metrics,
});

/** Writes a line at once: whatever waited in this process's memory would die with it. Waits while the reader's pipe is full. */
function tell(line: string): void {
  for (;;) {
    try {
      writeSync(1, line);
      return;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EAGAIN") throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

async function appendForEver(): Promise<never> {
  for (;;) {
    const sequence = outbox.nextSequence();
    const payload = Uint8Array.from({ length: 50 + (sequence % 1_500) }, (_, i) => (sequence * 31 + i) % 256);
    const kind = EVENT_CLASSES[sequence % EVENT_CLASSES.length] ?? "alarm";
    await outbox.append({ sequence, id: `id-${sequence}`, class: kind, payload });
    tell(`+${sequence}\n`);
    if (sequence % 3 === 0) {
      tell(`-${sequence}\n`);
      await outbox.remove([sequence]);
    }
  }
}

await Promise.all(Array.from({ length: 8 }, appendForEver));
