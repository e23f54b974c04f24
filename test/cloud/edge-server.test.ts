import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fallingBody } from "../../bench/sizes.ts";
import { incidents } from "../../cloud/core/incidents.ts";
import { ingest } from "../../cloud/core/ingest.ts";
import { newPassKey, PASS_COOKIE, signPass } from "../../cloud/core/pass.ts";
import { createUser } from "../../cloud/core/users.ts";
import { type Cloud, startCloud } from "../../cloud/server.ts";
import { ACME, change, SimulatedDevice } from "./rig.ts";

const PASSWORD = "a password of my own";

/** A browser, as far as cookies go. */
class Browser {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  async logIn(user: string): Promise<Response> {
    const body = JSON.stringify({ user, password: PASSWORD });
    return this.ask("/api/session", { method: "POST", headers: { "content-type": "application/json" }, body });
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const answer = await fetch(this.#url + path, { ...init, headers: { ...init.headers, cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = set.split(";")[0]?.split("=") ?? [];
      this.#cookies.set(name, value);
    }
    return answer;
  }

  set(name: string, value: string): void {
    this.#cookies.set(name, value);
  }
}

describe("the cloud on one machine, behind its own edge", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "spotter-edge-server-"));
  let cloud: Cloud;
  let incident: string;
  let ann: Browser;
  let bob: Browser;

  beforeAll(async () => {
    cloud = await startCloud({
      dataDir,
      adopt: { tenant: ACME, site: "north" },
      http: { port: 0, tenant: ACME },
      logLevel: "silent",
    });
    await cloud.ready;
    const people = { role: "operator", password: PASSWORD, mustChangePassword: false } as const;
    await createUser(cloud, ACME, { ...people, user: "ann", name: "Ann", sites: ["*"] });
    await createUser(cloud, ACME, { ...people, user: "bob", name: "Bob", sites: ["south"] });
    await ingest(cloud, new SimulatedDevice().send(change("confirmed", { skeleton: fallingBody() })));
    incident = (await incidents(cloud, ACME)).incidents[0]?.id ?? "";
    [ann, bob] = [new Browser(cloud.url), new Browser(cloud.url)];
    for (const [browser, user] of [
      [ann, "ann"],
      [bob, "bob"],
    ] as const)
      expect((await browser.logIn(user)).status).toBe(200);
  });
  afterAll(async () => {
    await cloud.close();
    rmSync(dataDir, { recursive: true });
  });

  it("gives whoever logs in a pass, and computes a site's summary for them", async () => {
    const answer = await ann.ask("/edge/sites/north/summary");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      site: "north",
      open: { active: 1, acknowledged: 0, shelved: 0 },
      waiting: { id: incident },
      complete: true,
    });
  });

  it("computes statistics, and draws what the device saw", async () => {
    expect(await (await ann.ask("/edge/sites/north/statistics?days=90")).json()).toMatchObject({
      days: 90,
      complete: true,
    });
    const picture = await ann.ask(`/edge/sites/north/incidents/${incident}/thumbnail.svg`);
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
    expect(await picture.text()).toMatch(/^<svg .*<line .*<\/svg>$/);
  });

  it("shows nobody a site that they do not see, by the edge or by the API behind it", async () => {
    expect((await bob.ask("/edge/sites/north/summary")).status).toBe(403);
    const other = await bob.ask(`/edge/sites/south/incidents/${incident}/thumbnail.svg`);
    expect(other.status).toBe(404);
    expect((await new Browser(cloud.url).ask("/edge/sites/north/summary")).status).toBe(401);
  });

  it("takes no pass that it did not sign, and none that another person's session stands behind", async () => {
    const forger = new Browser(cloud.url);
    forger.set(PASS_COOKIE, signPass(newPassKey("k1"), { tenant: ACME, sites: ["*"] }, Date.now() + 60_000) as string);
    expect((await forger.ask("/edge/sites/north/summary")).status).toBe(401);
    const key = { id: "k1", pem: readFileSync(join(dataDir, "pass-key.pem"), "utf8") };
    forger.set(PASS_COOKIE, signPass(key, { tenant: ACME, sites: ["*"] }, Date.now() + 60_000) as string);
    // The pass alone opens only what is cached; here nothing is, and the API asks for a session.
    expect((await forger.ask("/edge/sites/north/summary")).status).toBe(401);
  });

  it("keeps its key to itself", () => {
    expect(statSync(join(dataDir, "pass-key.pem")).mode & 0o777).toBe(0o600);
  });

  it("dresses the API's answers too", async () => {
    const { headers } = await ann.ask("/api/session");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("cache-control")).toMatch(/no-store/);
  });
});
