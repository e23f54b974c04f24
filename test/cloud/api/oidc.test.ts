import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readProviders } from "../../../cloud/api/oidc.ts";
import { auditLog } from "../../../cloud/core/audit.ts";
import { createUser } from "../../../cloud/core/users.ts";
import { Browser, startProvider } from "./provider.ts";
import { world } from "./world.ts";

const closing: (() => unknown)[] = [];
beforeEach(() => {
  // The provider says at length that it is not set up for production.
  for (const way of ["info", "warn"] as const) vi.spyOn(console, way).mockImplementation(() => {});
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0).reverse()) await close();
});

const ACCOUNTS = {
  "subject-ann": { email: "Ann@example.org", verified: true },
  "subject-eve": { email: "ann@example.org", verified: false },
  "subject-bob": { email: "bob@example.org", verified: true },
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** A cloud whose people sign in at a real provider. */
async function signing(options: Parameters<typeof startProvider>[1] = {}) {
  const provider = await startProvider(ACCOUNTS, options);
  closing.push(() => provider.close());
  const { issuer, clientId, clientSecret } = provider;
  const port = await freePort();
  const cloud = `http://127.0.0.1:${port}`;
  provider.allow(`${cloud}/api/session/oidc/works/callback`);
  const here = await world({
    ...{ secure: false, publicUrl: cloud },
    providers: [{ provider: "works", name: "The works", tenant: "acme", issuer, clientId, clientSecret }],
  });
  await here.app.listen({ port, host: "127.0.0.1" });
  closing.push(() => here.app.close());
  await createUser(here.ports, "acme", { user: "ann@example.org", name: "Ann", role: "safety", sites: ["*"] });
  const start = `${cloud}/api/session/oidc/works/start`;
  return { here, provider, cloud, host: `127.0.0.1:${port}`, start };
}

/** Fills the provider's log-in form, and consents. */
const fill = (login: string) => ({ login, password: "any" });
const isBack = (url: URL) => url.pathname.endsWith("/callback");

describe("signing in at a provider", () => {
  it.each([
    ["in the token", true],
    ["only when asked for", false],
  ])(
    "lets in whoever it vouches for, with claims %s, and knows them by subject from then on",
    async (_, claimsInToken) => {
      const { here, start, cloud, host } = await signing({ claimsInToken });
      const browser = new Browser();
      const { url, status } = await browser.go(start, fill("subject-ann"));
      expect([url.href, status]).toEqual([`${cloud}/`, 404]);
      const token = browser.cookies(host).get("spotter");
      const me = await here.app.inject({ url: "/api/session", headers: { cookie: `spotter=${token}` } });
      expect(me.json()).toMatchObject({ user: "ann@example.org", role: "safety", tenant: "acme" });
      const [entry] = (await auditLog(here.ports, "acme")).items;
      expect(entry?.body).toMatchObject({
        user: "ann@example.org",
        action: "session.signIn",
        detail: { provider: "works" },
      });
      const { items } = await here.ports.store.list("acme/users", { limit: 100, from: "ann" });
      expect(items[0]?.body).toMatchObject({ subject: { sub: "subject-ann" } });
    },
  );

  it("refuses an address that the provider has not verified, and people whom nobody let in", async () => {
    const { start, host, cloud } = await signing();
    for (const login of ["subject-eve", "subject-bob"]) {
      const browser = new Browser();
      const { url } = await browser.go(start, fill(login));
      expect(url.href).toBe(`${cloud}/?sign-in=wrong-credential`);
      expect(browser.cookies(host).has("spotter")).toBe(false);
    }
  });

  it("refuses somebody else's way back: another browser, a second time, another state, too late", async () => {
    const { here, start, host } = await signing();
    const comeBack = async (browser: Browser, url: URL) => (await browser.go(url.href)).url.search;
    const refused = "?sign-in=wrong-credential";
    const away = async () => {
      const browser = new Browser();
      return { browser, ...(await browser.go(start, fill("subject-ann"), isBack)) };
    };
    // A stranger leads somebody along their own way back.
    const stolen = await away();
    expect(await comeBack(new Browser(), stolen.url)).toBe(refused);
    const twice = await away();
    expect(await comeBack(twice.browser, twice.url)).toBe("");
    expect(twice.browser.cookies(host).has("spotter")).toBe(true);
    expect(await comeBack(twice.browser, twice.url)).toBe(refused);
    const swapped = await away();
    swapped.url.searchParams.set("state", "another");
    expect(await comeBack(swapped.browser, swapped.url)).toBe(refused);
    const forged = await away();
    forged.url.searchParams.set("code", "guessed");
    expect(await comeBack(forged.browser, forged.url)).toBe(refused);
    const late = await away();
    here.clock.advance(11 * 60_000);
    expect(await comeBack(late.browser, late.url)).toBe(refused);
  });

  it("says so while the provider is away", async () => {
    const { here, provider, start } = await signing();
    await provider.close();
    const response = await fetch(start, { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([303, "/?sign-in=busy"]);
    const providers = await here.app.inject({ url: "/api/session/providers" });
    expect(providers.json()).toEqual({ providers: [{ provider: "works", name: "The works" }] });
    const other = await here.app.inject({ url: "/api/session/oidc/other/start" });
    expect(other.headers.location).toBe("/?sign-in=not-found");
  });
});

describe("the file of providers", () => {
  const folder = mkdtempSync(join(tmpdir(), "oidc-"));
  const file = join(folder, "providers.json");
  const one = { provider: "works", name: "Works", issuer: "https://id.example", clientId: "a", clientSecret: "b" };

  it("is read, and its mistakes are named", () => {
    writeFileSync(file, JSON.stringify([one, { ...one, tenant: "other" }]));
    expect(readProviders(file, "home").map(({ tenant }) => tenant)).toEqual(["home", "other"]);
    writeFileSync(file, JSON.stringify([{ ...one, issuer: "ftp://x" }]));
    expect(() => readProviders(file, "home")).toThrow(/providers\.json: 0\.issuer: .*README/);
    writeFileSync(file, "{");
    expect(() => readProviders(file, "home")).toThrow(/JSON/);
    expect(() => readProviders(join(folder, "none"), "home")).toThrow(/ENOENT/);
    rmSync(folder, { recursive: true });
  });
});
