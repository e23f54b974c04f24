import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { key } from "../../../cloud/core/keys.ts";
import { ConflictError } from "../../../cloud/core/store.ts";
import { PostgresStore } from "../../../cloud/stores/postgres-store.ts";
import { describeIncidentStore } from "../../contracts/incident-store.ts";
import { describeWith } from "../../engines.ts";
import { type Postgres, postgresName, startPostgres } from "../../fakes/postgres.ts";

describeWith("PostgreSQL", "PostgreSQL", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.close());

  describeIncidentStore(`the Postgres adapter on ${postgresName()}`, async () => {
    const url = await server.database();
    const opened = [await PostgresStore.open(url)];
    return {
      store: opened[0] as PostgresStore,
      reopen: async () => {
        const again = await PostgresStore.open(url);
        opened.push(again);
        return again;
      },
      sweep: async (now) => opened[0]?.sweep(now),
      close: async () => {
        for (const store of opened) await store.close();
      },
    };
  });

  it("makes its tables once when processes start together", async () => {
    const url = await server.database();
    const stores = await Promise.all([1, 2, 3, 4].map(() => PostgresStore.open(url)));
    await stores[0]?.commit([{ key: key("a", "b"), body: 1, expect: 0 }]);
    expect((await stores[3]?.read([key("a", "b")]))?.[0]?.body).toBe(1);
    for (const store of stores) await store.close();
  });

  it("answers a deadlock as somebody else having been faster, and loses nothing", async () => {
    const url = await server.database();
    const store = await PostgresStore.open(url);
    const keys = Array.from({ length: 40 }, (_, i) => key("acme/things", `${10 + i}`));
    await store.commit(keys.map((each) => ({ key: each, body: 0, expect: 0 })));
    let [won, lost] = [0, 0];
    for (let round = 0; round < 5; round += 1) {
      const items = await store.read(keys);
      const writes = items.map((item, i) => ({ key: keys[i]!, body: round, expect: item?.version ?? 0 }));
      const results = await Promise.allSettled([store.commit(writes), store.commit(writes.toReversed())]);
      for (const result of results) {
        if (result.status === "fulfilled") won += 1;
        else {
          expect(result.reason).toBeInstanceOf(ConflictError);
          lost += 1;
        }
      }
    }
    expect([won, lost]).toEqual([5, 5]);
    await store.close();
  });

  it("refuses a database of a version that this program does not know, by name", async () => {
    const url = await server.database();
    await (await PostgresStore.open(url)).close();
    const sql = postgres(url, { max: 1 });
    await sql`UPDATE spotter_schema SET version = 7`;
    await sql.end();
    await expect(PostgresStore.open(url)).rejects.toThrow(/has version 7, this program knows 1/);
  });

  it("says so when the database cannot be reached", async () => {
    await expect(PostgresStore.open("postgres://spotter:secret@127.0.0.1:1/none")).rejects.toThrow(
      /^database 127\.0\.0\.1:1\/none: .*ECONNREFUSED/,
    );
    for (const address of ["db.example", "mysql://spotter@db.example/spotter", ""])
      await expect(PostgresStore.open(address)).rejects.toThrow(/give one such as postgres:\/\//);
  });
});
