// Appends to the outbox in the directory it is given, eight at a time, until it is killed. Each line it writes is a
// fact: "+7" event 7 is acknowledged, "-7" event 7 is about to be removed.
import { writeSync } from "node:fs";
import { silentLog } from "../../src/observe/log.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import { EVENT_CLASSES } from "../../src/uplink/classes.ts";
import { Outbox } from "../../src/uplink/outbox.ts";

const outbox = await Outbox.open({
  dataDir: process.argv[2] as string,
  config: { quotaMb: 100, ttlHours: { alarm: null, nearMiss: null, health: null, heartbeat: null } },
  log: silentLog,
  metrics: new Metrics(),
});

async function appendForEver(): Promise<never> {
  for (;;) {
    const sequence = outbox.nextSequence();
    const payload = Uint8Array.from({ length: 50 + (sequence % 1_500) }, (_, i) => (sequence * 31 + i) % 256);
    const kind = EVENT_CLASSES[sequence % EVENT_CLASSES.length] ?? "alarm";
    await outbox.append({ sequence, id: `id-${sequence}`, class: kind, payload });
    writeSync(1, `+${sequence}\n`);
    if (sequence % 3 === 0) {
      writeSync(1, `-${sequence}\n`);
      await outbox.remove([sequence]);
    }
  }
}

await Promise.all(Array.from({ length: 8 }, appendForEver));
