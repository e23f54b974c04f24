import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Limiter } from "../../../cloud/api/limiter.ts";
import { ingest } from "../../../cloud/core/ingest.ts";
import { tick } from "../../../cloud/core/tasks.ts";
import { change, SimulatedDevice } from "../rig.ts";
import { ask, PNG, type World, world } from "./world.ts";

const quiet = () => world({ streams: false });

/** One fall each of so many devices, at these sites in turn. */
async function falls(here: World, count: number, sites = ["north"]): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const site = sites[i % sites.length] as string;
    const device = new SimulatedDevice(`acme-${String(i).padStart(3, "0")}`);
    device.clock.advance(i * 60_000);
    await ingest({ ...here.ports, adopt: { tenant: "acme", site } }, device.send(change("confirmed")));
  }
}

interface Listed {
  readonly incidents: { id: string; device: string; site: string; since: number }[];
  readonly next?: string;
}

describe("the list of incidents", () => {
  const list = async (here: World, query: Record<string, unknown>, name: "ada" | "otto" = "ada"): Promise<Listed> =>
    (await ask(here.app, "GET /api/incidents", here.sessions.acme[name], { query })).json();

  it("is read page by page, newest first, each once, whatever comes in between", async () => {
    const here = await quiet();
    await falls(here, 12);
    const seen: string[] = [];
    let page = await list(here, { limit: 5 });
    const late = new SimulatedDevice("acme-late");
    late.clock.advance(3_600_000);
    await ingest({ ...here.ports, adopt: { tenant: "acme", site: "north" } }, late.send(change("confirmed")));
    seen.push(...page.incidents.map(({ device }) => device));
    while (page.next !== undefined) {
      page = await list(here, { limit: 5, after: page.next });
      seen.push(...page.incidents.map(({ device }) => device));
    }
    const wanted = Array.from({ length: 12 }, (_, i) => `acme-${String(11 - i).padStart(3, "0")}`);
    expect(seen.filter((device) => device !== "acme-hall")).toEqual(wanted);
    expect(seen.filter((device) => device === "acme-hall")).toHaveLength(1);
  });

  it("is narrowed by state, kind, site, camera and time, alone and together", async () => {
    const here = await quiet();
    await falls(here, 6, ["north", "south"]);
    const all = (await list(here, {})).incidents;
    const count = async (query: Record<string, unknown>) => (await list(here, query)).incidents.length;
    expect(await count({ site: "south" })).toBe(3);
    expect(await count({ state: "active", severity: "fall" })).toBe(7);
    expect(await count({ state: "cleared" })).toBe(0);
    expect(await count({ severity: "nearMiss" })).toBe(0);
    expect(await count({ device: "acme-003", camera: "press-3" })).toBe(1);
    expect(await count({ device: "acme-003", camera: "press-3", site: "north" })).toBe(0);
    const [third] = all.filter(({ device }) => device === "acme-003");
    expect(await count({ from: third?.since, to: (third?.since ?? 0) + 1 })).toBe(1);
    expect((await list(here, {}, "otto")).incidents.map(({ site }) => site)).toEqual(["south", "south", "south"]);
    const half = await ask(here.app, "GET /api/incidents", here.sessions.acme.ada, { query: { device: "acme-003" } });
    expect(half.json().message).toContain("camera");
  });
});

