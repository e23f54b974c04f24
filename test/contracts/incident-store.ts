import { afterEach, beforeEach, expect, it } from "vitest";
import { key } from "../../cloud/core/keys.ts";
import { ConflictError, type Page, type Range, type Store, type Write } from "../../cloud/core/store.ts";
import { describeContract } from "./contract.ts";

export interface OpenStore {
  readonly store: Store;
  /** The store once more, as another process would see it. */
  reopen(): Promise<Store>;
  sweep(now: number): Promise<unknown>;
  close(): Promise<void>;
}

/** What every incident store does, whatever keeps it. */
export function describeIncidentStore(kind: string, open: () => Promise<OpenStore>): void {
  describeContract(`${kind} as the incident store`, () => {
    let opened: OpenStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const at = (sort: string, partition = "acme/things") => key(partition, sort);
    const put = (sort: string, body: unknown, expect = 0, more: object = {}): Write => ({
      key: at(sort),
      body,
      expect,
      ...more,
    });
    const bodies = ({ items }: Page) => items.map(({ body }) => body);
    const all = async (partition: string, range: Partial<Range> = {}) =>
      bodies(await store.list(partition, { limit: 100, ...range }));

    it("gives back what was put, with its version, and nothing for what was not", async () => {
      const body = { text: "Müller 🦺 \u0000 '\"; DROP", list: [1, 2.5, null, true], deep: { none: null } };
      await store.commit([put("a", body)]);
      await store.commit([put("a", { ...body, list: [] }, 1)]);
      const [a, b] = await store.read([at("a"), at("b")]);
      expect(a).toEqual({ key: at("a"), version: 2, body: { ...body, list: [] } });
      expect(b).toBeUndefined();
    });

    it("answers any number of keys in the order asked, also the same one twice", async () => {
      const names = Array.from({ length: 230 }, (_, i) => `k${i}`);
      for (let i = 0; i < names.length; i += 20)
        await store.commit(names.slice(i, i + 20).map((name) => put(name, name)));
      const asked = [...names.toReversed(), "k7"];
      expect((await store.read(asked.map((name) => at(name)))).map((item) => item?.body)).toEqual(asked);
      expect(await store.read([])).toEqual([]);
    });

    it("keeps what a caller goes on changing as it was when it was put", async () => {
      const body = { list: [1] };
      await store.commit([put("a", body)]);
      body.list.push(2);
      const [a] = await store.read([at("a")]);
      expect(a?.body).toEqual({ list: [1] });
    });

    it("writes all of a commit or nothing of it", async () => {
      await store.commit([put("taken", 1)]);
      const half = store.commit([put("free", 1, 0, { listed: [at("x", "acme/listed")] }), put("taken", 2)]);
      await expect(half).rejects.toThrow(ConflictError);
      expect((await store.read([at("free"), at("taken")])).map((item) => item?.body)).toEqual([undefined, 1]);
      expect(await all("acme/listed")).toEqual([]);
    });

    it.each<[string, number]>([
      ["put over a version that is gone", 1],
      ["put as new over one that is there", 0],
      ["put over a version still to come", 3],
    ])("refuses what was decided on something else: %s", async (_, expected) => {
      await store.commit([put("a", 1)]);
      await store.commit([put("a", 2, 1)]);
      await expect(store.commit([put("a", 9, expected)])).rejects.toThrow(ConflictError);
      await expect(store.commit([{ key: at("a"), expect: expected }])).rejects.toThrow(ConflictError);
      expect((await store.read([at("a")]))[0]?.body).toBe(2);
    });

    it("lets exactly one of many who are as fast win", async () => {
      await store.commit([put("counter", 0)]);
      const results = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) => store.commit([put("counter", i, 1)])),
      );
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const result of results)
        if (result.status === "rejected") expect(result.reason).toBeInstanceOf(ConflictError);
    });

    it("lists a partition in the order of its keys, both ways and between bounds", async () => {
      for (const sort of ["c", "a", "Z", "b", "d", "~"]) await store.commit([put(sort, sort)]);
      await store.commit([{ key: at("b", "acme/things/other"), body: "foreign", expect: 0 }]);
      expect(await all("acme/things")).toEqual(["Z", "a", "b", "c", "d", "~"]);
      expect(await all("acme/things", { backwards: true })).toEqual(["~", "d", "c", "b", "a", "Z"]);
      expect(await all("acme/things", { from: "b", to: "d" })).toEqual(["b", "c"]);
      expect(await all("acme/things", { from: "b", to: "d", backwards: true })).toEqual(["c", "b"]);
      expect(await all("acme/things", { from: "b", after: "b" })).toEqual(["c", "d", "~"]);
      expect(await all("nobody/things")).toEqual([]);
    });

    it("pages through a list while it changes: nothing twice, nothing that stayed is missed", async () => {
      const names = Array.from({ length: 9 }, (_, i) => `k${i}`);
      await store.commit(names.map((name) => put(name, name)));
      const first = await store.list("acme/things", { limit: 4 });
      expect(bodies(first)).toEqual(["k0", "k1", "k2", "k3"]);
      await store.commit([
        put("k1a", "k1a"),
        put("k5a", "k5a"),
        { key: at("k3"), expect: 1 },
        { key: at("k6"), expect: 1 },
      ]);
      const second = await store.list("acme/things", { limit: 4, after: first.next });
      expect(bodies(second)).toEqual(["k4", "k5", "k5a", "k7"]);
      const third = await store.list("acme/things", { limit: 4, after: second.next });
      expect(bodies(third)).toEqual(["k8"]);
      expect(third.next).toBeUndefined();
    });

    it("says that the list ends where it ends on a full page", async () => {
      await store.commit([put("a", 1), put("b", 2)]);
      expect((await store.list("acme/things", { limit: 2 })).next).toBeUndefined();
    });

    it("lists an item where else it belongs, as it is now, until it belongs there no more", async () => {
      const listed = (...sorts: string[]) => ({ listed: sorts.map((sort) => at(sort, "acme/open")) });
      await store.commit([put("a", "a1", 0, listed("2~a")), put("b", "b1", 0, listed("1~b", "3~b"))]);
      expect(await all("acme/open")).toEqual(["b1", "a1", "b1"]);
      await store.commit([put("b", "b2", 1, listed("3~b"))]);
      expect(await all("acme/open")).toEqual(["a1", "b2"]);
      await store.commit([put("a", "a2", 1)]);
      expect(await all("acme/open")).toEqual(["b2"]);
      expect((await store.list("acme/open", { limit: 1 })).items[0]).toEqual({ key: at("b"), version: 2, body: "b2" });
      await store.commit([{ key: at("b"), expect: 2 }]);
      expect(await all("acme/open")).toEqual([]);
      await store.commit([put("b", "b3", 0, listed("3~b"))]);
      expect(await all("acme/open")).toEqual(["b3"]);
    });

    it("pages through listed items by where they are listed", async () => {
      for (const i of [0, 1, 2, 3, 4])
        await store.commit([put(`x${9 - i}`, i, 0, { listed: [at(`0${i}~x`, "acme/by-time")] })]);
      const first = await store.list("acme/by-time", { limit: 2, backwards: true });
      const second = await store.list("acme/by-time", { limit: 2, backwards: true, after: first.next });
      expect([...bodies(first), ...bodies(second)]).toEqual([4, 3, 2, 1]);
    });

    it("still has everything when it is opened again", async () => {
      await store.commit([put("a", "kept", 0, { listed: [at("1~a", "acme/open")] })]);
      store = await opened.reopen();
      expect((await store.read([at("a")]))[0]?.body).toBe("kept");
      expect(await all("acme/open")).toEqual(["kept"]);
    });

    it("forgets what has expired when it is swept, and nothing else", async () => {
      const expiring = { expiresAt: 2_000_000, listed: [at("1~a", "acme/open")] };
      await store.commit([put("a", 1, 0, expiring), put("b", 2, 0, { expiresAt: 9_000_000 }), put("c", 3)]);
      await opened.sweep(5_000_000);
      expect(await all("acme/things")).toEqual([2, 3]);
      expect(await all("acme/open")).toEqual([]);
    });

    it("takes as many writes in one commit as it says, and refuses more", async () => {
      const writes = Array.from({ length: store.maxWrites }, (_, i) =>
        put(`k${i}`, i, 0, { listed: [at(`${i}`, "acme/one"), at(`${i}`, "acme/two")] }),
      );
      await store.commit(writes);
      expect((await store.read([at(`k${store.maxWrites - 1}`)]))[0]?.version).toBe(1);
      // Each moves elsewhere, which is the most work that a write can be.
      await store.commit(
        writes.map(({ key: { sort } }, i) =>
          put(sort, i, 1, { listed: [at(`${i}`, "acme/three"), at(`${i}`, "acme/four")] }),
        ),
      );
      expect(await all("acme/one")).toEqual([]);
      await expect(store.commit([...writes, put("more", 1)])).rejects.toThrow(RangeError);
    });
  });
}
