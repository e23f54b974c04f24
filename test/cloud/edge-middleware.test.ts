import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { fastify } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newPassKey, PASS_COOKIE, signPass } from "../../cloud/core/pass.ts";
import { askOver } from "../../cloud/edge/ask.ts";
import type { EdgeConfig } from "../../cloud/edge/config.ts";
import { edgeMiddleware } from "../../cloud/edge/middleware.ts";
import { NOON } from "./rig.ts";

const key = newPassKey("k1");
const INCIDENT = "V1StGXR8_Z5jdHi6B-myTa";

/** An origin with the API's answers, behind the edge, on a port of loopback. */
async function start() {
  const origins: Record<string, string> = {};
  const config: EdgeConfig = { passKeys: { k1: key.publicKey }, origins, homes: {}, home: "here" };
  const edge = edgeMiddleware(config, askOver("http", 60_000), { now: () => NOON });
  const app = fastify({
    serverFactory: (handle) =>
      createServer((request, response) => edge(request, response, () => handle(request, response))),
  });
  const may = (cookie: string | undefined) => cookie?.includes("session=ann");
  app.get("/api/incidents", async ({ headers }, reply) =>
    may(headers.cookie) ? { incidents: [] } : reply.code(401).send({ code: "unauthorized" }),
  );
  app.get(`/api/incidents/${INCIDENT}/skeleton`, async ({ headers }, reply) =>
    may(headers.cookie) ? { tracks: [{ poses: [pose()] }] } : reply.code(403).send({ code: "forbidden" }),
  );
  app.get("/api/seen", async ({ headers, url }) => ({ headers, url }));
  app.post("/api/echo", async ({ body }) => body);
  app.get("/api/live", (_, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-type": "text/event-stream", "x-powered-by": "us" });
    reply.raw.write("data: 1\n\n");
    reply.raw.end("data: 2\n\n");
  });
  app.get("/wall", (_, reply) => reply.type("text/html").header("server", "us").send("<p>wall"));
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  origins.here = `127.0.0.1:${port}`;
  return { app, port, url: `http://127.0.0.1:${port}` };
}

function pose(): number[] {
  return Array.from({ length: 17 }, (_, k) => [0.4 + k / 100, 0.5, 1]).flat();
}

describe("the edge before a server of Node", () => {
  let running: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running.app.close());

  const pass = signPass(key, { tenant: "acme", sites: ["north"] }, NOON + 60_000);
  const get = (path: string, headers: Record<string, string> = {}) => fetch(running.url + path, { headers });
  const cookie = `session=ann; ${PASS_COOKIE}=${pass}`;

  it("computes a site's summary in the name of the viewer", async () => {
    const answer = await get("/edge/sites/north/summary", { cookie });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ site: "north", open: { active: 0 }, complete: true });
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    const stranger = await get("/edge/sites/north/summary", { cookie: `${PASS_COOKIE}=${pass}` });
    expect(stranger.status).toBe(401);
    expect((await get("/edge/sites/north/summary")).status).toBe(401);
  });

  it("draws thumbnails, smaller on phones", async () => {
    const path = `/edge/sites/north/incidents/${INCIDENT}/thumbnail.svg`;
    const widthOn = async (agent: string) => {
      const answer = await get(path, { cookie, "user-agent": agent });
      expect(answer.headers.get("content-type")).toBe("image/svg+xml");
      expect(answer.headers.get("content-security-policy")).toMatch(/sandbox/);
      return /width="(\d+)"/.exec(await answer.text())?.[1];
    };
    expect(await widthOn("Mozilla/5.0 (X11; Linux x86_64)")).toBe("640");
    expect(await widthOn("Mozilla/5.0 (Linux; Android 15) Mobile Safari")).toBe("320");
    expect((await get(path, { cookie: `${PASS_COOKIE}=${pass}` })).status).toBe(403);
  });

  it("hands everything else to the server behind it, without what viewers may not say", async () => {
    const answer = await get("/api/seen?a=b&c=d", {
      "x-spotter-tenant": "globex",
      "x-other": "1",
      "accept-language": "de",
    });
    const { headers, url } = (await answer.json()) as { headers: Record<string, string>; url: string };
    expect(url).toBe("/api/seen?a=b&c=d");
    expect(headers).toMatchObject({ "x-other": "1", "accept-language": "de" });
    expect(headers["x-spotter-tenant"]).toBeUndefined();
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const echoed = await fetch(`${running.url}/api/echo`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "x".repeat(100_000) }),
    });
    expect(((await echoed.json()) as { text: string }).text).toHaveLength(100_000);
  });

  it("dresses every answer, streams and errors included", async () => {
    const page = await get("/wall");
    expect(page.headers.get("content-security-policy")).toMatch(/script-src 'self'/);
    expect(page.headers.get("server")).toBeNull();
    expect(page.headers.get("strict-transport-security")).toBeNull();
    const live = await get("/api/live");
    expect(await live.text()).toBe("data: 1\n\ndata: 2\n\n");
    expect(live.headers.get("x-powered-by")).toBeNull();
    expect(live.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    const missing = await get("/nowhere");
    expect([missing.status, missing.headers.get("x-frame-options")]).toEqual([404, "DENY"]);
    const head = await fetch(`${running.url}/edge/sites/north/summary`, { method: "HEAD", headers: { cookie } });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it("answers 400 to raw addresses that no browser sends", async () => {
    for (const path of ["/a/../../tenants/globex", "/%2e%2e/x", "/a%00", "//evil.example/"]) {
      const socket = connect(running.port, "127.0.0.1");
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      let text = "";
      socket.on("data", (data) => {
        text += data;
      });
      await once(socket, "close");
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  it("says that the home region does not answer when it does not", async () => {
    const config: EdgeConfig = { passKeys: { k1: key.publicKey }, origins: { x: "127.0.0.1:9" }, homes: {}, home: "x" };
    const edge = edgeMiddleware(config, askOver("http", 60_000), { now: () => NOON });
    const server = createServer((request, response) => edge(request, response, () => response.end()));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/edge/sites/north`;
    for (const path of ["/summary", `/incidents/${INCIDENT}/thumbnail.svg`])
      expect((await fetch(url + path, { headers: { cookie } })).status).toBe(502);
    server.close();
    server.closeAllConnections();
  });
});

describe("asking over HTTP", () => {
  it("gives up on answers that are late, too long, no JSON or elsewhere", async () => {
    const server = createServer(({ url }, response) => {
      if (url === "/late") return;
      if (url === "/elsewhere") return response.writeHead(302, { location: "/ok" }).end();
      if (url === "/long") return response.end(`"${"x".repeat(5 * 1024 * 1024)}"`);
      response.end(url === "/ok" ? '{"a":1}' : "<html>");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ask = askOver("http", 60_000);
    expect(await ask(host, "/ok", "")).toEqual({ status: 200, json: { a: 1 } });
    await expect(askOver("http", 50)(host, "/late", "")).rejects.toThrow(/timeout/i);
    await expect(ask(host, "/long", "")).rejects.toThrow(/longer than 4194304 bytes/);
    await expect(ask(host, "/html", "")).rejects.toThrow(/JSON/);
    await expect(ask(host, "/elsewhere", "")).rejects.toThrow();
    server.closeAllConnections();
    server.close();
  });
});
