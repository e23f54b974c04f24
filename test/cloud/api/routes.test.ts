import { describe, expect, it } from "vitest";
import { client } from "../../../cloud/api/client.ts";
import { contract, type Route, type RouteKey } from "../../../cloud/api/contract.ts";
import { openApi } from "../../../cloud/api/openapi.ts";
import { auditLog, checkAudit } from "../../../cloud/core/audit.ts";
import { examples, INNER } from "./examples.ts";
import { ask, PNG, type World, world } from "./world.ts";

const all = Object.entries(contract) as [RouteKey, Route][];

describe("every route", () => {
  it.each(INNER)("%s answers as the contract says, and a write stands in the audit log", async (key) => {
    const here = await world({ streams: false });
    const { status, ...asking } = examples[key](here, "acme");
    const answer = await ask(here.app, key, here.sessions.acme.ada, asking);
    const { name, answer: shape }: Route = contract[key];
    expect([answer.statusCode, here.faults, answer.body]).toEqual([status ?? (shape ? 200 : 204), [], answer.body]);
    if (status === undefined && shape) expect(shape.strict().safeParse(answer.json()).error).toBeUndefined();
    const [newest] = (await auditLog(here.ports, "acme")).items;
    const writes = !key.startsWith("GET") || name === "incident.export";
    expect(newest?.body).toEqual(
      writes && status === undefined ? expect.objectContaining({ action: name, user: "ada" }) : undefined,
    );
    expect((await checkAudit(here.ports, "acme")).whole).toBe(true);
  });

  it("needs nobody where it is for the public", async () => {
    const here = await world();
    const open = all.filter(([, { roles }]) => roles === "public").map(([key]) => key);
    expect(open).toEqual([
      "POST /api/session",
      "GET /api/session/providers",
      "GET /api/session/oidc/:provider/start",
      "GET /api/session/oidc/:provider/callback",
      "GET /blobs/*",
      "GET /healthz",
      "GET /readyz",
      "GET /api/openapi.json",
    ]);
    for (const key of ["GET /healthz", "GET /readyz", "GET /api/session/providers"] as const)
      expect((await ask(here.app, key, undefined)).statusCode).toBe(200);
  });

  it("tells that it is not ready while its store is not", async () => {
    const here = await world();
    here.ports.store.read = () => Promise.reject(new Error("the disk is gone"));
    const answer = await ask(here.app, "GET /readyz", undefined);
    expect([answer.statusCode, answer.json().message]).toEqual([503, "the store does not answer: the disk is gone"]);
  });

  it("has an error of ours told as such, without its words, and reported with them", async () => {
    const here = await world();
    here.ports.blobs.put = () => Promise.reject(new Error("/var/secret/place is full"));
    const answer = await ask(here.app, "PUT /api/sites/:site/floor-plan", here.sessions.acme.ada, {
      params: { site: "north" },
      upload: { type: "image/png", bytes: PNG },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([500, "internal"]);
    expect(answer.body).not.toContain("secret");
    expect(here.faults.map(({ message }) => message)).toEqual(["/var/secret/place is full"]);
  });

  it("names what is wrong with a request, and what to do", async () => {
    const here = await world();
    const answer = await ask(here.app, "GET /api/incidents", here.sessions.acme.olga, {
      query: { limit: 1000, colour: "red" },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "bad-request", message: expect.stringMatching(/limit.*200.*colour/) });
    expect(answer.json().remedy).toContain("openapi.json");
  });
});

describe("the OpenAPI document", () => {
  const document = openApi();

  it("has every route of the contract, under a name of its own, with what it takes and gives", () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, ...(operation as Operation) })),
    );
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(all.map(([, { name }]) => name).sort());
    for (const { path, parameters, responses } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const told = parameters.filter((parameter) => parameter.in === "path");
      expect(told.map(({ name }) => name).sort()).toEqual(inPath.sort());
      expect(told.every(({ required }) => required)).toBe(true);
      expect(Object.keys(responses).some((status) => /^[123]/.test(status))).toBe(true);
    }
  });

  it("is what the cloud hands out, and JSON through and through", async () => {
    const here = await world();
    const answer = await ask(here.app, "GET /api/openapi.json", undefined);
    expect(answer.json()).toEqual(JSON.parse(JSON.stringify(document)));
    expect(document.openapi).toBe("3.1.0");
  });

  interface Operation {
    readonly operationId: string;
    readonly parameters: readonly { name: string; in: string; required: boolean }[];
    readonly responses: object;
  }
});

