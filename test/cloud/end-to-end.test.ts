import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import type { Counting } from "../../cloud/core/counting.ts";
import type { Store } from "../../cloud/core/store.ts";
import type { Timer } from "../../cloud/core/timers.ts";
import { buildDashboard } from "../../cloud/dashboard/build.ts";
import { startCloud } from "../../cloud/server.ts";
import type { AlarmStatus } from "../../src/api/device.ts";
import { until } from "../device/rig.ts";
import { hall, WAIT } from "../end-to-end/hall.ts";
import { describeWith } from "../engines.ts";
import { Gate } from "../fakes/gate.ts";
import { startSecureMosquitto } from "../fakes/mosquitto.ts";
import { type Visitor, visit } from "../fakes/visitor.ts";
import { Webhook } from "../fakes/webhook.ts";

const SECRET = "a secret of enough characters";
const PASSWORD = "a horse of another colour";
const eventually = (check: () => Promise<boolean>) => vi.waitUntil(check, WAIT);

describeWith(["Mosquitto", "Chromium"], "a fall before a real camera", () => {
  let dir: string;
  let browser: Browser;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "spotter-end-to-end-"));
    await buildDashboard(join(dir, "pages"));
    browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(dir, { recursive: true });
  });

  /** Camera service → gate → Mosquitto with mutual TLS → gate → cloud, which tells Ann by webhook, at once and again a minute later. */
  async function plant() {
    const broker = await startSecureMosquitto();
    onTestFinished(() => broker.close());
    const port = Number(new URL(broker.url).port);
    const gates = { device: await Gate.before(port), cloud: await Gate.before(port) };
    onTestFinished(async () => {
      await gates.device.shut();
      await gates.cloud.shut();
    });
    const dataDir = mkdtempSync(join(dir, "cloud-"));
    const cloud = await startCloud({
      dataDir,
      broker: { url: `mqtts://127.0.0.1:${gates.cloud.port}`, ...broker.credentials("cloud"), reconnectMs: 50 },
      http: { port: 0, tenant: "acme", pages: join(dir, "pages") },
      logLevel: "silent",
    });
    onTestFinished(() => cloud.close());
    await cloud.ready;
    const { user = "", password = "" } = cloud.firstAdmin ?? {};
    const admin = await visit(cloud.url, user, password, PASSWORD);
    const webhook = await Webhook.start();
    onTestFinished(() => webhook.kill());
    await admin.call("PUT /api/devices/:device", { params: { device: "hall" }, body: { site: "north" } });
    await admin.call("PUT /api/sites/:site", {
      params: { site: "north" },
      body: { name: "Werk Nord", timeZone: "Europe/Berlin" },
    });
    await admin.call("PUT /api/people/:person", {
      params: { person: "ann" },
      body: { name: "Ann", contacts: [{ channel: "webhook", address: webhook.url, secret: SECRET }] },
    });
    const ann = { to: { person: "ann" }, by: "webhook" } as const;
    await admin.call("PUT /api/policies/:site", {
      params: { site: "north" },
      body: {
        chain: [0, 60].map((afterS) => ({ ...ann, afterS })),
        ...{ repeatS: 60, nearMiss: [], trouble: [], cooldownS: 900 },
      },
    });
    const { ca, cert, key } = broker.credentials("hall");
    for (const [name, text] of Object.entries({ ca, cert, key })) writeFileSync(join(dir, `hall-${name}.pem`), text);
    const pem = (name: string) => join(dir, `hall-${name}.pem`);
    const device = await hall({
      url: `mqtts://127.0.0.1:${gates.device.port}`,
      ...{ ca: pem("ca"), cert: pem("cert"), key: `file:${pem("key")}`, heartbeatS: 1 },
    });
    return { cloud, admin, webhook, device, gates };
  }

  const falls = async ({ call }: Visitor) =>
    (await call("GET /api/incidents", { query: { severity: "fall" } })).incidents;

  it("is an incident on the dashboard, whose acknowledgement there ends the escalation", async () => {
    const { cloud, admin, webhook, device } = await plant();
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(cloud.url);
    await page.getByLabel("User name").fill("admin");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");

    const alarm = await until(device, ({ alarms }) => alarms.find(({ tier }) => tier === 2));
    await eventually(async () => (await falls(admin)).length > 0);
    const [summary] = await falls(admin);
    expect(summary).toMatchObject({ site: "north", device: "hall", camera: "press", state: "active" });
    const params = { incident: summary?.id ?? "" };
    const found = () => admin.call("GET /api/incidents/:incident", { params });
    expect(await found()).toMatchObject({ alarm: alarm.id });
    await vi.waitUntil(() => webhook.posted.length > 0, WAIT);
    expect(JSON.parse(webhook.posted[0]?.body ?? "")).toMatchObject({ kind: "fall", incident: params.incident });

    await page.locator(`a[href$="${params.incident}"]`).first().click();
    // The list that is left has buttons of that name, too, until the incident's page is there.
    await page.locator("button.primary", { hasText: "Acknowledge" }).click();
    await page.getByLabel("What you do, or why").fill("helped him up");
    await page.getByRole("dialog").getByRole("radio", { name: "A fall" }).check();
    await page.getByRole("dialog").getByRole("button", { name: "Acknowledge" }).click();
    await eventually(async () => (await found()).state === "acknowledged");
    expect(await found()).toMatchObject({
      acknowledged: { by: "Admin", where: "cloud" },
      outcome: "true",
      actions: [{ kind: "acknowledge", reason: "helped him up" }],
    });
    const { escalation } = await admin.call("GET /api/incidents/:incident/escalation", { params });
    expect(escalation).toMatchObject({ stopped: "acknowledged", log: [{ person: "ann", result: "told" }] });
    expect(await due(cloud)).not.toContain(params.incident);
    const heard = webhook.posted.map(({ body }) => JSON.parse(body).incident);
    expect(heard.filter((incident) => incident === params.incident)).toHaveLength(1);
    expect(faults).toEqual([]);
  }, 240_000);

  it("is told once the network is back, once, with nothing lost, whichever line was cut", async () => {
    const { admin, device, gates, cloud } = await plant();
    await until(device, (status) => status.cloud.state === "connected");
    await gates.device.shut();
    const alarm = await until(device, ({ alarms }) => alarms.find(({ tier }) => tier === 2));
    await until(device, (status) => status.cloud.state === "offline" && status.cloud.waiting > 0);
    expect(await falls(admin)).toEqual([]);

    await gates.cloud.shut();
    await gates.device.open();
    await until(device, (status) => status.cloud.state === "connected" && status.cloud.waiting === 0);
    expect(await falls(admin)).toEqual([]);

    await gates.cloud.open();
    await eventually(async () => (await falls(admin)).length > 0);
    await device.device.stop();
    await sameAs(admin, alarm);
    const devices = async () => (await admin.call("GET /api/devices")).devices;
    await eventually(async () => (await devices())[0]?.gaps.length === 0);
    const kept = (await cloud.store.list("acme/events/hall", { limit: 1_000 })).items;
    const countings = (await cloud.store.list("acme/countings/hall", { limit: 10 })).items;
    expect(countings.map(({ body }) => (body as Counting).newest.sequence)).toEqual([kept.length]);
  }, 240_000);

  /** Every step of the alarm that the device knows is a step of the incident, once. */
  async function sameAs({ call }: Visitor, { id, steps }: AlarmStatus): Promise<void> {
    const [summary] = await falls({ call } as Visitor);
    const { alarm, steps: told } = await call("GET /api/incidents/:incident", {
      params: { incident: summary?.id ?? "" },
    });
    expect(alarm).toBe(id);
    const changes = told.map(({ kind }) => kind).filter((kind) => kind !== "receipts");
    expect(changes.slice(0, steps.length)).toEqual(steps.map(({ kind }) => kind));
    expect(new Set(told.map(({ event }) => event)).size).toBe(told.length);
    expect(told.flatMap(({ receipts = [] }) => receipts)).toContainEqual(
      expect.objectContaining({ actuator: "stop-conveyor", outcome: "confirmed" }),
    );
  }

  /** What timers are still set for. */
  async function due({ store }: { readonly store: Store }): Promise<unknown[]> {
    const { items } = await store.list("timers/due", { limit: 100 });
    return items.flatMap(({ body }) => Object.values((body as Timer).task));
  }
});
