import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { credential } from "../../src/api/credential.ts";
import type { AlarmStatus } from "../../src/api/device.ts";
import { buildApi, entrance, listen } from "../../src/api/server.ts";
import { parseConfig } from "../../src/config/load.ts";
import { ManualClock } from "../../src/lib/clock.ts";
import { FakeDevice, person, picture } from "./fake-device.ts";

const key = credential("t".repeat(43));
const bearer = { authorization: `Bearer ${key.token}` };
const config = parseConfig(
  `cameras: [{name: press-line, url: "rtsp://h/1"}]
actuators: [{kind: http, name: help, url: "https://h/x?token=abc", secret: env:S}]`,
  "test",
);

let device: FakeDevice;
let clock: ManualClock;
let app: FastifyInstance;

beforeEach(() => {
  device = new FakeDevice();
  clock = new ManualClock();
  app = buildApi({ device, credential: key, config, clock });
});
afterEach(() => app.close());

const get = (url: string, headers: Record<string, string> = bearer) => app.inject({ method: "GET", url, headers });
const post = (url: string, payload: object, headers: Record<string, string> = bearer) =>
  app.inject({ method: "POST", url, payload, headers });

describe("what the API shows", () => {
  it("tells the whole state, the cameras and the alarms", async () => {
    device.fall();
    expect((await get("/api/state")).json()).toEqual(device.current);
    expect((await get("/api/cameras")).json()).toEqual({ cameras: device.current.cameras });
    expect((await get("/api/alarms")).json()).toEqual({ alarms: device.current.alarms });
  });

  it("shows the config without what an address carries beside host and path", async () => {
    const shown = (await get("/api/config")).json();
    expect(shown.actuators[0]).toMatchObject({ url: "https://h/x?***", secret: "env:S" });
  });

  it("gives the figures in Prometheus' text format", async () => {
    const answer = await get("/metrics");
    expect(answer.headers["content-type"]).toContain("text/plain; version=0.0.4");
    expect(answer.body).toContain("spotter_frames_in_total 7");
  });

  it("says to anybody that it lives, and nothing more", async () => {
    const answer = await get("/healthz", {});
    expect([answer.statusCode, answer.json()]).toEqual([200, { ok: true }]);
  });
});

describe("a snapshot", () => {
  const colours = async (jpeg: Buffer) => {
    const { channels } = await sharp(jpeg).stats();
    return channels.map(({ mean }) => mean);
  };

  it("carries the people and zones that were seen", async () => {
    device.shown = await picture(1, 20);
    const plain = await get("/api/cameras/press-line/snapshot.jpg?overlay=0");
    device.seen = [person(7, 0.3, true)];
    const drawn = await get("/api/cameras/press-line/snapshot.jpg");
    expect(drawn.headers).toMatchObject({ "content-type": "image/jpeg", "x-age-ms": "20", "x-stale": "0" });
    const at = async (jpeg: Buffer, x: number, y: number) =>
      [...(await sharp(jpeg).extract({ left: x, top: y, width: 1, height: 1 }).raw().toBuffer())] as number[];
    // On the left edge of the fallen person's box, which is drawn in red.
    const [red = 0, green = 0] = await at(drawn.rawPayload, Math.round(0.28 * 640), 300);
    expect(red - green).toBeGreaterThan(60);
    const [plainRed = 0, plainGreen = 0] = await at(plain.rawPayload, Math.round(0.28 * 640), 300);
    expect(Math.abs(plainRed - plainGreen)).toBeLessThan(20);
  });

  it("is grey and says its age once it is stale", async () => {
    device.shown = await picture(1, 4200);
    const answer = await get("/api/cameras/press-line/snapshot.jpg");
    expect(answer.headers).toMatchObject({ "x-age-ms": "4200", "x-stale": "1" });
    const [red = 0, green = 0, blue = 0] = await colours(answer.rawPayload);
    expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThan(2);
  });

  it("is drawn again for a new frame, and once for all who ask for the same one", async () => {
    const bytes = async () => {
      clock.advance(100);
      return (await get("/api/cameras/press-line/snapshot.jpg?overlay=0")).rawPayload;
    };
    device.shown = await picture(1, 20);
    const first = await bytes();
    device.shown = { ...device.shown, data: new Uint8Array(640 * 360 * 3) };
    expect((await bytes()).equals(first)).toBe(true);
    device.shown = { ...device.shown, sequence: 2 };
    expect((await bytes()).equals(first)).toBe(false);
  });

  it("costs the device ten pictures a second and size at most, and tells its true age meanwhile", async () => {
    device.shown = await picture(1, 20);
    const age = async (query: string) =>
      (await get(`/api/cameras/press-line/snapshot.jpg?${query}`)).headers["x-age-ms"];
    expect(await age("width=640")).toBe("20");
    clock.advance(50);
    device.shown = await picture(2, 5);
    expect([await age("width=640"), await age("width=600")]).toEqual(["70", "70"]);
    expect(device.pictures).toEqual([640]);
    clock.advance(50);
    expect(await age("width=640")).toBe("5");
  });

  it("does not exist before the first picture, nor of an unknown camera", async () => {
    expect((await get("/api/cameras/press-line/snapshot.jpg")).json()).toMatchObject({
      code: "not-found",
      message: "camera press-line has given no picture yet",
    });
    expect((await get("/api/cameras/nowhere/snapshot.jpg")).statusCode).toBe(404);
  });
});

