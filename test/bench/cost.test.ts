import { describe, expect, it } from "vitest";
import { bill, type Measured, measure, USE } from "../../bench/cost.ts";
import { CountedStore } from "../../bench/counted-store.ts";
import { key } from "../../cloud/core/keys.ts";
import { describeIncidentStore } from "../contracts/incident-store.ts";

describeIncidentStore("the counting store", async () => {
  const store = new CountedStore();
  return { store, reopen: async () => store, sweep: async (now) => store.sweep(now), close: async () => {} };
});

describe("the counting store", () => {
  const put = (body: unknown, expect: number, listed: string[] = []) => ({
    key: key("acme/things", "a"),
    body,
    expect,
    listed: listed.map((list) => key(`acme/${list}`, "a")),
  });

  it("counts two units for each begun kB of a row, and two for each row of a list that comes or goes", async () => {
    const store = new CountedStore();
    await store.commit([put("x", 0, ["one", "two"])]);
    expect(store.units).toMatchObject({ write: 6, read: 0, commits: 1, calls: 1 });
    await store.commit([put("x".repeat(2_500), 1, ["two", "three"])]);
    // The row of 3 kB, one row of a list gone and one come; its place in "two" stays.
    expect(store.units).toMatchObject({ write: 6 + 6 + 4, read: 1, commits: 2, calls: 3 });
    await store.commit([{ key: key("acme/things", "a"), expect: 2 }]);
    expect(store.units).toMatchObject({ write: 16 + 6 + 4, bytes: 0 });
  });

  it("counts a unit for each begun 4 kB that is read, and one for what is not there", async () => {
    const store = new CountedStore();
    await store.commit([put("x".repeat(9_000), 0)]);
    await store.read([key("acme/things", "a"), key("acme/things", "b"), key("acme/things", "b")]);
    expect(store.units.read).toBe(3 + 1);
  });
});

describe("the bill", () => {
  let measured: Measured[];
  const total = (lines: ReturnType<typeof bill>) => lines.reduce((sum, { usdMonth }) => sum + usdMonth, 0);

  it("is made from real events through the real core", async () => {
    measured = await measure(4);
    expect(measured.map(({ what, events }) => [what, events])).toEqual([
      ["heartbeat", 1],
      ["change of state", 1],
      ["suspicion", 2],
      ["near miss", 2],
      ["fall", 5],
    ]);
    for (const { wireBytes, writeUnits, readUnits, keptBytes } of measured) {
      expect(wireBytes).toBeGreaterThan(50);
      expect(writeUnits).toBeGreaterThanOrEqual(2);
      expect(readUnits).toBeGreaterThan(0);
      expect(keptBytes).toBeGreaterThan(wireBytes / 2);
    }
    const units = (what: string) => measured.find((one) => one.what === what)?.writeUnits ?? 0;
    expect(units("fall")).toBeGreaterThan(units("near miss"));
    expect(units("near miss")).toBeGreaterThan(units("heartbeat"));
  });

  it("shows every line, and each is its quantity times its price", () => {
    const lines = bill(measured, USE);
    expect(new Set(lines.map(({ service }) => service)).size).toBeGreaterThan(10);
    for (const { quantity, usdEach, usdMonth, usdPerCameraMonth } of lines) {
      expect(usdMonth).toBeCloseTo(quantity * usdEach, 9);
      expect(usdPerCameraMonth).toBeCloseTo(usdMonth / USE.cameras, 9);
      expect(usdMonth).toBeGreaterThan(0);
    }
  });

  it("grows with cameras, and a camera in a large plant costs less than in a small one", () => {
    const [small, large] = [bill(measured, { ...USE, cameras: 20 }), bill(measured, { ...USE, cameras: 2_000 })];
    expect(total(large)).toBeGreaterThan(total(small));
    expect(total(large) / 2_000).toBeLessThan(total(small) / 20);
    const published = (lines: typeof small) => lines.find(({ what }) => what === "events published")?.quantity ?? 0;
    expect(published(large)).toBeCloseTo(100 * published(small), 3);
  });
});
