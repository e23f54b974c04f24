import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contract, type Route } from "../../../cloud/api/contract.ts";
import { changeUser } from "../../../cloud/core/users.ts";
import { examples, INNER, type Inner, linkTo } from "./examples.ts";
import { ask, loggedIn, NAMES, PNG, roleOf, type Tenant, type World, world } from "./world.ts";

const quiet = () => world({ streams: false });
const routeOf = (key: Inner): Route => contract[key];
const WRITES = INNER.filter((key) => !key.startsWith("GET"));

/** Partitions of no tenant: each is read by a key that only a token, or a device's name, leads to. */
const COMMON = ["sessions", "lockouts", "devices", "presence", "timers", "timers/due"];
/** What devices sent that nobody has enrolled; of these, an admin gets the letters of the one they enrol. */
const OF_NOBODY = ["-/dead", "-/dead/recent"];
const foreign = (partitions: Iterable<string>, tenant: Tenant) =>
  [...partitions].filter(
    (partition) => !partition.startsWith(`${tenant}/`) && ![...COMMON, ...OF_NOBODY].includes(partition),
  );

describe("somebody of another tenant", () => {
  it.each(INNER)("with this tenant's ids sees and changes nothing: %s", async (key) => {
    const here = await quiet();
    const answer = await ask(here.app, key, here.sessions.zeta.ada, examples[key](here, "acme"));
    expect(foreign(here.ports.store.touched, "zeta")).toEqual([]);
    // What they have typed themselves comes back in the refusal.
    const { device } = here.ids.acme;
    expect(answer.body.replaceAll(device, "")).not.toContain("acme");
    expect(here.faults).toEqual([]);
    if (key.includes(":incident") || key.includes(":notice") || key.includes(":letter"))
      expect([answer.statusCode, answer.json().code]).toEqual([404, "not-found"]);
  });

  it.each(INNER)("with ids of their own is served, and touches nothing of this tenant: %s", async (key) => {
    const here = await quiet();
    const asking = examples[key](here, "zeta");
    const answer = await ask(here.app, key, here.sessions.zeta.ada, asking);
    expect(answer.statusCode).toBe(asking.status ?? (routeOf(key).answer ? 200 : 204));
    expect(foreign(here.ports.store.touched, "zeta")).toEqual([]);
    expect(answer.body).not.toContain("acme");
  });

  it("goes on with their own list under a cursor of this one's", async () => {
    const here = await quiet();
    const mine = (await ask(here.app, "GET /api/incidents", here.sessions.acme.ada, { query: { limit: 1 } })).json();
    const after = `9999999999999999~${mine.incidents[0].id}`;
    const theirs = await ask(here.app, "GET /api/incidents", here.sessions.zeta.ada, { query: { after } });
    expect(theirs.json().incidents.map(({ device }: { device: string }) => device)).toEqual(["zeta-hall"]);
  });
});

describe("a role that does not allow it", () => {
  const forbidden = INNER.flatMap((key) => {
    const { roles, whole } = routeOf(key);
    return NAMES.filter(
      (name) => !roles.includes(roleOf(name)) || (whole && ["otto", "suki", "abel"].includes(name)),
    ).map((name) => [key, name] as const);
  });

  it.each(forbidden)("is refused and changes nothing: %s as %s", async (key, name) => {
    const here = await quiet();
    const answer = await ask(here.app, key, here.sessions.acme[name], examples[key](here, "acme"));
    expect([answer.statusCode, answer.json().code]).toEqual([403, "wrong-role"]);
    expect([...here.ports.store.written]).toEqual([]);
  });

  it("covers every route that is not for everybody", () => {
    const restricted = INNER.filter((key) => routeOf(key).roles.length < 3 || routeOf(key).whole);
    expect([...new Set(forbidden.map(([key]) => key))].sort()).toEqual([...restricted].sort());
    expect(restricted.length).toBeGreaterThan(25);
  });

  it("cannot give itself another one", async () => {
    const here = await quiet();
    for (const name of ["olga", "sam", "abel"] as const) {
      const raise = { params: { user: name }, body: { role: "admin", sites: ["*"] } };
      const answer = await ask(here.app, "PATCH /api/users/:user", here.sessions.acme[name], raise);
      expect(answer.statusCode).toBe(403);
    }
    const { users } = (await ask(here.app, "GET /api/users", here.sessions.acme.ada)).json();
    expect(users.map(({ user, role }: { user: string; role: string }) => `${user} ${role}`).sort()).toEqual(
      NAMES.map((name) => `${name} ${roleOf(name)}`).sort(),
    );
  });
});