describe("what a person can do", () => {
  it("acknowledges and resets an alarm by name", async () => {
    device.fall();
    expect((await post("/api/alarms/r1-7/acknowledge", { who: " Ada " })).json()).toEqual({ ok: true });
    expect((await post("/api/alarms/r1-7/reset", { who: "Ada" })).json()).toEqual({ ok: true });
    expect(device.calls).toEqual(["acknowledge r1-7 by Ada", "reset r1-7 by Ada"]);
  });

  it("is told why a reset is refused while the condition persists", async () => {
    device.fall("track 7 still lies in press; help the person up, then reset");
    const answer = await post("/api/alarms/r1-7/reset", { who: "Ada" });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toEqual({
      code: "refused",
      message: "track 7 still lies in press; help the person up, then reset",
      remedy: "wait until the reason is gone, then try again",
    });
  });

  it("hears of an alarm or a zone that does not exist", async () => {
    expect((await post("/api/alarms/r1-9/reset", { who: "Ada" })).statusCode).toBe(404);
    expect((await post("/api/cameras/press-line/zones/yard", { enabled: false })).statusCode).toBe(404);
  });

  it("switches a zone off and on", async () => {
    expect((await post("/api/cameras/press-line/zones/press", { enabled: false })).statusCode).toBe(200);
    expect(device.current.cameras[0]?.zones[0]?.enabled).toBe(false);
  });
});

describe("who may use the API", () => {
  it.each([
    "/api/state",
    "/api/cameras",
    "/api/alarms",
    "/api/config",
    "/api/live",
    "/metrics",
    "/api/unknown",
    "/api/cameras/press-line/snapshot.jpg",
  ])("does not answer %s without the credential", async (url) => {
    const answer = await get(url, {});
    expect(answer.statusCode).toBe(401);
    expect(Object.keys(answer.json())).toEqual(["code", "message", "remedy"]);
  });

  it("gives a cookie for the token that no script can read and no other site can send", async () => {
    const answer = await post("/api/login", { token: key.token }, {});
    const cookie = String(answer.headers["set-cookie"]);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(key.token);
    expect((await get("/api/state", { cookie: cookie.split(";")[0] as string })).statusCode).toBe(200);
  });

  it("knows a cookie of its own from any other, the token itself included", async () => {
    for (const value of ["wrong", key.token, `${key.session}x`, ""])
      expect((await get("/api/state", { cookie: `spotter=${value}` })).statusCode).toBe(401);
  });

  it("changes nothing for a cookie alone: the page's own header must be there, and its own origin", async () => {
    device.fall();
    const cookie = `spotter=${key.session}`;
    const reset = (headers: Record<string, string>) =>
      post("/api/alarms/r1-7/reset", { who: "Eve" }, { cookie, ...headers });
    expect((await reset({})).json().code).toBe("foreign-page");
    expect((await reset({ "x-spotter": "1", origin: "http://evil.example" })).json().code).toBe("foreign-page");
    expect(device.calls).toEqual([]);
    expect((await reset({ "x-spotter": "1", origin: "http://localhost:80", host: "localhost:80" })).statusCode).toBe(
      403,
    );
    expect((await reset({ "x-spotter": "1", origin: "http://localhost", host: "localhost" })).statusCode).toBe(200);
  });

  it("locks an address out after five wrong tokens, for longer each time, but not who is already in", async () => {
    const wrong = () => get("/api/state", { authorization: "Bearer wrong" });
    for (let i = 0; i < 5; i += 1) expect((await wrong()).statusCode).toBe(401);
    const locked = await get("/api/state");
    expect([locked.statusCode, locked.headers["retry-after"], locked.json().code]).toEqual([429, "10", "locked-out"]);
    expect((await post("/api/login", { token: key.token }, {})).statusCode).toBe(429);
    expect((await get("/api/state", { cookie: `spotter=${key.session}` })).statusCode).toBe(200);
    clock.advance(10_000);
    expect((await wrong()).statusCode).toBe(401);
    expect((await wrong()).headers["retry-after"]).toBe("20");
    clock.advance(20_000);
    expect((await get("/api/state")).statusCode).toBe(200);
    expect((await wrong()).statusCode).toBe(401);
  });

  it.each(["evil.example", "evil.example:8600", "127.0.0.1.evil.example", "192.0.2.7", "localhost@evil.example"])(
    "does not answer under the name %j while it listens on loopback",
    async (host) => {
      expect((await get("/healthz", { host })).json().code).toBe("wrong-host");
    },
  );

  it.each(["127.0.0.1:8600", "localhost", "[::1]:9"])("answers as %s", async (host) => {
    expect((await get("/healthz", { host })).statusCode).toBe(200);
  });

  it("answers under any address once it listens beyond loopback, but under no foreign name", async () => {
    const open = buildApi({ device, credential: key, config: { ...config, api: { host: "0.0.0.0", port: 0 } } });
    const as = async (host: string) => (await open.inject({ url: "/healthz", headers: { host } })).statusCode;
    expect([await as("192.0.2.7:8600"), await as("evil.example")]).toEqual([200, 403]);
    await open.close();
  });

  it("forbids framing, sniffing and any script but its own", async () => {
    const { headers } = await get("/", {});
    expect(headers["content-security-policy"]).toContain("script-src 'self'");
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "x-frame-options": "DENY" });
  });
});

