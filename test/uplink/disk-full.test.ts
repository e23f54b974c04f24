import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { describeWith } from "../engines.ts";
import { directory, event, openOutbox, storeAt, waiting } from "./rig.ts";

describe("a database that may not grow", () => {
  it("makes room for alarms from lesser events, and rejects alarms only when nothing else is left", () => {
    const { open, notices } = storeAt(directory());
    const store = open();
    store.limitPages(100);
    let sequence = 0;
    for (let i = 0; i < 500; i += 1) store.append([event(++sequence, "health")]);
    expect(notices.every((notice) => notice.kind === "dropped" && notice.class === "health")).toBe(true);
    const alarms: number[] = [];
    let refused: unknown;
    for (let i = 0; i < 2_000 && refused === undefined; i += 1) {
      const [result] = store.append([event(++sequence, "alarm")]);
      if (result === "stored") alarms.push(sequence);
      else refused = result;
    }
    expect(refused).toEqual({ error: expect.stringMatching(/disk full.*free space for .*outbox.db/) });
    expect(store.stats().trouble).toMatch(/disk full/);
    expect(waiting(store)).toEqual(alarms);
    expect(store.stats().events).toMatchObject({ health: 0, alarm: alarms.length });
    expect(store.append([event(++sequence, "nearMiss")])).toEqual(["dropped"]);

    store.remove(alarms.slice(0, 50));
    expect(store.append([event(++sequence, "alarm")])).toEqual(["stored"]);
    expect(store.stats().trouble).toBe("");
    store.close();
  });
});

describeWith("tmpfs mounts", "a file system that is full", () => {
  it("from the start: events wait in memory, and it says that they are not safe", async () => {
    const dir = directory();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", dir]);
    onTestFinished(() => {
      execFileSync("umount", [dir]);
    });
    const { outbox } = await openOutbox(dir);
    await outbox.append(event(outbox.nextSequence()));
    expect(await outbox.next(10)).toEqual([event(1)]);
    expect(outbox.health().detail).toMatch(/cannot be opened .*in memory only .*free or replace the disk/);
    await outbox.close();
  });

  it("loses no acknowledged alarm, says so, and takes events again once there is room", async () => {
    const dir = directory();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", dir]);
    const { outbox } = await openOutbox(dir);
    onTestFinished(async () => {
      await outbox.close();
      execFileSync("umount", [dir]);
    });
    const hog = join(dir, "hog");
    for (let i = 0; i < 100; i += 1) {
      const sequence = outbox.nextSequence();
      await outbox.append(event(sequence, "health"));
    }
    try {
      writeFileSync(hog, Buffer.alloc(4_000_000));
    } catch {
      // Full now, which is the point.
    }
    const stored: number[] = [];
    let refused: Error | undefined;
    while (refused === undefined) {
      const sequence = outbox.nextSequence();
      await outbox.append(event(sequence, "alarm", 1_000)).then(
        () => stored.push(sequence),
        (error: Error) => {
          refused = error;
        },
      );
    }
    expect(refused.message).toMatch(/disk full or failing .*free space/);
    expect(outbox.health()).toMatchObject({ ok: false, detail: expect.stringMatching(/disk full/) });
    const alarms = (found: { class: string; sequence: number }[]) =>
      found.filter((one) => one.class === "alarm").map((one) => one.sequence);
    expect(alarms(await outbox.next(10_000))).toEqual(stored);
    rmSync(hog);
    const later = outbox.nextSequence();
    await outbox.append(event(later, "alarm"));
    expect(alarms(await outbox.next(10_000))).toEqual([...stored, later]);
    expect(outbox.health()).toEqual({ ok: true, detail: "" });
  });
});