describe("somebody who sees another site alone", () => {
  const seeing = { operator: "otto", safety: "suki", admin: "abel" } as const;
  const ofPlace = INNER.filter((key) => /:incident|:site|:device/.test(key) && !routeOf(key).whole);

  it.each(ofPlace)("finds nothing there and changes nothing: %s", async (key) => {
    const here = await quiet();
    const role = routeOf(key).roles.at(-1) as keyof typeof seeing;
    const answer = await ask(here.app, key, here.sessions.acme[seeing[role]], examples[key](here, "acme"));
    expect([answer.statusCode, answer.json().code]).toEqual([404, "not-found"]);
    expect([...here.ports.store.written]).toEqual([]);
  });

  it("has lists without it", async () => {
    const here = await quiet();
    for (const key of ["GET /api/incidents", "GET /api/sites", "GET /api/cameras", "GET /api/devices"] as const) {
      const own = await ask(here.app, key, here.sessions.acme.abel);
      expect([key, own.statusCode, own.body.includes("north"), own.body.includes("hall")]).toEqual([
        key,
        200,
        false,
        false,
      ]);
      expect((await ask(here.app, key, here.sessions.acme.ada)).body).toContain("north");
    }
    const { total } = (await ask(here.app, "GET /api/analytics", here.sessions.acme.suki)).json();
    expect(total.falls).toBe(0);
    const asked = await ask(here.app, "GET /api/incidents", here.sessions.acme.otto, { query: { site: "north" } });
    expect(asked.statusCode).toBe(404);
  });
});

describe("nobody", () => {
  const cookies: [string, (here: World) => string | undefined | Promise<string | undefined>][] = [
    ["without a cookie", () => undefined],
    ["with a cookie made up", () => `__Host-spotter=${"A".repeat(43)}`],
    ["with a cookie changed by one letter", (here) => `__Host-spotter=${tampered(here.sessions.acme.ada.token)}`],
    ["with the hash that is kept of the token", (here) => `__Host-spotter=${here.sessions.acme.ada.csrf}`],
    ["with a cookie that any neighbour could set", (here) => `spotter=${here.sessions.acme.ada.token}`],
    [
      "with a cookie that nobody used for 13 hours",
      (here) => {
        here.clock.advance(13 * 3_600_000);
        return `__Host-spotter=${here.sessions.acme.ada.token}`;
      },
    ],
    [
      "after logging out",
      async (here) => {
        await ask(here.app, "DELETE /api/session", here.sessions.acme.ada);
        return `__Host-spotter=${here.sessions.acme.ada.token}`;
      },
    ],
    [
      "after being shut out",
      async (here) => {
        await changeUser(here.ports, "acme", "sam", { role: "admin" });
        await changeUser(here.ports, "acme", "ada", { disabled: true });
        return `__Host-spotter=${here.sessions.acme.ada.token}`;
      },
    ],
    [
      "after getting another role",
      async (here) => {
        await changeUser(here.ports, "acme", "sam", { role: "operator" });
        return `__Host-spotter=${here.sessions.acme.sam.token}`;
      },
    ],
  ];

  it.each(INNER)("gets anything: %s", async (key) => {
    const here = await quiet();
    const answer = await ask(here.app, key, undefined, examples[key](here, "acme"));
    expect([answer.statusCode, answer.json().code]).toEqual([401, "no-session"]);
    expect([...here.ports.store.touched]).toEqual([]);
  });

  it.each(cookies)("gets in %s", async (_, cookieOf) => {
    const here = await quiet();
    const cookie = await cookieOf(here);
    const { csrf } = here.sessions.acme.ada;
    for (const key of INNER) {
      const asking = examples[key](here, "acme");
      const headers = { ...(cookie ? { cookie } : {}), "x-csrf-token": csrf };
      const answer = await ask(here.app, key, undefined, { ...asking, headers });
      expect([key, answer.statusCode]).toEqual([key, 401]);
    }
  });

  it("uses a session for longer than a week, however busy", async () => {
    const here = await quiet();
    let used = 0;
    while ((await ask(here.app, "GET /api/session", here.sessions.acme.olga)).statusCode === 200) {
      here.clock.advance(6 * 3_600_000);
      used += 1;
    }
    expect(used * 6).toBe(7 * 24);
  });

  it("finds a token in the store", async () => {
    const here = await quiet();
    const kept = await here.ports.store.list("sessions", { limit: 100 });
    expect(kept.items.length).toBe(2 * NAMES.length);
    for (const tenant of ["acme", "zeta"] as const)
      for (const { token } of Object.values(here.sessions[tenant])) expect(JSON.stringify(kept)).not.toContain(token);
  });
});