describe("the live stream", () => {
  /** Opens the stream over a real socket and hands out its events one by one. */
  async function follow(url: string) {
    const request = httpRequest(`${url}/api/live`, { headers: bearer });
    request.end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    response.setEncoding("utf8");
    async function* read() {
      let text = "";
      for await (const chunk of response) {
        text += chunk;
        const parts = text.split("\n\n");
        text = parts.pop() ?? "";
        for (const part of parts) {
          const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(part) as RegExpExecArray;
          yield { event: event as string, data: JSON.parse(data as string) };
        }
      }
    }
    const events = read();
    const next = async (kind: string) => {
      for (;;) {
        const { value } = await events.next();
        if (!value) throw new Error("the stream ended");
        if (value.event === kind) return value.data;
      }
    };
    return { next, response, request };
  }

  it("starts with the present and goes on with what changes and who is seen", async () => {
    const url = await listen(app, { host: "127.0.0.1", port: 0 });
    const { next, request } = await follow(url);
    expect((await next("hello")).limbs.length).toBeGreaterThan(10);
    expect((await next("status")).alarms).toEqual([]);
    device.tell({
      kind: "people",
      camera: "press-line",
      people: [person(7, 0.3, true)],
      capturedAt: 5,
      decisionMs: 40,
    });
    expect(await next("people")).toMatchObject({
      camera: "press-line",
      decisionMs: 40,
      people: [{ track: 7, trouble: true, box: [0.28, 0.75, 0.63, 0.89] }],
    });
    device.fall();
    expect((await next("status")).alarms[0].id).toBe("r1-7");
    request.destroy();
  });

  it("leaves skeletons out for a client that does not read, and cuts it off before it costs memory", async () => {
    const url = await listen(app, { host: "127.0.0.1", port: 0 });
    const { request, response } = await follow(url);
    response.pause();
    device.fall();
    const [alarm] = device.current.alarms as [AlarmStatus];
    device.current.alarms = Array.from({ length: 2000 }, () => alarm);
    const flood = setInterval(() => {
      const people = [person(7, 0.3, true)];
      for (let i = 0; i < 500; i += 1)
        device.tell({ kind: "people", camera: "press-line", people, capturedAt: i, decisionMs: 40 });
      device.tell({ kind: "status" });
    }, 5);
    await vi.waitFor(() => expect(device.listeners).toBe(0), { timeout: 50_000 });
    clearInterval(flood);
    request.destroy();
  });

  it("refuses a seventeenth watcher", async () => {
    const url = await listen(app, { host: "127.0.0.1", port: 0 });
    const streams = await Promise.all(Array.from({ length: 16 }, () => follow(url)));
    const { response } = await follow(url);
    expect(response.statusCode).toBe(503);
    for (const { request } of streams) request.destroy();
  });
});

describe("starting", () => {
  it("names a taken port and what to do", async () => {
    const url = await listen(app, { host: "127.0.0.1", port: 0 });
    const port = Number(new URL(url).port);
    const second = buildApi({ device, credential: key, config });
    await expect(listen(second, { host: "127.0.0.1", port })).rejects.toThrow(
      `api.port: ${port} is taken by another program; stop it, choose another port, or 0 for a free one`,
    );
    await second.close();
  });

  it("lets in whoever has the printed address", () => {
    expect(entrance("http://127.0.0.1:8600", key)).toBe(`http://127.0.0.1:8600/#token=${key.token}`);
  });
});
