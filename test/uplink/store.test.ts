import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { directory, event, storeAt, waiting } from "./rig.ts";

const HOUR_MS = 3_600_000;

describe("the outbox's table", () => {
  it("gives alarms first, then by class, each class in the order of its sequence", () => {
    const store = storeAt(directory()).open();
    store.append([
      event(1, "heartbeat"),
      event(2, "health"),
      event(3, "nearMiss"),
      event(4),
      event(5, "health"),
      event(6),
    ]);
    expect(waiting(store)).toEqual([4, 6, 3, 2, 5, 1]);
    expect(store.next(2).map(({ payload }) => payload)).toEqual([event(4).payload, event(6).payload]);
    store.close();
  });

  it("stores an event once, however often it is asked to", () => {
    const store = storeAt(directory()).open();
    store.append([event(1)]);
    store.append([event(1), event(2)]);
    expect(waiting(store)).toEqual([1, 2]);
    expect(store.stats().events.alarm).toBe(2);
    store.close();
  });

  it("goes on counting where it was, in the same epoch, also when everything was sent", () => {
    const { open } = storeAt(directory());
    const first = open();
    first.append([event(1), event(2)]);
    first.remove([1, 2]);
    first.close();
    const again = open();
    expect(again.lastSequence).toBe(2);
    expect([again.epoch, again.boot]).toEqual([first.epoch, first.boot + 1]);
    again.close();
  });

  it("drops each class after its own time, alarms never", () => {
    const { open, clock, notices } = storeAt(directory());
    const store = open();
    store.append([event(1), event(2, "nearMiss"), event(3, "health"), event(4, "heartbeat")]);
    clock.now += 2 * HOUR_MS;
    store.tidy();
    expect(waiting(store)).toEqual([1, 2, 3]);
    clock.now += 10_000 * HOUR_MS;
    store.tidy();
    expect(waiting(store)).toEqual([1]);
    expect(notices).toEqual(
      ["heartbeat", "nearMiss", "health"].map((name) => ({ kind: "dropped", class: name, reason: "ttl", count: 1 })),
    );
    store.close();
  });

  it("counts age in time that the device ran, over restarts, so that no clock or month in a drawer makes it older", () => {
    const { open, clock } = storeAt(directory());
    const first = open();
    first.append([event(1, "heartbeat")]);
    clock.now += 0.6 * HOUR_MS;
    first.close();
    // Another run: its monotonic clock starts from nothing.
    clock.now = 0;
    const second = open();
    second.tidy();
    expect(second.stats().oldestMs).toBe(0.6 * HOUR_MS);
    clock.now += 0.6 * HOUR_MS;
    second.tidy();
    expect(waiting(second)).toEqual([]);
    second.close();
  });

  it("gives space back once what waited has left", () => {
    const dir = directory();
    const store = storeAt(dir).open();
    for (let i = 0; i < 3_000; i += 100)
      store.append(Array.from({ length: 100 }, (_, k) => event(i + k + 1, "alarm", 2_000)));
    store.tidy();
    const full = statSync(join(dir, "outbox.db")).size;
    store.remove(Array.from({ length: 3_000 }, (_, i) => i + 1));
    store.tidy();
    store.close();
    expect(full).toBeGreaterThan(6_000_000);
    expect(statSync(join(dir, "outbox.db")).size).toBeLessThan(100_000);
  });
});

