import { describe, expect, it } from "vitest";
import { AuditedStore, append, auditLog, checkAudit } from "../../../cloud/core/audit.ts";
import { canonical } from "../../../cloud/core/canonical.ts";
import { type CaseFile, isWhole } from "../../../cloud/core/case-file.ts";
import { note } from "../../../cloud/core/incidents.ts";
import type { Store, Write } from "../../../cloud/core/store.ts";
import { ask, PNG, type World, world } from "./world.ts";

const deed = { tenant: "acme", user: "ada", action: "test", subject: "it", detail: { because: "of a test" } };

async function entryAt({ ports }: World, sequence: number) {
  const { items } = await ports.store.list("acme/audit", { limit: 100 });
  const item = items.find(({ body }) => (body as { sequence: number }).sequence === sequence);
  if (!item) throw new Error(`no entry ${sequence}`);
  return item;
}

describe("the audit log", () => {
  it("writes a deed with what it changes, or neither", async () => {
    const here = await world({ streams: false });
    const { incident } = here.ids.acme;
    const { commit } = here.ports.store;
    let failing = true;
    here.ports.store.commit = async (writes: readonly Write[]) => {
      if (failing) throw new Error("the disk is full");
      return commit.call(here.ports.store, writes);
    };
    const asking = { params: { incident }, body: { reason: "wet floor" } };
    const post = () => ask(here.app, "POST /api/incidents/:incident/notes", here.sessions.acme.ada, asking);
    expect((await post()).statusCode).toBe(500);
    expect((await auditLog(here.ports, "acme")).items).toEqual([]);
    failing = false;
    const done = (await post()).json();
    expect(done.actions).toHaveLength(1);
    const [item] = (await auditLog(here.ports, "acme")).items;
    expect(item?.body).toMatchObject({
      ...{ sequence: 1, user: "ada", action: "incident.note", subject: incident },
      detail: { incident, reason: "wet floor" },
    });
  });

  it("keeps every deed, one behind the other, however many write at once", async () => {
    const here = await world({ streams: false });
    const { incident } = here.ids.acme;
    const asking = { params: { incident }, body: { reason: "all at once" } };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        ask(here.app, "POST /api/incidents/:incident/notes", here.sessions.acme.olga, asking),
      ),
    );
    const granted = answers.filter(({ statusCode }) => statusCode === 200).length;
    expect(granted).toBeGreaterThan(0);
    expect(await checkAudit(here.ports, "acme")).toMatchObject({ whole: true, head: { sequence: granted } });
  });

  it.each(["user", "action", "subject", "at", "detail", "previous", "hash"])(
    "shows that %s was changed",
    async (field) => {
      const here = await world({ streams: false });
      for (let i = 0; i < 3; i += 1) await append(here.ports, deed);
      const { key, body, version } = await entryAt(here, 2);
      const changed = { ...(body as object), [field]: field === "at" ? 1 : "changed" };
      await here.ports.store.commit([{ key, body: changed, expect: version }]);
      expect(await checkAudit(here.ports, "acme")).toMatchObject({ whole: false, brokenAt: 2 });
      const told = await ask(here.app, "GET /api/audit/check", here.sessions.acme.sam);
      expect(told.json()).toMatchObject({ whole: false, brokenAt: 2 });
    },
  );

  it("shows that an entry was taken out, in the middle or at the end", async () => {
    for (const sequence of [2, 3]) {
      const here = await world({ streams: false });
      for (let i = 0; i < 3; i += 1) await append(here.ports, deed);
      const { key, version } = await entryAt(here, sequence);
      await here.ports.store.commit([{ key, expect: version }]);
      expect(await checkAudit(here.ports, "acme")).toMatchObject({ whole: false, brokenAt: sequence });
    }
  });

  it("counts a second change of the same request as part of the first", async () => {
    const here = await world({ streams: false });
    const store: Store = new AuditedStore(here.ports, deed);
    const about = { tenant: "acme", id: here.ids.acme.incident, by: "Ada", reason: "one" };
    await note({ ...here.ports, store }, about);
    await note({ ...here.ports, store }, { ...about, reason: "two" });
    expect(await checkAudit(here.ports, "acme")).toMatchObject({ whole: true, head: { sequence: 1 } });
  });

  it("holds no secret and no bytes", async () => {
    const here = await world({ streams: false });
    const contact = { channel: "webhook", address: "https://x.example/", secret: "the secret of the webhook" };
    await ask(here.app, "PUT /api/people/:person", here.sessions.acme.sam, {
      params: { person: "bob" },
      body: { name: "Bob", contacts: [contact] },
    });
    await ask(here.app, "PUT /api/sites/:site/floor-plan", here.sessions.acme.sam, {
      params: { site: "north" },
      upload: { type: "image/png", bytes: PNG },
    });
    const log = JSON.stringify(await auditLog(here.ports, "acme"));
    expect(log).toContain("https://x.example/");
    expect(log).toContain(`"bytes":${PNG.length}`);
    expect(log).not.toContain(contact.secret);
  });
});

describe("canonical JSON", () => {
  it("is the same for the same value, whatever the order it was made in", () => {
    expect(canonical({ b: [1, { d: 2, c: 3 }], a: "x" })).toBe('{"a":"x","b":[1,{"c":3,"d":2}]}');
    expect(canonical({ a: "x", b: [1, { c: 3, d: 2 }] })).toBe(canonical({ b: [1, { d: 2, c: 3 }], a: "x" }));
  });
});

describe("a case file", () => {
  async function exported() {
    const here = await world({ streams: false });
    const { incident } = here.ids.acme;
    const params = { incident };
    await ask(here.app, "POST /api/incidents/:incident/acknowledge", here.sessions.acme.olga, {
      params,
      body: { reason: "went there", outcome: "true" },
    });
    const answer = await ask(here.app, "GET /api/incidents/:incident/case", here.sessions.acme.sam, { params });
    return { here, file: answer.json() as CaseFile };
  }

  it("holds everything about the incident, and its hash stands in the log", async () => {
    const { here, file } = await exported();
    expect(file.parts.map(({ name }) => name)).toEqual([
      "incident",
      "timeline",
      "events",
      "escalation",
      "notices",
      "audit",
    ]);
    expect(isWhole(file)).toBe(true);
    const [item] = (await auditLog(here.ports, "acme")).items;
    expect(item?.body).toMatchObject({
      ...file.audit,
      action: "incident.export",
      user: "sam",
      detail: { sha256: file.sha256 },
    });
    const events = file.parts.find(({ name }) => name === "events")?.content as unknown[];
    expect(events).toHaveLength(3);
    expect(JSON.stringify(file)).not.toContain("a secret of enough characters");
  });

  it("is no longer whole once a part, its hash, or the whole's is changed", async () => {
    const { file } = await exported();
    for (const [index, part] of file.parts.entries()) {
      const swap = (other: object) => ({ ...file, parts: file.parts.with(index, { ...part, ...other }) });
      expect(isWhole(swap({ content: { ...(part.content as object), added: 1 } }))).toBe(false);
      expect(isWhole(swap({ name: "other" }))).toBe(false);
    }
    expect(isWhole({ ...file, parts: file.parts.slice(1) })).toBe(false);
    expect(isWhole({ ...file, sha256: "0".repeat(64) })).toBe(false);
  });
});
