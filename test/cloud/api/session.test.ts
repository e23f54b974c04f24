import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { firstAdmin } from "../../../cloud/api/first-admin.ts";
import { auditLog } from "../../../cloud/core/audit.ts";
import { mayTry } from "../../../cloud/core/lockout.ts";
import { newPassKey } from "../../../cloud/core/pass.ts";
import { hashPassword, isPassword } from "../../../cloud/core/password.ts";
import { changeUser, createUser } from "../../../cloud/core/users.ts";
import { openPass } from "../../../cloud/edge/pass.ts";
import { ask, type World, world } from "./world.ts";

const PASSWORD = "correct horse battery";

async function withPia(more: Parameters<typeof world>[0] = {}) {
  const here = await world({ streams: false, ...more });
  await createUser(here.ports, "acme", {
    ...{ user: "pia", name: "Pia", role: "safety", sites: ["*"], password: PASSWORD, mustChangePassword: false },
  });
  return here;
}

const logIn = (here: World, body: object, headers: Record<string, string> = {}) =>
  ask(here.app, "POST /api/session", undefined, { body, headers });
const right = { user: "pia", password: PASSWORD };
const wrong = { user: "pia", password: "wrong horse battery" };

function cookieOf(answer: { headers: Record<string, unknown> }, name = "__Host-spotter"): string | undefined {
  const all = [answer.headers["set-cookie"] ?? []].flat() as string[];
  return all.find((cookie) => cookie.startsWith(`${name}=`));
}