describe("another site's page", () => {
  it.each(WRITES)("cannot have a browser write: %s", async (key) => {
    const here = await quiet();
    const asking = examples[key](here, "acme");
    const { ada, sam } = here.sessions.acme;
    for (const headers of [
      { "x-csrf-token": "" },
      { "x-csrf-token": sam.csrf },
      { "x-csrf-token": tampered(ada.csrf) },
      { "x-csrf-token": ada.csrf, "sec-fetch-site": "cross-site" },
    ]) {
      const answer = await ask(here.app, key, ada, { ...asking, headers });
      expect([answer.statusCode, answer.json().code]).toEqual([403, "wrong-token"]);
    }
    expect([...here.ports.store.written]).toEqual([]);
  });

  it("cannot log somebody in, nor send a form", async () => {
    const here = await quiet();
    const body = { user: "ada", password: "whatever it is" };
    const crossed = await ask(here.app, "POST /api/session", undefined, {
      body,
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect(crossed.statusCode).toBe(403);
    for (const type of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"]) {
      const form = await ask(here.app, "POST /api/session", undefined, { body, headers: { "content-type": type } });
      expect([type, form.statusCode]).toEqual([type, 415]);
    }
  });

  it("gets no leave to read (CORS), and none to frame, sniff or run inline scripts", async () => {
    const here = await quiet();
    const { headers } = await ask(here.app, "GET /api/incidents", here.sessions.acme.olga, {
      headers: { origin: "https://evil.example" },
    });
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "strict-transport-security": expect.stringContaining("max-age"),
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    });
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
  });

  it("cannot point its own name at a cloud on loopback", async () => {
    const here = await world({ hosts: ["127.0.0.1", "localhost"] });
    const rebound = await ask(here.app, "GET /healthz", undefined, { headers: { host: "evil.example:8080" } });
    expect([rebound.statusCode, rebound.json().code]).toEqual([403, "wrong-host"]);
    const own = await ask(here.app, "GET /healthz", undefined, { headers: { host: "localhost:8080" } });
    expect(own.statusCode).toBe(200);
  });
});

describe("a signed address", () => {
  it("leads nowhere once any part of it is changed, or its time is over", async () => {
    const here = await quiet();
    const keyOf = (name: string) => `acme/plans/${name}`;
    for (const name of ["one", "two"]) await here.ports.blobs.put(keyOf(name), { type: "image/png", bytes: PNG });
    const until = here.clock.now() + 60_000;
    const good = linkTo(keyOf("one"), until);
    const get = async (url: string) => (await here.app.inject({ url, headers: { host: "cloud.example" } })).statusCode;
    expect(await get(good)).toBe(200);
    const [, expires = "", signature = ""] = /expires=(\d+)&signature=(.*)$/.exec(good) ?? [];
    const forged = [
      good.replace("one", "two"),
      good.replace(expires, String(Number(expires) + 3600)),
      good.replace(signature, tampered(signature)),
      good.replace(signature, ""),
      good.replace("/blobs/", "/blobs/../"),
      good.replace("one", "..%2fplans%2fone"),
      `${good}&expires=9999999999`,
      linkTo(keyOf("none"), until),
      linkTo(keyOf("one"), here.clock.now() - 1000),
    ];
    for (const url of forged) expect([url, [400, 404].includes(await get(url))]).toEqual([url, true]);
  });
});