describe("an incident", () => {
  it("is acknowledged, shelved within limits, brought back, cleared and noted, each under the name of whoever did it", async () => {
    const here = await quiet();
    const { olga, sam } = here.sessions.acme;
    const params = { incident: here.ids.acme.incident };
    const post = (what: string, who: typeof olga, body: object) =>
      ask(here.app, `POST /api/incidents/:incident/${what}` as "POST /api/incidents/:incident/notes", who, {
        params,
        body,
      });
    const long = await post("shelve", sam, { reason: "later", minutes: 31 });
    expect([long.statusCode, long.json().message]).toEqual([400, expect.stringContaining("30 minutes")]);
    const shelved = await post("shelve", sam, { reason: "is looked after", minutes: 20 });
    expect(shelved.json().shelvedUntil).toBe(here.clock.now() + 20 * 60_000);
    expect((await post("unshelve", olga, { reason: "look again" })).json().shelvedUntil).toBeUndefined();
    const early = await post("clear", sam, { reason: "over" });
    expect([early.statusCode, early.json().code]).toEqual([409, "refused"]);
    await post("acknowledge", olga, { reason: "went there", outcome: "drill" });
    await post("acknowledge", sam, { reason: "looked at it again", outcome: "false" });
    const cleared = (await post("clear", sam, { reason: "over" })).json();
    expect([cleared.state, cleared.outcome, cleared.acknowledged.by]).toEqual(["cleared", "false", "olga of acme"]);
    expect(cleared.actions.map(({ kind, by }: { kind: string; by: string }) => `${kind} ${by.split(" ")[0]}`)).toEqual([
      ...["shelve sam", "unshelve olga", "acknowledge olga", "acknowledge sam", "clear sam"],
    ]);
    const { cameras } = (
      await ask(here.app, "GET /api/analytics", sam, { query: { to: here.clock.now() + 60_000 } })
    ).json();
    expect(cameras[0].outcomes).toEqual({ true: 0, false: 1, drill: 0 });
  });

  it("stops telling people once it is acknowledged", async () => {
    const here = await quiet();
    const { olga } = here.sessions.acme;
    const params = { incident: here.ids.acme.incident };
    const told = () => ask(here.app, "GET /api/incidents/:incident/escalation", olga, { params });
    expect((await told()).json().escalation.stopped).toBeUndefined();
    await ask(here.app, "POST /api/incidents/:incident/acknowledge", olga, { params, body: { reason: "went there" } });
    expect((await told()).json().escalation.stopped).toBe("acknowledged");
    const before = here.webhook.sent.length;
    here.clock.advance(3_600_000);
    await tick(here.ports, () => {});
    const later = here.webhook.sent.slice(before).filter(({ message }) => message.subject.startsWith("Fall"));
    // The other tenant's fall is acknowledged by nobody.
    expect(new Set(later.map(({ message }) => (message.data as { tenant: string }).tenant))).toEqual(new Set(["zeta"]));
  });

  it("is told from frame to output in ms, with the joints that led to it", async () => {
    const here = await quiet();
    const params = { incident: here.ids.acme.incident };
    const { olga } = here.sessions.acme;
    const { moments } = (await ask(here.app, "GET /api/incidents/:incident/timeline", olga, { params })).json();
    expect(moments[0]).toMatchObject({ what: "frame", ms: 0 });
    expect(moments.map(({ what }: { what: string }) => what)).toContain("output confirmed");
    const { tracks } = (await ask(here.app, "GET /api/incidents/:incident/skeleton", olga, { params })).json();
    expect([tracks.length, tracks[0].poses.length, tracks[0].poses[0].length]).toEqual([1, 3, 51]);
    const { receipts } = (await ask(here.app, "GET /api/incidents/:incident/receipts", olga, { params })).json();
    expect(receipts).toMatchObject([{ actuator: "press", outcome: "confirmed", confirmedMs: 4.5 }]);
  });
});

