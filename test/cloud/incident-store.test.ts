import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../../cloud/stores/memory-store.ts";
import { SqliteStore } from "../../cloud/stores/sqlite-store.ts";
import { describeIncidentStore } from "../contracts/incident-store.ts";

describeIncidentStore("the in-memory twin", async () => {
  const store = new MemoryStore();
  return { store, reopen: async () => store, sweep: (now) => store.sweep(now), close: async () => {} };
});

describeIncidentStore("SQLite", async () => {
  const dir = mkdtempSync(join(tmpdir(), "spotter-cloud-"));
  const path = join(dir, "cloud.db");
  let store = new SqliteStore(path);
  return {
    store,
    reopen: async () => {
      store.close();
      store = new SqliteStore(path);
      return store;
    },
    sweep: (now) => store.sweep(now),
    close: async () => {
      store.close();
      rmSync(dir, { recursive: true });
    },
  };
});

describe("a SQLite file", () => {
  it("of a version that this program does not know is refused by name", () => {
    const dir = mkdtempSync(join(tmpdir(), "spotter-cloud-"));
    const path = join(dir, "cloud.db");
    new SqliteStore(path).close();
    const db = new DatabaseSync(path);
    db.exec("PRAGMA user_version = 7");
    db.close();
    expect(() => new SqliteStore(path)).toThrow(/cloud\.db: has version 7, this program knows 1/);
    rmSync(dir, { recursive: true });
  });
});