describe("a full quota", () => {
  it("costs the oldest of the least important class first, and never an alarm", () => {
    const { open, notices } = storeAt(directory(), { quotaBytes: 200_000 });
    const store = open();
    let sequence = 0;
    const append = (kind: "alarm" | "nearMiss" | "health" | "heartbeat", count: number) =>
      Array.from({ length: count }, () => store.append([event(++sequence, kind, 850)])[0]);
    append("heartbeat", 50);
    append("health", 50);
    append("nearMiss", 50);
    append("alarm", 50);
    expect(store.stats()).toMatchObject({
      events: { alarm: 50, nearMiss: 50, health: 50, heartbeat: 50 },
      trouble: "",
    });
    append("alarm", 40);
    expect(store.stats().events).toMatchObject({ alarm: 90, nearMiss: 50, health: 50 });
    append("alarm", 110);
    expect(store.stats()).toMatchObject({ events: { alarm: 200, nearMiss: 0, health: 0, heartbeat: 0 }, trouble: "" });
    expect(append("nearMiss", 1)).toEqual(["dropped"]);
    expect(append("alarm", 5)).toEqual(new Array(5).fill("stored"));
    expect(store.stats().events.alarm).toBe(205);
    expect(store.stats().trouble).toMatch(/only alarms are left.*restore the uplink or raise uplink.quotaMb/);
    expect(notices.some((notice) => notice.kind === "dropped" && notice.class === "alarm")).toBe(false);
    store.close();
  });

  it("lets newer events of a class replace its older ones, and none of a higher class", () => {
    const store = storeAt(directory(), { quotaBytes: 100_000 }).open();
    for (let i = 1; i <= 60; i += 1) store.append([event(i, "health", 850)]);
    for (let i = 61; i <= 200; i += 1) store.append([event(i, "heartbeat", 850)]);
    expect(store.stats().events.health).toBe(60);
    expect(waiting(store).at(-1)).toBe(200);
    store.close();
  });
});

describe("damage on disk", () => {
  it("in a row: the row is set aside, told of, and the others go on", () => {
    const dir = directory();
    const { open, notices } = storeAt(dir);
    const store = open();
    store.append([event(1), event(2), event(3)]);
    const other = new DatabaseSync(join(dir, "outbox.db"));
    other.exec("UPDATE event SET payload = zeroblob(300) WHERE sequence = 2");
    other.exec("UPDATE event SET class = 2 WHERE sequence = 3");
    other.close();
    expect(waiting(store)).toEqual([1]);
    expect(store.quarantined()).toEqual([
      { sequence: 2, reason: "corrupt" },
      { sequence: 3, reason: "corrupt" },
    ]);
    expect(notices).toHaveLength(2);
    store.close();
  });

  it.each([
    ["no database at all", () => Buffer.from("not a database, ".repeat(2_000)), 0],
    ["an empty file", () => Buffer.alloc(0), 0],
    ["half of it cut off", (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 8192) * 4096), 1],
    ["pages of rubbish in the middle", (bytes: Buffer) => Buffer.from(bytes).fill(0xa5, 60_000, 90_000), 1],
  ])("in the file, %s: it is kept beside a new one that has all that could be read", (name, damage, saved) => {
    const dir = directory();
    const { open, notices } = storeAt(dir);
    const first = open();
    first.append(Array.from({ length: 500 }, (_, i) => event(i + 1)));
    first.close();
    const path = join(dir, "outbox.db");
    writeFileSync(path, damage(readFileSync(path)));
    const store = open();
    const found = store.next(1_000);
    expect(found.length).toBeGreaterThanOrEqual(saved);
    for (const one of found) expect(one).toEqual(event(one.sequence));
    expect(store.append([event(10_001)])).toEqual(["stored"]);
    if (name !== "an empty file") {
      expect(notices).toMatchObject([{ kind: "database replaced", kept: `${path}.damaged-1`, salvaged: found.length }]);
      expect(readdirSync(dir)).toContain("outbox.db.damaged-1");
    }
    store.close();
  });

  it("again and again: no more than three damaged files are kept", () => {
    const dir = directory();
    const { open } = storeAt(dir);
    for (let i = 0; i < 6; i += 1) {
      writeFileSync(join(dir, "outbox.db"), "rubbish".repeat(1_000));
      open().close();
    }
    const kept = readdirSync(dir).filter((name) => /damaged-\d+$/.test(name));
    expect(kept.sort()).toEqual(["outbox.db.damaged-4", "outbox.db.damaged-5", "outbox.db.damaged-6"]);
  });
});