describe("people, rotas and policies", () => {
  it("keep a webhook's secret that nobody sends again, and show it to nobody", async () => {
    const here = await quiet();
    const { sam } = here.sessions.acme;
    const contact = { channel: "webhook", address: "https://ann.example/" };
    const put = (contacts: object[]) =>
      ask(here.app, "PUT /api/people/:person", sam, { params: { person: "ann" }, body: { name: "Ann B.", contacts } });
    expect((await put([contact])).json()).toEqual({ person: "ann", name: "Ann B.", contacts: [contact] });
    const { items } = await here.ports.store.list("acme/people", { limit: 10 });
    expect(items[0]?.body).toMatchObject({ name: "Ann B.", contacts: [{ secret: "a secret of enough characters" }] });
    const other = await put([{ ...contact, address: "https://other.example/" }]);
    expect([other.statusCode, other.json().message]).toEqual([400, expect.stringContaining("secret")]);
    expect((await ask(here.app, "GET /api/people", sam)).body).not.toContain("secret");
  });

  it("are not forgotten while somebody counts on them", async () => {
    const here = await quiet();
    const { sam } = here.sessions.acme;
    const remove = async (what: "people" | "rotas" | "policies", name: string) => {
      const key = {
        people: "DELETE /api/people/:person",
        rotas: "DELETE /api/rotas/:rota",
        policies: "DELETE /api/policies/:site",
      } as const;
      const answer = await ask(here.app, key[what], sam, { params: { person: name, rota: name, site: name } });
      return answer.statusCode === 204 ? "gone" : answer.json().message;
    };
    expect(await remove("people", "ann")).toContain('shifts in rota "nights"');
    expect(await remove("rotas", "nights")).toBe("gone");
    expect(await remove("people", "ann")).toContain('policy of site "*"');
    expect(await remove("policies", "*")).toBe("gone");
    expect(await remove("people", "ann")).toBe("gone");
    expect((await ask(here.app, "GET /api/people", sam)).json()).toEqual({ people: [] });
  });

  it("tell who is on call now", async () => {
    const here = await quiet();
    const { rotas } = (await ask(here.app, "GET /api/rotas", here.sessions.acme.sam)).json();
    expect(rotas).toMatchObject([{ rota: "nights", now: "ann" }]);
  });

  it("are tried out with a test message, and a failed one again", async () => {
    const here = await quiet();
    const { sam } = here.sessions.acme;
    const test = { params: { person: "ann" }, body: { channel: "webhook" } };
    here.clock.advance(1_000);
    expect((await ask(here.app, "POST /api/people/:person/test", sam, test)).statusCode).toBe(204);
    expect(here.ports.poked).toBe(1);
    const before = here.webhook.sent.length;
    await tick(here.ports, () => {});
    expect(here.webhook.sent.slice(before).map(({ message }) => message.subject)).toContain("Test");
    const { notices } = (await ask(here.app, "GET /api/notices", sam)).json();
    const failed = notices.map(({ id }: { id: string }) => id);
    expect(failed).toContain(here.ids.acme.notice);
    await ask(here.app, "POST /api/notices/:notice/replay", sam, { params: { notice: here.ids.acme.notice } });
    await tick(here.ports, () => {});
    const all = (await ask(here.app, "GET /api/notices", sam, { query: { which: "all" } })).json().notices;
    const again = all.find(({ id }: { id: string }) => id === here.ids.acme.notice);
    expect(again).toMatchObject({ state: "delivered", channel: "webhook", address: "https://ann.example/" });
  });
});

describe("places", () => {
  it("are drawn, and cameras placed on them", async () => {
    const here = await quiet();
    const { sam } = here.sessions.acme;
    const place = {
      params: { device: "acme-hall", camera: "press-3" },
      body: { line: "presses", at: { x: 0.2, y: 0.7 } },
    };
    await ask(here.app, "PUT /api/devices/:device/cameras/:camera", sam, place);
    await ask(here.app, "PUT /api/sites/:site/floor-plan", sam, {
      params: { site: "north" },
      upload: { type: "image/png", bytes: PNG },
    });
    const { sites } = (await ask(here.app, "GET /api/sites", sam)).json();
    expect(sites).toMatchObject([{ site: "north", lines: ["presses"], floorPlan: { url: expect.any(String) } }]);
    const { cameras } = (await ask(here.app, "GET /api/cameras", sam, { query: { site: "north" } })).json();
    expect(cameras).toMatchObject([{ camera: "press-3", line: "presses", at: { x: 0.2, y: 0.7 }, state: "armed" }]);
    here.clock.advance(3_600_000);
    expect((await ask(here.app, "GET /api/cameras", sam)).json().cameras[0].state).toBe("silent");
  });

  it("take no picture that is none, none of another kind, and none at a site that is not there", async () => {
    const here = await quiet();
    const put = (site: string, type: string, bytes: Buffer) =>
      ask(here.app, "PUT /api/sites/:site/floor-plan", here.sessions.acme.sam, {
        params: { site },
        upload: { type, bytes },
      });
    expect((await put("north", "image/jpeg", PNG)).statusCode).toBe(400);
    expect((await put("north", "image/png", Buffer.from("<svg onload=alert(1)>"))).statusCode).toBe(400);
    expect((await put("north", "image/svg+xml", Buffer.from("<svg/>"))).statusCode).toBe(415);
    expect((await put("north", "image/png", Buffer.alloc(0))).statusCode).toBe(400);
    expect((await put("nowhere", "image/png", PNG)).statusCode).toBe(404);
  });

  it("give no device away that another tenant has", async () => {
    const here = await quiet();
    const take = { params: { device: "zeta-hall" }, body: { site: "north" } };
    const answer = await ask(here.app, "PUT /api/devices/:device", here.sessions.acme.ada, take);
    expect([answer.statusCode, answer.json().message]).toEqual([409, expect.stringContaining("name is taken")]);
  });
});

