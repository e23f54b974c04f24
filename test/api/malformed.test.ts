import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credential } from "../../src/api/credential.ts";
import { buildApi, listen } from "../../src/api/server.ts";
import { parseConfig } from "../../src/config/load.ts";
import { FakeDevice } from "./fake-device.ts";

const key = credential("t".repeat(43));
const device = new FakeDevice();
const app = buildApi({
  device,
  credential: key,
  config: parseConfig('cameras: [{name: press-line, url: "rtsp://h/1"}]', "test"),
});
let port: number;

beforeAll(async () => {
  port = Number(new URL(await listen(app, { host: "127.0.0.1", port: 0 })).port);
});
afterAll(() => app.close());

const routes = [
  "/api/login",
  "/api/alarms/r1-7/acknowledge",
  "/api/alarms/r1-7/reset",
  "/api/cameras/press-line/zones/press",
];

const text = fc.string({ unit: "binary", maxLength: 200 });
/** A body of the wrong shape, under the right address. */
const wrongBody = fc.record({
  method: fc.constant("POST" as const),
  url: fc.constantFrom(...routes),
  payload: fc.oneof(
    fc.json({ maxDepth: 3 }),
    text,
    fc.constant("x".repeat(5000)),
    fc.constant(JSON.stringify({ who: "a".repeat(61) })),
    fc.constant('{"__proto__": {"who": "Eve"}}'),
  ),
  contentType: fc.constantFrom("application/json", "text/plain", "application/xml", "multipart/form-data", "a/b;;"),
});
/** Any address that leads nowhere, with any method. */
const wrongAddress = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"),
  url: fc.oneof(
    fc.webPath().map((path) => `/api${path}`),
    fc
      .stringMatching(/^[%a-f0-9./;?#]{1,60}$/)
      .map((path) => `/${path}`)
      // Dots that lead back to the page itself are no mistake.
      .filter((path) => new URL(`http://h${path}`).pathname !== "/"),
    text.map((name) => `/api/cameras/${encodeURIComponent(name.toWellFormed())}/snapshot.jpg`),
    text.map((name) => `/api/alarms/${encodeURIComponent(name.toWellFormed())}/reset`),
    fc.nat().map((n) => `/api/cameras/press-line/snapshot.jpg?width=${n}0000`),
    text.map((value) => `/api/cameras/press-line/snapshot.jpg?overlay=${encodeURIComponent(value.toWellFormed())}x`),
  ),
  payload: fc.constant(""),
  contentType: fc.constant("application/json"),
});

it("answers each of 1,000 malformed requests with a 4xx in the one shape of its errors", async () => {
  const sample = fc.sample(fc.oneof(wrongBody, wrongAddress), { seed: 20260105, numRuns: 1000 });
  for (const { method, url, payload, contentType } of sample) {
    const answer = await app.inject({
      method: method as "GET",
      url,
      headers: { authorization: `Bearer ${key.token}`, "content-type": contentType },
      ...(method === "GET" ? {} : { payload }),
    });
    const what = `${method} ${url} ${payload}`;
    expect([400, 401, 404, 413, 415, 429], what).toContain(answer.statusCode);
    const failure = answer.json() as Record<string, unknown>;
    expect(Object.keys(failure).sort(), what).toEqual(["code", "message", "remedy"]);
    expect(
      Object.values(failure).every((value) => typeof value === "string" && value !== ""),
      what,
    ).toBe(true);
  }
  expect(device.calls).toEqual([]);
});

it("answers bytes that are no HTTP with 400 or closes, and goes on serving", async () => {
  const sample = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 300 }), { seed: 20260105, numRuns: 100 });
  for (const bytes of sample) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.setEncoding("latin1");
    let said = "";
    socket.on("data", (data) => {
      said += data;
    });
    socket.end(Buffer.concat([bytes, Buffer.from("\r\n\r\n")]));
    await once(socket, "close");
    if (said !== "") expect(said).toMatch(/^HTTP\/1\.1 4\d\d /);
  }
  expect((await app.inject({ url: "/healthz" })).statusCode).toBe(200);
});