describe("logging in", () => {
  it("gives a cookie that scripts, other sites and plain connections cannot use", async () => {
    const here = await withPia();
    const answer = await logIn(here, right);
    expect(answer.json()).toMatchObject({ tenant: "acme", user: "pia", role: "safety", mustChangePassword: false });
    expect(cookieOf(answer)).toMatch(
      /^__Host-spotter=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure$/,
    );
    const token = /=([\w-]{43});/.exec(cookieOf(answer) ?? "")?.[1] ?? "";
    const me = await ask(here.app, "GET /api/session", { token, csrf: "" });
    expect(me.json().csrf).toBe(answer.json().csrf);
  });

  it("on loopback without TLS gives one without Secure, under a name that browsers take", async () => {
    const here = await withPia({ secure: false });
    expect(cookieOf(await logIn(here, right), "spotter")).toMatch(/HttpOnly; SameSite=Strict$/);
  });

  it("gives each log-in a session of its own", async () => {
    const here = await withPia();
    const [one, two] = [await logIn(here, right), await logIn(here, right)];
    expect(cookieOf(one)).not.toBe(cookieOf(two));
    expect(one.json().csrf).not.toBe(two.json().csrf);
  });

  it("answers alike for a wrong password, nobody, nobody's tenant, somebody shut out and somebody without a password", async () => {
    const here = await withPia();
    await ask(here.app, "PATCH /api/users/:user", here.sessions.acme.ada, {
      params: { user: "pia" },
      body: { disabled: true },
    });
    const bodies = [wrong, right, { user: "nobody", password: PASSWORD }, { user: "ada", password: PASSWORD }];
    const answers = await Promise.all([...bodies, { ...right, tenant: "void" }].map((body) => logIn(here, body)));
    for (const answer of answers) {
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toEqual(answers[0]?.json());
      expect(answer.headers["set-cookie"]).toBeUndefined();
    }
  });

  it("takes as much work for nobody as for somebody", async () => {
    const kept = await hashPassword(PASSWORD);
    const cost = async (against: string | undefined) => {
      const tries = [];
      for (let i = 0; i < 7; i += 1) {
        const before = process.cpuUsage();
        expect(await isPassword("wrong horse battery", against)).toBe(false);
        const { user, system } = process.cpuUsage(before);
        tries.push(user + system);
      }
      return Math.min(...tries);
    };
    const ratio = (await cost(kept)) / (await cost(undefined));
    expect(ratio).toBeGreaterThan(0.33);
    expect(ratio).toBeLessThan(3);
  });

  it("locks after five wrong passwords, even for the right one, longer each time, and forgets after the right one", async () => {
    const here = await withPia();
    for (let i = 0; i < 5; i += 1) expect((await logIn(here, wrong)).statusCode).toBe(401);
    const locked = await logIn(here, right);
    expect([locked.statusCode, locked.json().code, locked.headers["retry-after"]]).toEqual([429, "locked-out", "10"]);
    here.clock.advance(10_000);
    expect((await logIn(here, wrong)).statusCode).toBe(401);
    expect((await logIn(here, wrong)).headers["retry-after"]).toBe("20");
    here.clock.advance(20_000);
    expect((await logIn(here, right)).statusCode).toBe(200);
    expect((await logIn(here, wrong)).statusCode).toBe(401);
    expect((await logIn(here, right)).statusCode).toBe(200);
  });

  it("locks a login that does not exist as well", async () => {
    const here = await withPia();
    const nobody = { user: "nobody", password: "whatever it is" };
    for (let i = 0; i < 5; i += 1) expect((await logIn(here, nobody)).statusCode).toBe(401);
    expect((await logIn(here, nobody)).statusCode).toBe(429);
  });

  it("lets no more through when many try at the same time", async () => {
    const here = await withPia();
    const answers = await Promise.all(Array.from({ length: 12 }, () => logIn(here, wrong)));
    expect(answers.filter(({ statusCode }) => statusCode === 401).length).toBeLessThanOrEqual(5);
    expect(answers.every(({ statusCode }) => [401, 429, 503].includes(statusCode))).toBe(true);
  });

  it("does not shut out somebody at another address, until a hundred have failed from everywhere", async () => {
    const here = await withPia({ proxies: 1 });
    const from = (address: string) => ({ "x-forwarded-for": address });
    for (let i = 0; i < 6; i += 1) await logIn(here, wrong, from("10.0.0.1"));
    expect((await logIn(here, right, from("10.0.0.1"))).statusCode).toBe(429);
    expect((await logIn(here, right, from("10.0.0.2"))).statusCode).toBe(200);
    for (let i = 0; i < 100; i += 1) await mayTry(here.ports, { tenant: "acme", user: "pia", address: `10.0.1.${i}` });
    expect((await logIn(here, right, from("10.0.0.2"))).statusCode).toBe(429);
  });

  it("cannot be tried under made-up addresses: only the nearest proxy is believed", async () => {
    const here = await withPia({ proxies: 1 });
    const answers = [];
    for (let i = 0; i < 6; i += 1)
      answers.push(await logIn(here, wrong, { "x-forwarded-for": `1.2.3.${i}, 10.0.0.1` }));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it("from one address is slowed down, whatever the way in", async () => {
    const here = await withPia();
    for (let i = 0; i < 30; i += 1)
      await ask(here.app, "GET /api/session/oidc/:provider/start", undefined, { params: { provider: "none" } });
    const answer = await logIn(here, right);
    expect([answer.statusCode, answer.json().message]).toEqual([429, "too many attempts from this address"]);
  });

  it("stands in the audit log, without the password", async () => {
    const here = await withPia();
    await logIn(here, right);
    const log = await auditLog(here.ports, "acme");
    expect(log.items[0]?.body).toMatchObject({ user: "pia", action: "session.logIn", detail: { from: "127.0.0.1" } });
    expect(JSON.stringify(log)).not.toContain(PASSWORD);
  });
});

describe("a password", () => {
  it("that somebody else chose must be changed before anything else", async () => {
    const here = await withPia();
    const made = { user: "neo", name: "Neo", role: "operator", sites: ["*"], password: "chosen by an admin" };
    await ask(here.app, "POST /api/users", here.sessions.acme.ada, { body: made });
    const answer = await logIn(here, { user: "neo", password: made.password });
    const who = { token: /=([\w-]{43});/.exec(cookieOf(answer) ?? "")?.[1] ?? "", csrf: answer.json().csrf };
    const early = await ask(here.app, "GET /api/incidents", who);
    expect([early.statusCode, early.json().code]).toEqual([403, "password-change-needed"]);
    const body = { old: made.password, new: "chosen by myself" };
    const changed = await ask(here.app, "POST /api/session/password", who, { body });
    expect(changed.json().mustChangePassword).toBe(false);
    const now = { token: /=([\w-]{43});/.exec(cookieOf(changed) ?? "")?.[1] ?? "", csrf: changed.json().csrf };
    expect((await ask(here.app, "GET /api/incidents", now)).statusCode).toBe(200);
    // Whoever had the old session is out.
    expect((await ask(here.app, "GET /api/session", who)).statusCode).toBe(401);
    const log = JSON.stringify(await auditLog(here.ports, "acme"));
    expect(log).toContain("session.changePassword");
    for (const secret of [made.password, body.new]) expect(log).not.toContain(secret);
  });

  it("is kept as Argon2id with a salt of its own, and shown to nobody", async () => {
    const [one, two] = [await hashPassword(PASSWORD), await hashPassword(PASSWORD)];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
    expect([await isPassword(PASSWORD, one), await isPassword(PASSWORD, undefined)]).toEqual([true, false]);
    // é typed as one letter, and as e with an accent.
    expect(await isPassword("cafe\u0301 au lait", await hashPassword("caf\u00e9 au lait"))).toBe(true);
    const here = await withPia();
    expect((await ask(here.app, "GET /api/users", here.sessions.acme.ada)).body).not.toMatch(
      /argon2|password"\s*:\s*"\$/,
    );
  });

  it("that is too short or too long is none", async () => {
    const here = await withPia();
    for (const password of ["short", "x".repeat(201)]) {
      const body = { user: "neo", name: "Neo", role: "operator", sites: [], password };
      expect((await ask(here.app, "POST /api/users", here.sessions.acme.ada, { body })).statusCode).toBe(400);
    }
  });
});

describe("users", () => {
  it("keep at least one admin of every site", async () => {
    const here = await withPia();
    const { ada } = here.sessions.acme;
    for (const body of [{ disabled: true }, { role: "safety" }, { sites: ["north"] }]) {
      const answer = await ask(here.app, "PATCH /api/users/:user", ada, { params: { user: "ada" }, body });
      expect([answer.statusCode, answer.json().message]).toEqual([409, expect.stringContaining("last admin")]);
    }
  });

  it("who are the last two admins cannot shut each other out at the same moment", async () => {
    const { ports } = await withPia();
    await changeUser(ports, "acme", "sam", { role: "admin" });
    const out = ["ada", "sam"].map((user) => changeUser(ports, "acme", user, { disabled: true }));
    const results = await Promise.allSettled(out);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("have logins of their own", async () => {
    const here = await withPia();
    const body = { user: "pia", name: "Another", role: "operator", sites: [] };
    expect((await ask(here.app, "POST /api/users", here.sessions.acme.ada, { body })).statusCode).toBe(409);
    expect((await ask(here.app, "POST /api/users", here.sessions.zeta.ada, { body })).statusCode).toBe(200);
  });
});

describe("the first start", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  it("lets one admin in, with a password of their own that only the owner of the file reads, and only once", async () => {
    const here = await world({ streams: false });
    const folder = mkdtempSync(join(tmpdir(), "first-"));
    folders.push(folder);
    const first = await firstAdmin(here.ports, "fresh", folder);
    const { user, password, file } = first ?? { user: "", password: "", file: "" };
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toBe(`${user}\n${password}\n`);
    const answer = await logIn(here, { tenant: "fresh", user, password });
    expect(answer.json()).toMatchObject({ role: "admin", sites: ["*"], mustChangePassword: true });
    expect(await firstAdmin(here.ports, "fresh", folder)).toBeUndefined();
    expect((await firstAdmin(here.ports, "other", folder))?.password).not.toBe(password);
  });
});

describe("the edge's pass", () => {
  it("comes with the session, holds tenant and sites, and goes with it", async () => {
    const passKey = newPassKey("k1");
    const here = await withPia({ passKey });
    const pass = /=([^;]+);.*Secure$/.exec(cookieOf(await logIn(here, right), "__Host-spotter-pass") ?? "")?.[1] ?? "";
    const open = (at: number) => openPass({ k1: passKey.publicKey }, pass, at);
    expect(open(here.clock.now())).toMatchObject({ tenant: "acme", sites: ["*"] });
    expect(open(here.clock.now() + 16 * 60_000)).toBeUndefined();
    const out = await ask(here.app, "DELETE /api/session", here.sessions.acme.ada);
    expect(cookieOf(out, "__Host-spotter-pass")).toContain("Max-Age=0");
  });
});
