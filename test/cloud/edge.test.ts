import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CloudFrontRequestEvent, CloudFrontResponseEvent, CloudFrontResultResponse } from "aws-lambda";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { fallingBody } from "../../bench/sizes.ts";
import { newPassKey, PASS_COOKIE, signPass } from "../../cloud/core/pass.ts";
import { cachedAddress, made, oddity } from "../../cloud/edge/address.ts";
import { cloudfront, ORIGIN_BYTES, VIEWER_BYTES } from "../../cloud/edge/cloudfront.ts";
import { type EdgeConfig, originOf, readConfig } from "../../cloud/edge/config.ts";
import type { ListedIncident } from "../../cloud/edge/incidents.ts";
import type { Ask, EdgeRequest, EdgeResponse, Headers } from "../../cloud/edge/message.ts";
import { originRequest } from "../../cloud/edge/origin-request.ts";
import { originResponse } from "../../cloud/edge/origin-response.ts";
import { PASS_COOKIE as EDGE_COOKIE, openPass } from "../../cloud/edge/pass.ts";
import { viewerRequest } from "../../cloud/edge/viewer-request.ts";
import { viewerResponse } from "../../cloud/edge/viewer-response.ts";
import { bundle } from "../../cloud/infrastructure/bundle.ts";
import { NOON } from "./rig.ts";

const key = newPassKey("k1");
const older = newPassKey("k0");
const config: EdgeConfig = {
  domain: "spotter.example",
  passKeys: { k1: key.publicKey, k0: older.publicKey },
  origins: { "eu-central-1": "api.eu.spotter.example", "us-east-2": "api.us.spotter.example" },
  homes: { globex: "us-east-2" },
  home: "eu-central-1",
  page: "/index.html",
};
const HOUR = 3_600_000;
const INCIDENT = "V1StGXR8_Z5jdHi6B-myTa";
const pass = (tenant = "acme", sites = ["north"], expiresAt = NOON + HOUR, signer = key) =>
  signPass(signer, { tenant, sites }, expiresAt) as string;
const withPass = (text: string): Headers => ({ cookie: [`a=b; ${PASS_COOKIE}=${text}`] });

function request(path: string, more: Partial<EdgeRequest> = {}): EdgeRequest {
  return { method: "GET", host: "acme.spotter.example", path, query: "", headers: {}, ...more };
}
const enter = (given: EdgeRequest) => viewerRequest(given, config, NOON);
const status = (given: EdgeRequest) => {
  const onward = enter(given);
  return "response" in onward ? onward.response.status : onward.request.path;
};

/** A list in the shape of the API's. */
function listed(more: Partial<ListedIncident> = {}): ListedIncident {
  return {
    ...{ id: INCIDENT, line: "", device: "hall-2", camera: "press-3", zone: "infeed" },
    ...{ severity: "fall", state: "cleared", since: NOON - HOUR, ...more },
  };
}

describe("a pass at the edge", () => {
  it("opens with the key that signed it, also one from before the last change of keys", () => {
    expect(openPass(config.passKeys, pass(), NOON)).toEqual({ tenant: "acme", sites: ["north"] });
    expect(openPass(config.passKeys, pass("acme", ["*"], NOON + 1000, older), NOON)?.sites).toEqual(["*"]);
    expect(EDGE_COOKIE).toBe(PASS_COOKIE);
  });

  it("is of no use once it has expired", () => {
    expect(openPass(config.passKeys, pass(), NOON + HOUR - 1)).toBeDefined();
    expect(openPass(config.passKeys, pass(), NOON + HOUR)).toBeUndefined();
  });

  it("is of no use when somebody else signed it under our key's name, or a name of their own", () => {
    const forger = newPassKey("k1");
    expect(openPass(config.passKeys, pass("acme", ["*"], NOON + HOUR, forger), NOON)).toBeUndefined();
    for (const id of ["k9", "constructor", "__proto__", "toString"])
      expect(openPass(config.passKeys, pass("acme", ["*"], NOON + HOUR, { ...key, id }), NOON)).toBeUndefined();
  });

  it("is of no use when one of its characters is another, wherever it is", () => {
    const text = pass();
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...alphabet), (at, letter) => {
        fc.pre(text[at] !== letter);
        const tampered = text.slice(0, at) + letter + text.slice(at + 1);
        return openPass(config.passKeys, tampered, NOON) === undefined;
      }),
    );
  });

  it("is of no use as any other text, and none of them does harm", () => {
    const like = fc
      .tuple(fc.constantFrom("k1", "k0", "x"), fc.base64String(), fc.base64String())
      .map((of) => of.join("."));
    const texts = fc.oneof(fc.string({ unit: "binary" }), like, fc.string({ minLength: 4_001, maxLength: 4_010 }));
    fc.assert(fc.property(texts, (text) => openPass(config.passKeys, text, NOON) === undefined));
  });

  it("is not made when it would name more sites than a cookie carries", () => {
    const sites = Array.from({ length: 100 }, (_, i) => `site-${i}-${"x".repeat(50)}`);
    expect(signPass(key, { tenant: "acme", sites }, NOON)).toBeUndefined();
    expect(pass("acme", sites.slice(0, 40)).length).toBeLessThanOrEqual(4_000);
  });
});

