import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { directory, storeAt } from "./rig.ts";

const RUNS = 100;
/** The kill comes at a random moment of this span after the first acknowledgement, ms. */
const SPAN_MS = 40;

it(`kill -9 while appending, ${RUNS} times at random: no acknowledged event is lost`, {
  timeout: 300_000,
}, async () => {
  const lane = async (runs: number): Promise<number> => {
    const dir = directory();
    const expected = new Set<number>();
    let acknowledged = 0;
    for (let run = 0; run < runs; run += 1) {
      const said = await appendUntilKilled(dir);
      for (const line of said) {
        const sequence = Number(line.slice(1));
        if (line.startsWith("+")) {
          acknowledged += 1;
          expected.add(sequence);
        } else expected.delete(sequence);
      }
      const { open, notices } = storeAt(dir, { quotaBytes: 1e9 });
      const store = open();
      const found = new Map(store.next(1_000_000).map((one) => [one.sequence, one]));
      const lost = [...expected].filter((sequence) => !found.has(sequence));
      expect(lost, `run ${run}`).toEqual([]);
      // The database is sound and so is every row: nothing was replaced or set aside.
      expect(notices).toEqual([]);
      expect(store.quarantined()).toEqual([]);
      for (const { sequence, payload } of found.values()) expect(payload.length).toBe(50 + (sequence % 1_500));
      // Kept small, so that the hundredth run is as quick as the first.
      store.remove([...found.keys()]);
      expected.clear();
      store.close();
    }
    return acknowledged;
  };
  const counts = await Promise.all([lane(RUNS / 2), lane(RUNS / 2)]);
  expect(counts[0] + counts[1]).toBeGreaterThan(RUNS);
});

/** The complete lines that the child wrote before it was killed. */
async function appendUntilKilled(dir: string): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "appender.ts"), dir], {
    stdio: ["ignore", "pipe", "inherit"],
    // Compiled once, not a hundred times.
    env: { ...process.env, NODE_COMPILE_CACHE: join(dir, "compiled") },
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  const closed = once(child, "close");
  await Promise.race([once(child.stdout, "data"), closed]);
  await sleep(Math.random() * SPAN_MS);
  child.kill("SIGKILL");
  const [, signal] = await closed;
  expect(signal).toBe("SIGKILL");
  return said.split("\n").slice(0, -1);
}