describe("a body", () => {
  it.each(WRITES)("that is too large, of another kind, or malformed is refused: %s", async (key) => {
    const here = await quiet();
    const who = here.sessions.acme.ada;
    const asking = examples[key](here, "acme");
    const { body, upload } = routeOf(key);
    const send = async (payload: string | Buffer, type: string) => {
      const headers = { "content-type": type, "content-length": String(payload.length) };
      const [method = "", path = ""] = key.split(" ");
      const url = path.replace(/:(\w+)/g, (_, name: string) =>
        encodeURIComponent((asking.params as Record<string, string>)[name] ?? ""),
      );
      return here.app.inject({
        method: method as "POST",
        url,
        payload,
        headers: { ...headers, host: "cloud.example", cookie: `__Host-spotter=${who.token}`, "x-csrf-token": who.csrf },
      });
    };
    const type = upload?.types[0] ?? "application/json";
    const large = upload ? Buffer.alloc(upload.maxBytes + 1) : JSON.stringify({ reason: "x".repeat(70_000) });
    expect((await send(large, type)).statusCode).toBe(body || upload ? 413 : 400);
    const malformed = [
      '{"reason":',
      "null",
      "[]",
      '"text"',
      "{}",
      '{"__proto__":{"role":"admin"}}',
      "[".repeat(10_000),
    ];
    for (const text of malformed) {
      const answer = await send(text, type);
      expect([text.slice(0, 20), answer.statusCode]).toEqual([
        text.slice(0, 20),
        text === "{}" && isEmptyFine(key) ? 200 : 400,
      ]);
      if (answer.statusCode !== 200)
        expect(answer.json()).toEqual({ code: "bad-request", message: expect.any(String), remedy: expect.any(String) });
    }
    if (body || upload) expect((await send("{}", "text/html")).statusCode).toBe(415);
    expect(here.faults).toEqual([]);
  });

  it.each(INNER)("or address of random content never makes a mistake of ours: %s", async (key) => {
    const here = await quiet();
    const asking = examples[key](here, "acme");
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.constantFrom("../..", "%00", "*", "__proto__"),
    );
    const dictionary = fc.dictionary(fc.constantFrom(...namesOf(key)), fc.oneof(texts, fc.jsonValue()));
    await fc.assert(
      fc.asyncProperty(dictionary, fc.dictionary(texts, texts, { maxKeys: 3 }), texts, async (body, query, param) => {
        const params = Object.fromEntries(
          Object.keys(asking.params ?? {}).map((name) => [name, param.toWellFormed() || "x"]),
        );
        const safe = Object.fromEntries(
          Object.entries(query).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
        );
        const answer = await ask(here.app, key, here.sessions.acme.ada, {
          ...(Object.keys(params).length > 0 ? { params } : {}),
          query: safe,
          ...(asking.body
            ? { body: { ...(asking.body as object), ...body } }
            : asking.upload
              ? { upload: asking.upload }
              : {}),
        });
        // Somebody who guesses passwords at random is locked out.
        expect([200, 204, 400, 401, 404, 409, 429]).toContain(answer.statusCode);
        if (answer.statusCode === 401) here.sessions.acme.ada = await loggedIn(here.ports, "acme", "ada");
      }),
      { numRuns: 25 },
    );
    expect(here.faults).toEqual([]);
  });
});

/** A change of nothing is one. */
const isEmptyFine = (key: Inner) => key === "PATCH /api/users/:user";

/** What a body of this route may have, and something it may not. */
function namesOf(key: Inner): string[] {
  return [...Object.keys(routeOf(key).body?.shape ?? {}), "other", "constructor"];
}

function tampered(text: string): string {
  return (text.startsWith("A") ? "B" : "A") + text.slice(1);
}