describe("a device that nobody knew", () => {
  it("has lost nothing of what it sent once it is enrolled, and brings nothing of another's", async () => {
    const here = await quiet();
    const { ada } = here.sessions.acme;
    const [early, other] = [new SimulatedDevice("acme-new"), new SimulatedDevice("somebody-else")];
    const { fates } = await ingest(here.ports, [
      ...early.send(change("suspected"), change("confirmed")),
      ...other.send(change("confirmed")),
    ]);
    expect(fates).toEqual(["dead", "dead", "dead"]);
    const enrolled = await ask(here.app, "PUT /api/devices/:device", ada, {
      params: { device: "acme-new" },
      body: { site: "north" },
    });
    expect([enrolled.statusCode, here.ports.poked]).toEqual([204, 1]);
    const { incidents } = (await ask(here.app, "GET /api/incidents", ada, { query: { site: "north" } })).json();
    const devices = incidents.map(
      ({ device, severity }: { device: string; severity: string }) => `${device} ${severity}`,
    );
    expect(devices.sort()).toEqual(["acme-hall fall", "acme-new fall"]);
    const left = (await here.ports.store.list("-/dead/recent", { limit: 10 })).items;
    expect(left.map(({ body }) => (body as { identity: string }).identity)).toEqual(["somebody-else"]);
  });
});

describe("a dead letter", () => {
  it("is shown with its reason and tried again", async () => {
    const here = await quiet();
    const { ada } = here.sessions.acme;
    const { deadLetters } = (await ask(here.app, "GET /api/dead-letters", ada)).json();
    expect(deadLetters).toMatchObject([{ rejection: "malformed", identity: "acme-hall", size: 3, tries: 1 }]);
    const params = { letter: here.ids.acme.letter };
    const replayed = await ask(here.app, "POST /api/dead-letters/:letter/replay", ada, { params });
    expect(replayed.json()).toEqual({ fate: "dead" });
    expect((await ask(here.app, "GET /api/dead-letters", ada)).json().deadLetters[0].tries).toBe(2);
  });
});

describe("the limiter", () => {
  it("lets so many through at once, then as many as time gives, each name for itself, and forgets the oldest names", () => {
    const limiter = new Limiter(3, 3_000);
    expect([0, 0, 0, 0].map((now) => limiter.take("a", now))).toEqual([0, 0, 0, 1_000]);
    expect(limiter.take("b", 0)).toBe(0);
    expect(limiter.take("a", 500)).toBe(500);
    expect(limiter.take("a", 1_000)).toBe(0);
    // A clock that is set back gives nothing away and locks nobody out for good.
    expect(limiter.take("a", 0)).toBe(1_000);
    expect(limiter.take("a", 2_000)).toBe(0);
    for (let i = 0; i < 10_000; i += 1) limiter.take(`n${i}`, 2_000);
    expect([0, 0, 0].map(() => limiter.take("a", 2_000))).toEqual([0, 0, 0]);
  });

  it("answers whoever asks too often with when to come again", async () => {
    const here = await quiet();
    let answer = await ask(here.app, "GET /healthz", undefined);
    for (let i = 0; i < 2_100 && answer.statusCode === 200; i += 1)
      answer = await ask(here.app, "GET /healthz", undefined);
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([429, "1"]);
  });
});

describe("the pages", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  it("come from their folder, under every address of theirs, and nothing beside it does", async () => {
    const outer = mkdtempSync(join(tmpdir(), "pages-"));
    folders.push(outer);
    const pages = join(outer, "dist");
    mkdirSync(join(pages, "assets"), { recursive: true });
    writeFileSync(join(pages, "index.html"), "<title>Spotter</title>");
    writeFileSync(join(pages, "assets/main-A1B2C3D4.js"), "1");
    writeFileSync(join(pages, ".secret"), "no");
    writeFileSync(join(outer, "secret.txt"), "no");
    const here = await world({ pages, streams: false });
    const get = (url: string) => here.app.inject({ url, headers: { host: "cloud.example" } });
    for (const url of ["/", "/incidents", "/incidents/abc?x=1"]) {
      const page = await get(url);
      expect([url, page.statusCode, page.body]).toEqual([url, 200, "<title>Spotter</title>"]);
      expect(page.headers["content-security-policy"]).toContain("script-src 'self'");
      expect(page.headers["cache-control"]).toBe("no-cache");
    }
    expect((await get("/assets/main-A1B2C3D4.js")).headers["cache-control"]).toContain("immutable");
    for (const url of [
      "/api/none",
      "/blobs/none",
      "/none.js",
      "/.secret",
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
    ]) {
      const none = await get(url);
      expect([url, none.statusCode >= 400, none.body.includes("no\n")]).toEqual([url, true, false]);
    }
  });
});
