import { closeSync, openSync, readdirSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { EventMaker } from "../../src/event/make.ts";
import { ManualClock } from "../../src/lib/clock.ts";
import { OutboxError } from "../../src/uplink/outbox.ts";
import { fallChange } from "../event/samples.ts";
import { directory, event, openOutbox } from "./rig.ts";

describe("the outbox", () => {
  it("gives each sequence once, also over a restart, and keeps the epoch", async () => {
    const dir = directory();
    const first = (await openOutbox(dir)).outbox;
    expect([first.nextSequence(), first.nextSequence()]).toEqual([1, 2]);
    await first.append(event(2));
    await first.close();
    const { outbox } = await openOutbox(dir);
    expect(outbox.nextSequence()).toBe(3);
    expect([outbox.epoch, outbox.boot]).toEqual([first.epoch, first.boot + 1]);
    expect(await outbox.next(10)).toEqual([event(2)]);
    await outbox.close();
  });

  it("shows how much waits", async () => {
    const { outbox, metrics } = await openOutbox(directory());
    await Promise.all([outbox.append(event(1)), outbox.append(event(2, "health"))]);
    expect(outbox.stats.events).toMatchObject({ alarm: 1, health: 1 });
    const depth = (await metrics.outboxDepth.get()).values;
    expect(depth.map(({ labels, value }) => [labels.class, value])).toContainEqual(["alarm", 1]);
    expect(outbox.health()).toEqual({ ok: true, detail: "" });
    await outbox.close();
  });

  it("keeps order and age when the wall clock is set back a year between two events", async () => {
    const { outbox } = await openOutbox(directory());
    const clock = new ManualClock(0, Date.UTC(2026, 5, 1));
    const maker = new EventMaker({
      ...{ device: "hall-2", epoch: outbox.epoch, boot: outbox.boot, clock },
      ...{ sync: () => "unsynced" as const, sequence: () => outbox.nextSequence() },
    });
    const before = maker.make(fallChange());
    clock.setWall(Date.UTC(2025, 5, 1));
    const after = maker.make(fallChange());
    for (const { sequence, id } of [after, before])
      await outbox.append({ sequence, id, class: "alarm", payload: new Uint8Array(9) });
    expect((await outbox.next(10)).map(({ id }) => id)).toEqual([before.id, after.id]);
    expect(after.id > before.id).toBe(true);
    expect(outbox.stats.oldestMs).toBeLessThan(60_000);
    await outbox.close();
  });

  it("starts its thread again when it dies, and every append is answered", async () => {
    const threads: Worker[] = [];
    const listen = (worker: Worker) => threads.push(worker);
    process.on("worker", listen);
    const { outbox } = await openOutbox(directory());
    const appends = Array.from({ length: 200 }, (_, i) => outbox.append(event(i + 1)));
    await threads[0]?.terminate();
    await Promise.all(appends);
    process.off("worker", listen);
    expect(threads).toHaveLength(2);
    expect((await outbox.next(1_000)).map(({ sequence }) => sequence)).toEqual(Array.from(appends, (_, i) => i + 1));
    expect(outbox.health().ok).toBe(true);
    await outbox.close();
  });

  it("goes on in a new file, in the same epoch, when its file is damaged while it runs", async () => {
    const dir = directory();
    const { outbox } = await openOutbox(dir);
    const path = join(dir, "outbox.db");
    await Promise.all(Array.from({ length: 1_500 }, () => outbox.append(event(outbox.nextSequence(), "alarm", 3_000))));
    const other = new DatabaseSync(path);
    other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    other.close();
    const file = openSync(path, "r+");
    const half = Math.floor(statSync(path).size / 2);
    writeSync(file, Buffer.alloc(200_000, 0xa5), 0, 200_000, half);
    closeSync(file);
    const found = await outbox.next(10_000);
    expect(readdirSync(dir)).toContain("outbox.db.damaged-1");
    expect(found.length).toBeGreaterThan(1_000);
    expect(found.length).toBeLessThan(1_500);
    const sequence = outbox.nextSequence();
    expect(sequence).toBe(1_501);
    await outbox.append(event(sequence));
    await outbox.close();
    const again = (await openOutbox(dir)).outbox;
    expect(again.epoch).toBe(outbox.epoch);
    expect(again.lastSequence).toBe(1_501);
    await again.close();
  });

  it("says which directory cannot be used, and what to do", async () => {
    const dir = directory();
    writeFileSync(join(dir, "data"), "a file where a directory should be");
    await expect(openOutbox(join(dir, "data"))).rejects.toThrow(OutboxError);
    await expect(openOutbox(join(dir, "data"))).rejects.toThrow(
      /device.dataDir: .*outbox.db cannot be opened .*choose another/,
    );
  });

  it("rejects what comes after it was closed", async () => {
    const { outbox } = await openOutbox(directory());
    await outbox.close();
    await expect(outbox.append(event(1))).rejects.toThrow(/closed/);
  });
});