describe("the client", () => {
  /** `fetch` that never leaves the process. */
  function fetchFrom({ app, sessions }: World): typeof fetch {
    return async (input, init) => {
      const { method, headers, body } = init ?? {};
      const answer = await app.inject({
        method: method as "GET",
        url: String(input),
        headers: { ...(headers as object), host: "cloud.example", cookie: `__Host-spotter=${sessions.acme.ada.token}` },
        ...(body instanceof Blob
          ? { payload: Buffer.from(await body.arrayBuffer()) }
          : typeof body === "string"
            ? { payload: body }
            : {}),
      });
      return new Response(answer.statusCode === 204 ? null : answer.body, { status: answer.statusCode });
    };
  }

  it("logs in, lists, acknowledges and uploads with nothing but names and values of the contract", async () => {
    const here = await world();
    const call = client({ csrf: () => here.sessions.acme.ada.csrf, fetch: fetchFrom(here) });
    expect((await call("GET /api/session")).user).toBe("ada");
    const { incidents } = await call("GET /api/incidents", { query: { state: "active", limit: 5 } });
    const incident = incidents[0]?.id ?? "";
    const after = await call("POST /api/incidents/:incident/acknowledge", {
      params: { incident },
      body: { reason: "went there", outcome: "false" },
    });
    expect([after.state, after.outcome, after.acknowledged?.by]).toEqual(["acknowledged", "false", "ada of acme"]);
    const site = await call("PUT /api/sites/:site/floor-plan", {
      params: { site: "north" },
      body: new Blob([PNG], { type: "image/png" }),
    });
    expect(site.floorPlan?.url).toMatch(/^\/blobs\//);
    expect(await call("DELETE /api/policies/:site", { params: { site: "*" } })).toBeUndefined();
  });

  it("rejects with code, message and remedy", async () => {
    const here = await world();
    const call = client({ csrf: () => "", fetch: fetchFrom(here) });
    await expect(call("DELETE /api/session")).rejects.toMatchObject({ status: 403, code: "wrong-token" });
    await expect(call("GET /api/incidents/:incident", { params: { incident: "a".repeat(22) } })).rejects.toMatchObject({
      ...{ name: "ApiError", status: 404, code: "not-found" },
      message: `incident ${"a".repeat(22)}: there is none; see the list of incidents`,
    });
    const away = client({ csrf: () => "", fetch: () => Promise.reject(new TypeError("fetch failed")) });
    await expect(away("GET /api/session")).rejects.toMatchObject({ status: 0, code: "network" });
  });
});

describe("blobs", () => {
  it("come under their signed address until it expires, as what they are and nothing else", async () => {
    const here = await world();
    const who = here.sessions.acme.sam;
    const upload = { params: { site: "north" }, upload: { type: "image/png", bytes: PNG } };
    const { floorPlan } = (await ask(here.app, "PUT /api/sites/:site/floor-plan", who, upload)).json();
    const picture = await here.app.inject({ url: floorPlan.url, headers: { host: "cloud.example" } });
    expect([picture.statusCode, picture.headers["content-type"]]).toEqual([200, "image/png"]);
    expect(picture.rawPayload.equals(PNG)).toBe(true);
    expect(picture.headers["content-security-policy"]).toContain("sandbox");
    here.clock.advance(2 * 3_600_000);
    const late = await here.app.inject({ url: floorPlan.url, headers: { host: "cloud.example" } });
    expect(late.statusCode).toBe(404);
  });

  it("of other types are only ever saved", async () => {
    const here = await world();
    await here.ports.blobs.put("acme/page", { type: "text/html", bytes: Buffer.from("<script>alert(1)</script>") });
    const url = await here.ports.blobs.url("acme/page", here.clock.now() + 60_000);
    const { headers } = await here.app.inject({ url, headers: { host: "cloud.example" } });
    expect([headers["content-type"], headers["content-disposition"]]).toEqual([
      "application/octet-stream",
      "attachment",
    ]);
  });
});