describe("the viewer-request function", () => {
  const summary = "/edge/sites/north/summary";

  it("sends the bearer of a pass to what is cached of their tenant alone", () => {
    expect(status(request(summary, { headers: withPass(pass()) }))).toBe("/tenants/acme/sites/north/summary");
    const bare = request(summary, { host: "spotter.example", headers: withPass(pass("globex", ["*"])) });
    expect(status(bare)).toBe("/tenants/globex/sites/north/summary");
  });

  it.each<[string, number, Partial<EdgeRequest>]>([
    ["without a pass", 401, {}],
    ["with an expired one", 401, { headers: withPass(pass("acme", ["north"], NOON)) }],
    ["with a forged one", 401, { headers: withPass(pass("acme", ["north"], NOON + HOUR, newPassKey("k1"))) }],
    ["with one whose claims were exchanged", 401, { headers: withPass(mixed(pass("globex"), pass("acme"))) }],
    ["with one of another tenant", 403, { headers: withPass(pass("globex")) }],
    ["with one for another site", 403, { headers: withPass(pass("acme", ["south"])) }],
    ["by writing", 405, { method: "POST", headers: withPass(pass()) }],
    ["under a host that is not ours", 421, { host: "evil.example", headers: withPass(pass()) }],
    ["under a host that only ends like ours", 421, { host: "evilspotter.example", headers: withPass(pass()) }],
    ["under a host with a dot too many", 421, { host: "a.acme.spotter.example", headers: withPass(pass()) }],
  ])("lets nobody in %s: %i", (_, expected, more) => {
    expect(status(request(summary, more))).toBe(expected);
  });

  /** The claims of one with the signature of the other. */
  function mixed(claims: string, signature: string): string {
    return [...claims.split(".").slice(0, 2), signature.split(".")[2]].join(".");
  }

  it("hides how caches name things, and answers only what there is", () => {
    const headers = withPass(pass("acme", ["*"]));
    expect(status(request("/tenants/globex/sites/north/summary", { headers }))).toBe(404);
    for (const path of [
      "/edge/",
      "/edge/sites/North/summary",
      "/edge/sites/north/other",
      "/edge/sites/north/summary/x",
    ])
      expect(status(request(path, { headers }))).toBe(404);
    expect(status(request(`/edge/sites/north/incidents/${INCIDENT}/thumbnail.svg`, { headers }))).toBe(
      `/tenants/acme/sites/north/incidents/${INCIDENT}/thumbnail.svg`,
    );
  });

  it("takes no viewer's word for what only the edge may say", () => {
    const headers = { "x-spotter-tenant": ["globex"], "x-spotter-thumbnail": ["1"], accept: ["*/*"] };
    const onward = enter(request("/api/incidents", { headers }));
    expect(onward).toMatchObject({ request: { headers: { "x-spotter-tenant": ["acme"], accept: ["*/*"] } } });
    expect(JSON.stringify(onward)).not.toMatch(/globex|thumbnail/);
    expect(enter(request("/api/incidents", { host: "spotter.example", headers }))).toMatchObject({
      request: { headers: { accept: ["*/*"] } },
    });
  });

  it("leads every page's address to the one page, and nothing else", () => {
    for (const path of ["/", "/incidents/abc", "/wall"]) expect(status(request(path))).toBe("/index.html");
    for (const path of ["/assets/main-AB12.js", "/icon.svg", "/api/session", "/blobs/a/b"])
      expect(status(request(path))).toBe(path);
    expect(status(request("/incidents", { method: "POST" }))).toBe("/incidents");
    const local = viewerRequest(
      request("/wall", { host: "localhost" }),
      { ...config, domain: undefined, page: undefined },
      NOON,
    );
    expect(local).toMatchObject({ request: { path: "/wall" } });
  });

  it.each([
    ["steps up", "/a/../../etc/passwd"],
    ["steps up in code", "/edge/%2e%2e/tenants/globex"],
    ["steps up in code twice over", "/edge/%252e%252e/x"],
    ["a slash too many", "/edge//sites/north/summary"],
    ["a coded slash too many", "/edge/%2fsites"],
    ["a backslash", "/edge/%5csites"],
    ["a line end in code", "/edge/sites/north%0d%0aset-cookie:x/summary"],
    ["a NUL in code", "/a%00.js"],
    ["half a code", "/a%2"],
    ["no UTF-8", "/a%ff"],
    ["a space", "/a b"],
    ["letters that must be coded", "/ä"],
    ["no slash", "a"],
    ["a whole URL", "http://evil.example/"],
    ["a tag", "/<script>"],
    ["too much", `/${"a".repeat(1_024)}`],
  ])("turns addresses away that nobody of ours writes: %s", (_, path) => {
    expect(status(request(path, { headers: withPass(pass()) }))).toBe(400);
  });

  it("never lets a request out of its tenant, whatever its address, host, query and cookie", () => {
    const part = fc.oneof(
      fc.constantFrom(
        "edge",
        "tenants",
        "sites",
        "north",
        "summary",
        "globex",
        "..",
        ".",
        "",
        "%2e%2e",
        "%2f",
        "%00",
        "acme",
      ),
      fc.string({ unit: "binary" }),
    );
    const known = fc.constantFrom(
      "/edge/sites/north/summary",
      "/edge/sites/south/statistics",
      "/api/incidents",
      "/wall",
    );
    const path = fc.oneof(
      known,
      fc.array(part, { maxLength: 8 }).map((parts) => `/${parts.join("/")}`),
    );
    const query = fc.oneof(fc.constant(""), fc.string({ unit: "binary" }));
    const cookie = fc.constantFrom(pass(), pass("acme", ["*"]), pass("globex", ["*"]), "", "x.y.z");
    const host = fc.constantFrom("acme.spotter.example", "spotter.example", "globex.spotter.example", "");
    fc.assert(
      fc.property(path, query, cookie, host, (path, query, text, host) => {
        const onward = enter(request(path, { query, host, headers: withPass(text) }));
        if ("response" in onward) {
          expect([400, 401, 403, 404, 421]).toContain(onward.response.status);
          return;
        }
        const { request: sent } = onward;
        const cached = cachedAddress(sent.path);
        if (sent.path.startsWith("/tenants/")) {
          expect(openPass(config.passKeys, text, NOON)?.tenant).toBe(cached?.tenant);
          if (host !== "spotter.example") expect(host).toBe(`${cached?.tenant}.spotter.example`);
        }
        expect(oddity(sent.path, sent.query)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it("answers in JSON that says what is wrong and what to do, within what a viewer's function may send", () => {
    const onward = enter(request(summary));
    if (!("response" in onward)) throw new Error("let in");
    expect(onward.response.headers).toMatchObject({ "cache-control": ["no-store"] });
    expect(JSON.parse(onward.response.body ?? "")).toEqual({
      code: "unauthorized",
      message: "There is no valid pass.",
      remedy: expect.stringMatching(/renews it/),
    });
    expect(JSON.stringify(onward).length).toBeLessThan(VIEWER_BYTES);
  });
});

describe("the origin-request function", () => {
  const asked: string[] = [];
  const api =
    (incidents: readonly ListedIncident[], status = 200): Ask =>
    async (host, path, cookie) => {
      asked.push(`${host} ${path} ${cookie}`);
      const query = new URL(path, "http://x").searchParams;
      const [state, from, limit] = [query.get("state"), Number(query.get("from") ?? 0), Number(query.get("limit"))];
      const at = Number(query.get("after") ?? 0);
      const fits = incidents.filter((one) => (!state || one.state === state) && one.since >= from);
      const next = at + limit < fits.length ? { next: String(at + limit) } : {};
      return { status, json: { incidents: fits.slice(at, at + limit), ...next } };
    };
  const compute = async (path: string, ask: Ask, query = "") => {
    const onward = await originRequest(request(path, { query, headers: { cookie: ["s=1"] } }), config, ask, NOON);
    if (!("response" in onward)) throw new Error("nothing was computed");
    return { ...onward.response, json: JSON.parse(onward.response.body ?? "") };
  };

  it("computes how a site stands from what its viewer may see, for ten seconds of cache", async () => {
    asked.length = 0;
    const answer = await compute(
      "/tenants/acme/sites/north/summary",
      api([
        listed({ state: "active", id: "young", since: NOON - 5_000 }),
        listed({ state: "active", id: "old", since: NOON - 40 * HOUR }),
        listed({ state: "active", severity: "suspected" }),
        listed({ state: "active", shelvedUntil: NOON + 1 }),
        listed({ state: "acknowledged" }),
        listed({ severity: "nearMiss" }),
      ]),
    );
    expect(answer.json).toEqual({
      site: "north",
      at: NOON,
      open: { active: 3, acknowledged: 1, shelved: 1 },
      waiting: { id: "old", since: NOON - 40 * HOUR },
      last24h: { suspected: 1, nearMiss: 1, fall: 3 },
      complete: true,
    });
    expect(answer.headers["cache-control"]).toEqual(["max-age=0, s-maxage=10"]);
    expect(asked).toContain("api.eu.spotter.example /api/incidents?limit=200&site=north&state=active s=1");
  });

  it("computes statistics over days, with times to acknowledge and where it happens", async () => {
    const falls = [10, 20, 30, 40, 200].map((s, i) =>
      listed({
        since: NOON - (i + 1) * HOUR * 20,
        acknowledged: { at: NOON - (i + 1) * HOUR * 20 + s * 1000 },
        outcome: "true",
      }),
    );
    const others = [
      listed({ severity: "nearMiss", camera: "press-4" }),
      listed({ severity: "suspected", outcome: "false" }),
    ];
    const { json } = await compute("/tenants/acme/sites/north/statistics", api([...falls, ...others]), "days=7");
    expect(json).toMatchObject({
      days: 7,
      severities: { fall: 5, nearMiss: 1, suspected: 1 },
      outcomes: { true: 5, false: 1, drill: 0 },
      acknowledgement: { count: 5, medianS: 30, p90S: 200 },
      complete: true,
    });
    expect(json.perDay).toHaveLength(7);
    expect(json.perDay.map(({ fall }: { fall: number }) => fall)).toEqual([0, 0, 1, 1, 1, 1, 1]);
    expect(json.places).toEqual([
      { device: "hall-2", camera: "press-3", zone: "infeed", fall: 5, nearMiss: 0 },
      { device: "hall-2", camera: "press-4", zone: "infeed", fall: 0, nearMiss: 1 },
    ]);
  });

  it("counts every incident once, however many there are up to its limit, and says so beyond", async () => {
    const severity = fc.constantFrom("fall" as const, "nearMiss" as const, "suspected" as const);
    const many = fc.array(fc.record({ severity, age: fc.nat(6 * 24 * HOUR) }), { maxLength: 450 });
    await fc.assert(
      fc.asyncProperty(many, async (list) => {
        const incidents = list.map(({ severity, age }) => listed({ severity, since: NOON - 1 - age }));
        const { json } = await compute("/tenants/acme/sites/north/statistics", api(incidents));
        const { fall, nearMiss, suspected } = json.severities;
        expect(fall + nearMiss + suspected).toBe(list.length);
        const inDays = json.perDay.reduce(
          (sum: number, day: { fall: number; nearMiss: number }) => sum + day.fall + day.nearMiss,
          0,
        );
        expect(inDays).toBe(fall + nearMiss);
      }),
      { numRuns: 30 },
    );
    const tooMany = Array.from({ length: 2_001 }, () => listed());
    const { json, body = "" } = await compute("/tenants/acme/sites/north/statistics", api(tooMany));
    expect(json).toMatchObject({ complete: false, severities: { fall: 2_000 } });
    expect(body.length).toBeLessThan(ORIGIN_BYTES);
  });

  it("passes on, uncached, that the API does not let somebody see it, and that it does not answer", async () => {
    for (const code of [401, 403, 404]) {
      const refused = await compute("/tenants/acme/sites/north/summary", api([], code));
      expect(refused).toMatchObject({ status: code, headers: { "cache-control": ["no-store"] } });
    }
    const away: Ask = async () => Promise.reject(new Error("timeout"));
    const senseless: Ask = async () => ({ status: 200, json: [] });
    for (const ask of [away, senseless, api([], 500)])
      expect(await compute("/tenants/acme/sites/north/summary", ask)).toMatchObject({
        status: 502,
        json: { code: "away" },
      });
    const days = await compute("/tenants/acme/sites/north/statistics", api([]), "days=8");
    expect(days).toMatchObject({ status: 400, json: { remedy: "Use one of 1, 7, 30, 90." } });
  });

  it("chooses the region in which a tenant is at home", async () => {
    const away: Ask = async () => Promise.reject(new Error("not to be asked"));
    const go = async (tenant: string, path = "/api/incidents") => {
      const sent = await originRequest(
        request(path, { headers: { "x-spotter-tenant": [tenant] } }),
        config,
        away,
        NOON,
      );
      return "request" in sent && sent.request.origin;
    };
    expect(await go("acme")).toBe("api.eu.spotter.example");
    expect(await go("globex")).toBe("api.us.spotter.example");
    expect(await go("")).toBe("api.eu.spotter.example");
    expect(await go("constructor")).toBe("api.eu.spotter.example");
    const sockets = { "eu-central-1": "live.eu.spotter.example", "us-east-2": "live.us.spotter.example" };
    const headers = { "x-spotter-tenant": ["globex"] };
    const socket = await originRequest(request("/api/live/socket", { headers }), { ...config, sockets }, away, NOON);
    expect(socket).toMatchObject({ request: { path: "/", origin: "live.us.spotter.example" } });
    expect(await go("globex", "/api/live/socket")).toBe("api.us.spotter.example");
    expect(await go("", `/tenants/globex/sites/x/incidents/${INCIDENT}/thumbnail.svg`)).toBe("api.us.spotter.example");
  });
});

describe("the origin-response function", () => {
  const track = fallingBody();
  const poses = Array.from({ length: track.steps }, (_, i) => [...track.poses.slice(i * 51, (i + 1) * 51)]);
  const ask =
    (json: unknown, status = 200): Ask =>
    async () => ({ status, json });
  const asked = (headers: Headers = {}) =>
    request(`/api/incidents/${INCIDENT}/skeleton`, { headers: { "x-spotter-thumbnail": ["1"], ...headers } });
  const answered: EdgeResponse = { status: 200, headers: { "content-type": ["application/json"] } };
  const picture = async (headers: Headers, json: unknown = { tracks: [{ poses }] }) =>
    originResponse(asked(headers), answered, ask(json));

  it("draws the person in place of the numbers, larger on larger screens", async () => {
    const sizes = await Promise.all(
      ["mobile", "tablet", "desktop", "smarttv"].map(async (kind) => {
        const { body = "", headers } = await picture({ [`cloudfront-is-${kind}-viewer`]: ["true"] });
        expect(headers["content-type"]).toEqual(["image/svg+xml"]);
        return { width: Number(/^<svg [^>]*width="(\d+)"/.exec(body)?.[1]), bytes: body.length };
      }),
    );
    expect(sizes.map(({ width }) => width)).toEqual([320, 480, 640, 960]);
    expect(sizes.map(({ bytes }) => bytes)).toEqual(sizes.map(({ bytes }) => bytes).toSorted((a, b) => a - b));
    for (const { bytes } of sizes) expect(bytes).toBeLessThan(20_000);
  });

  it("keeps every line within the picture", async () => {
    const { body = "" } = await picture({});
    const numbers = [...body.matchAll(/ (?:x1|x2|cx)="([^"]+)"/g)].map(([, x]) => Number(x));
    expect(numbers.length).toBeGreaterThan(50);
    for (const x of numbers) expect(x >= 0 && x <= 640).toBe(true);
  });

  it("draws the newest track, and says so when there is none", async () => {
    const standing = { poses: poses.slice(0, 1) };
    const newest = await picture({}, { tracks: [standing, { poses }] });
    expect(newest.body).toBe((await picture({})).body);
    for (const json of [
      { tracks: [] },
      {},
      null,
      { tracks: "x" },
      { tracks: [{ poses: [[]] }] },
      { tracks: [{ poses: [null] }] },
    ])
      expect(await picture({}, json)).toMatchObject({ status: 404 });
  });

  it("makes of any numbers a picture or none, and never a script", async () => {
    const number = fc.oneof(fc.double(), fc.constant(null), fc.string(), fc.constantFrom(0.5, 1, 0));
    const any = fc.array(fc.oneof(fc.array(number, { maxLength: 60 }), fc.anything()), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(any, async (poses) => {
        const { status: code, body = "" } = await picture({}, { tracks: [{ poses }] });
        expect([200, 404]).toContain(code);
        if (code === 200) expect(body).toMatch(/^<svg [^<>]*>(<(rect|g|line|circle) [-\w=". #]*\/?>|<\/g>)*<\/svg>$/);
      }),
      { numRuns: 200 },
    );
  });

  it("leaves every other answer as it is, and tells nobody what they may not see", async () => {
    const never: Ask = async () => Promise.reject(new Error("asked"));
    const plain = request("/api/incidents");
    expect(await originResponse(plain, answered, never)).toBe(answered);
    const refused = { status: 403, headers: {} };
    expect(await originResponse(asked(), refused, never)).toBe(refused);
    expect(await originResponse(asked(), answered, never)).toMatchObject({ status: 502 });
  });
});

describe("the viewer-response function", () => {
  const dress = (headers: Headers, path = "/", secure = true) =>
    viewerResponse(request(path), { status: 200, headers }, { media: ["clips.example"] }, secure).headers;

  it("holds browsers to what the dashboard needs and no more", () => {
    expect(dress({ "content-type": ["text/html; charset=utf-8"] })).toMatchObject({
      "content-security-policy": [
        expect.stringMatching(/^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/),
      ],
      "strict-transport-security": ["max-age=63072000; includeSubDomains; preload"],
      "cross-origin-opener-policy": ["same-origin"],
      "x-content-type-options": ["nosniff"],
      "referrer-policy": ["same-origin"],
    });
    expect(dress({ "content-type": ["text/html"] })["content-security-policy"]?.[0]).not.toMatch(/unsafe|\*/);
    expect(dress({ "content-type": ["text/html"] })["content-security-policy"]?.[0]).toMatch(
      /img-src 'self' blob: data: https:\/\/clips.example; media-src 'self' blob: https:\/\/clips.example; connect-src 'self';/,
    );
  });

  it("lets nothing act as a page that is none, and an origin only be stricter", () => {
    expect(dress({ "content-type": ["image/svg+xml"] })["content-security-policy"]).toEqual([
      "default-src 'none'; frame-ancestors 'none'; sandbox",
    ]);
    const both = dress({ "content-type": ["text/html"], "content-security-policy": ["script-src 'none'"] });
    expect(both["content-security-policy"]?.[0]).toMatch(/^script-src 'none', default-src 'none'/);
  });

  it("takes away what tells about the inside, and keeps cookies and the status", () => {
    const headers = { server: ["x"], "x-powered-by": ["y"], "x-amzn-requestid": ["z"], "set-cookie": ["a=1", "b=2"] };
    const dressed = viewerResponse(request("/api/session"), { status: 418, headers }, {}, true);
    expect(dressed.status).toBe(418);
    expect(Object.keys(dressed.headers)).not.toEqual(expect.arrayContaining(["server"]));
    expect(JSON.stringify(dressed)).not.toMatch(/x-powered-by|x-amzn/);
    expect(dressed.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  });

  it("keeps what the API says out of every cache unless it says otherwise, and HSTS off plain HTTP", () => {
    expect(dress({}, "/api/incidents")["cache-control"]).toEqual(["no-store"]);
    expect(dress({ "cache-control": ["max-age=5"] }, "/api/x")["cache-control"]).toEqual(["max-age=5"]);
    expect(dress({}, "/", false)["strict-transport-security"]).toBeUndefined();
  });
});

describe("the edge's configuration", () => {
  const given = { passKeys: config.passKeys, origins: config.origins, home: "eu-central-1" };

  it("is taken as it is when it is whole", () => {
    expect(readConfig(given)).toMatchObject({ ...given, homes: {} });
    expect(originOf(readConfig({ ...given, homes: { globex: "us-east-2" } }), "globex")).toBe("api.us.spotter.example");
  });

  it.each<[string, unknown, RegExp]>([
    ["nothing", undefined, /edge: undefined must be a table/],
    ["a key that is none", { ...given, passKeys: { k1: "abc" } }, /passKeys.k1: "abc" must be the 32 bytes/],
    ["a region without API", { ...given, home: "mars" }, /homes.home: region "mars" is not in origins; add/],
    ["a tenant at home nowhere", { ...given, homes: { acme: "mars" } }, /homes.acme: region "mars" is not in origins/],
    ["a host with a port", { ...given, origins: { a: "x:1" } }, /origins.a: "x:1" must be a host name/],
    ["a host with a path", { ...given, domain: "a.example/x" }, /domain: .* must be a host name/],
    ["an origin that is no text", { ...given, origins: { a: 1 } }, /origins.a: 1 must be text/],
  ])("is refused with key, value and remedy: %s", (_, bad, expected) => {
    expect(() => readConfig(bad)).toThrow(expected);
  });
});

/** As CloudFront's guide documents them (Lambda@Edge event structure). */
function event(path: string, more: { headers?: Record<string, string>; querystring?: string } = {}) {
  const headers = { Host: "acme.spotter.example", "User-Agent": "curl/8.9.1", accept: "*/*", ...more.headers };
  return {
    Records: [
      {
        cf: {
          config: {
            distributionDomainName: "d111111abcdef8.cloudfront.net",
            distributionId: "EDFDVBD6EXAMPLE",
            eventType: "viewer-request",
            requestId: "4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==",
          },
          request: {
            clientIp: "203.0.113.178",
            headers: Object.fromEntries(
              Object.entries(headers).map(([key, value]) => [key.toLowerCase(), [{ key, value }]]),
            ),
            method: "GET",
            origin: {
              custom: {
                customHeaders: {},
                domainName: "api.eu.spotter.example",
                keepaliveTimeout: 5,
                path: "",
                port: 443,
                protocol: "https",
                readTimeout: 30,
                sslProtocols: ["TLSv1.2"],
              },
            },
            querystring: more.querystring ?? "",
            uri: path,
          },
        },
      },
    ],
  } as unknown as CloudFrontRequestEvent;
}

function answerEvent(path: string, headers: Record<string, string>): CloudFrontResponseEvent {
  const asked = event(path);
  const response = {
    headers: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), [{ key, value }]])),
    status: "200",
    statusDescription: "OK",
  };
  return { Records: [{ cf: { ...asked.Records[0]?.cf, response } }] } as unknown as CloudFrontResponseEvent;
}

describe("the functions as CloudFront calls them", () => {
  const none: Ask = async () => ({ status: 200, json: { incidents: [] } });
  const edge = cloudfront(config, none, { now: () => NOON });

  it("sends a request on as it came, but for what the edge changes", async () => {
    const given = event("/edge/sites/north/summary", {
      headers: { Cookie: `${PASS_COOKIE}=${pass()}`, "X-Spotter-Tenant": "x" },
    });
    const before = structuredClone(given.Records[0]?.cf.request);
    const sent = await edge.viewerRequest(given);
    expect(sent).toMatchObject({ ...before, uri: "/tenants/acme/sites/north/summary", headers: {} });
    expect((sent as { headers: object }).headers).toEqual({
      ...before?.headers,
      "x-spotter-tenant": [{ key: "x-spotter-tenant", value: "acme" }],
    });
  });

  it("leaves any request of the dashboard byte for byte as it is", async () => {
    const name = fc
      .stringMatching(/^[a-z][a-z-]{0,20}$/)
      .filter((text) => text !== "host" && !text.startsWith("x-spotter-"));
    const value = fc.stringMatching(/^[\x20-\x7e]{0,50}$/);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value), fc.stringMatching(/^[a-z0-9]{1,20}$/), async (headers, file) => {
        const given = event(`/assets/${file}.js`, {
          headers: { ...headers, Host: "spotter.example" },
          querystring: "a=b",
        });
        const before = structuredClone(given.Records[0]?.cf.request);
        expect(await edge.viewerRequest(given)).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });

  it("answers at once in CloudFront's words", async () => {
    expect(await edge.viewerRequest(event("/edge/sites/north/summary"))).toMatchObject({
      status: "401",
      bodyEncoding: "text",
      headers: { "cache-control": [{ key: "cache-control", value: "no-store" }] },
    });
    const computed = (await edge.originRequest(event("/tenants/acme/sites/north/summary"))) as CloudFrontResultResponse;
    expect(JSON.parse(computed.body ?? "")).toMatchObject({ site: "north", open: { active: 0 } });
  });

  it("turns a request to another region, whose API knows itself by its own name alone", async () => {
    const sent = await edge.originRequest(event("/api/incidents", { headers: { "x-spotter-tenant": "globex" } }));
    expect(sent).toMatchObject({
      origin: { custom: { domainName: "api.us.spotter.example", port: 443, sslProtocols: ["TLSv1.2"] } },
      headers: { host: [{ key: "Host", value: "api.us.spotter.example" }] },
    });
    const stays = event("/api/incidents", { headers: { "x-spotter-tenant": "acme" } });
    expect(await edge.originRequest(stays)).toEqual(stays.Records[0]?.cf.request);
  });

  it("never sends more than a function may: an answer too long becomes a short one that says so", async () => {
    const places = Array.from({ length: 60 }, (_, i) => listed({ zone: `${i}${"z".repeat(30_000)}` }));
    const large = cloudfront(config, async () => ({ status: 200, json: { incidents: places } }), { now: () => NOON });
    const answer = (await large.originRequest(
      event("/tenants/acme/sites/north/statistics"),
    )) as CloudFrontResultResponse;
    expect(answer).toMatchObject({ status: "500", body: expect.stringMatching(/more than 1048576 bytes/) });
  });

  it("draws at origin-response, and leaves other answers to themselves", async () => {
    const given = answerEvent("/api/incidents", { "Content-Type": "application/json", Via: "1.1 x" });
    expect(await edge.originResponse(given)).toBe(given.Records[0]?.cf.response);
    const asked = answerEvent(`/api/incidents/${INCIDENT}/skeleton`, { "Content-Type": "application/json" });
    const [record] = asked.Records;
    Object.assign(record?.cf.request.headers ?? {}, {
      "x-spotter-thumbnail": [{ key: "X-Spotter-Thumbnail", value: "1" }],
    });
    expect(await edge.originResponse(asked)).toMatchObject({ status: "404", bodyEncoding: "text" });
  });

  it("keeps status and untouched headers at viewer-response", async () => {
    const given = answerEvent("/", { "Content-Type": "text/html", ETag: '"a"', Server: "AmazonS3" });
    const sent = await edge.viewerResponse(given);
    expect(sent).toMatchObject({
      status: "200",
      statusDescription: "OK",
      headers: { etag: [{ key: "ETag", value: '"a"' }] },
    });
    expect(sent.headers.server).toBeUndefined();
    expect(sent.headers["strict-transport-security"]).toBeDefined();
  });

  it("refuses an event that is none of CloudFront's", async () => {
    await expect(edge.viewerRequest({ Records: [] } as unknown as CloudFrontRequestEvent)).rejects.toThrow(
      /Records: is empty/,
    );
  });
});

describe("the bundle of the edge", () => {
  const dir = mkdtempSync(join(tmpdir(), "spotter-edge-"));
  afterAll(() => rmSync(dir, { recursive: true }));
  const bytes = bundle(join(import.meta.dirname, "../../cloud/edge/lambda.ts"), dir, { SPOTTER_EDGE: config });

  it("is far below the 1 MB of a viewer's function, and looks at no environment", async () => {
    expect(bytes).toBeLessThan(40_000);
    const { readFileSync } = await import("node:fs");
    expect(readFileSync(join(dir, "index.mjs"), "utf8")).not.toMatch(/process\.env|__dirname/);
  });

  it("runs as it would be deployed, with its configuration baked in", async () => {
    const deployed = await import(pathToFileURL(join(dir, "index.mjs")).href);
    expect(Object.keys(deployed).toSorted()).toEqual([
      "originRequest",
      "originResponse",
      "viewerRequest",
      "viewerResponse",
    ]);
    expect(await deployed.viewerRequest(event("/wall"))).toMatchObject({ uri: "/index.html" });
    const now = signPass(key, { tenant: "acme", sites: ["*"] }, Date.now() + 60_000) as string;
    const asked = event("/edge/sites/north/statistics", { headers: { cookie: `${PASS_COOKIE}=${now}` } });
    expect(await deployed.viewerRequest(asked)).toMatchObject({ uri: "/tenants/acme/sites/north/statistics" });
  });

  it("knows no address that it does not make", () => {
    expect(made("sites/north/summary")).toEqual({ what: "summary", site: "north" });
    expect(made("sites/north/incidents/short/thumbnail.svg")).toBeUndefined();
  });
});
