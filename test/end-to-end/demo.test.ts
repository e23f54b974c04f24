import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { startBroker } from "../../cloud/broker.ts";
import type { Plc } from "../../demo/plc.ts";
import type { Status } from "../../src/api/device.ts";
import { decode } from "../../src/event/decode.ts";
import type { Event } from "../../src/event/event.ts";
import { accounts, type Run, sum, until } from "../device/rig.ts";
import { freePort } from "../fakes/free-port.ts";
import { visit } from "../fakes/visitor.ts";
import { type Hall, hall, WAIT } from "./hall.ts";

const root = resolve(import.meta.dirname, "../..");

interface Told extends Hall {
  /** Events that the broker has heard, in order. */
  heard: Event[];
  /** Switches a broker that was away on. */
  connect(): Promise<void>;
}

/** The hall beside a broker. Without `connected` nobody listens on the broker's port. */
async function toldHall({ connected = true } = {}): Promise<Told> {
  const heard: Event[] = [];
  const port = await freePort();
  const connect = async (): Promise<void> => {
    const broker = await startBroker({
      port,
      onMessage: (topic, payload) => {
        if (!topic.endsWith("/state")) heard.push(decode(payload));
      },
    });
    onTestFinished(() => broker.close());
  };
  if (connected) await connect();
  return { ...(await hall({ url: `mqtt://127.0.0.1:${port}` })), heard, connect };
}

const changes = (heard: readonly Event[]) => heard.map(({ body }) => body).filter((body) => body.type === "fallChange");
/** The fall as the cloud is told it. */
const fall = (heard: readonly Event[]) => changes(heard).find(({ kind }) => kind === "confirmed" || kind === "down");
const stops = (plc: Plc): Promise<void> =>
  new Promise((stopped) => plc.on("change", ({ phase }) => phase === "stopped" && stopped()));

/** Asks the API as the page does. */
function api({ url, credential }: Run) {
  const headers = { authorization: `Bearer ${credential.token}`, "content-type": "application/json" };
  return {
    state: async () => (await (await fetch(`${url}/api/state`, { headers })).json()) as Status,
    post: (path: string) => fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify({ who: "ada" }) }),
  };
}

describe("a person who falls beside a running conveyor", () => {
  it("stops it; the event reaches the cloud with skeleton and stage times; acknowledge and reset work and restart nothing", async () => {
    const run = await toldHall();
    const { plc, heard } = run;
    expect(plc.state().running).toBe(true);
    await stops(plc);
    expect(plc.state()).toMatchObject({ running: false, speed: 0, stopRequested: true });

    await expect.poll(() => fall(heard), WAIT).toBeDefined();
    const event = fall(heard);
    expect(event).toMatchObject({ camera: "press", zone: "picture", tier: 2 });
    expect(event?.skeleton?.poses.length).toBe((event?.skeleton?.steps ?? 0) * 51);
    expect(event?.skeleton?.steps).toBeGreaterThan(5);
    for (const stage of ["decode", "paint", "eyes", "track", "fall", "decide"] as const)
      expect(event?.stages[stage], stage).toBeGreaterThan(0);

    const { state, post } = api(run);
    const [alarm] = (await state()).alarms.filter(({ id }) => id === event?.alarm);
    expect(alarm).toMatchObject({ open: true, tier: 2, camera: "press" });
    const receipts = alarm?.steps.flatMap((step) => step.receipts) ?? [];
    expect(receipts).toContainEqual(expect.objectContaining({ actuator: "stop-conveyor", outcome: "confirmed" }));

    expect((await post(`/api/alarms/${alarm?.id}/acknowledge`)).status).toBe(200);
    expect(plc.state().stopRequested).toBe(true);
    // The clip begins again with somebody who works: every alarm can be reset then.
    await expect
      .poll(async () => {
        for (const { id, open } of (await state()).alarms) if (open) await post(`/api/alarms/${id}/reset`);
        return plc.state().stopRequested;
      }, WAIT)
      .toBe(false);
    await until(run, ({ outputs }) => outputs.every(({ ok }) => ok));
    expect(plc.state()).toMatchObject({ phase: "stopped", speed: 0 });
    await expect
      .poll(() => changes(heard).map(({ kind }) => kind), WAIT)
      .toEqual(expect.arrayContaining(["acknowledged", "cleared"]));

    await run.device.stop();
    const { in: framesIn, fates } = await accounts(run, "press");
    expect(framesIn).toBeGreaterThan(100);
    expect(sum(fates)).toBe(framesIn);
  }, 240_000);

  it("stops it without a network; the event waits and arrives once there is one", async () => {
    const run = await toldHall({ connected: false });
    const { plc, heard } = run;
    await stops(plc);
    const { state, post } = api(run);
    const alarm = (await state()).alarms.find(({ tier, open }) => open && tier === 2);
    expect((await post(`/api/alarms/${alarm?.id}/acknowledge`)).status).toBe(200);
    await until(run, ({ cloud }) => cloud.state === "offline" && cloud.waiting > 0);
    expect(heard).toEqual([]);
    await run.connect();
    await expect
      .poll(
        () =>
          changes(heard)
            .filter(({ alarm: id }) => id === alarm?.id)
            .map(({ kind }) => kind),
        WAIT,
      )
      .toEqual(expect.arrayContaining(["acknowledged"]));
    expect(fall(heard)).toMatchObject({ alarm: alarm?.id, camera: "press" });
    await until(run, ({ cloud }) => cloud.state === "connected" && cloud.waiting === 0);
  }, 240_000);
});

describe("npm start", () => {
  it("shows the page and, by what it sees alone, stops the conveyor and tells the cloud, whose dashboard shows it", async () => {
    // A process group of its own, as a terminal makes one: Ctrl-C reaches npm and what it has started.
    const child = spawn("npm", ["start", "--", "--port", "0", "--cloud-port", "0", "--budget", "10000"], {
      cwd: root,
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    const group = -(child.pid as number);
    onTestFinished(() => {
      if (child.exitCode === null && child.signalCode === null) process.kill(group, "SIGKILL");
    });
    const said: string[] = [];
    child.stderr.on("data", (text) => said.push(String(text)));
    createInterface({ input: child.stdout }).on("line", (line) => said.push(line));
    const line = async (wanted: RegExp): Promise<string> => {
      await expect.poll(() => said.find((text) => wanted.test(text)) ?? child.exitCode, WAIT).toMatch(wanted);
      return said.find((text) => wanted.test(text)) as string;
    };
    const [, address] = /(http:\/\/\S+)\/#token=/.exec(await line(/Open /)) ?? [];
    expect(await (await fetch(`${address}/`)).text()).toContain("<html");
    await line(/ALARM +(confirmed|down): /);
    await line(/CONVEYOR +stands still/);
    const [, dashboard = "", incident = ""] =
      /(http:\/\/\S+)\/incidents\/(\S+)/.exec(await line(/CLOUD +fall active: /)) ?? [];
    const [, user = "", password = ""] = /log in as (\S+), password (\S+)/.exec(await line(/dashboard; log in/)) ?? [];
    expect(await (await fetch(`${dashboard}/incidents/${incident}`)).text()).toContain("<html");
    const { call } = await visit(dashboard, user, password, "a horse of another colour");
    const found = await call("GET /api/incidents/:incident", { params: { incident } });
    expect(found).toMatchObject({ device: "demo", camera: "hall", severity: "fall" });
    const gone = once(child, "exit");
    process.kill(group, "SIGINT");
    await gone;
  }, 240_000);
});
