import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createUser } from "../../../cloud/core/users.ts";
import { describeWith } from "../../engines.ts";
import { ACME } from "../rig.ts";
import { enter, expectNone, findings, openPage, SLOW_MS, startBrowser, WIDTHS, widthsThatScroll } from "./browser.ts";
import { builtDashboard, PASSWORD, type Plant, startPlant } from "./plant.ts";

/** What the first page may weigh on a slow line, bytes as they travel. */
const MAX_FIRST_BYTES = 45_000;

describeWith("Chromium", "the shell of the dashboard", () => {
  let browser: Browser;
  let built: Awaited<ReturnType<typeof builtDashboard>>;
  let plant: Plant;
  let view: Awaited<ReturnType<typeof openPage>>;
  let page: Page;

  beforeAll(async () => {
    [browser, built] = await Promise.all([startBrowser(), builtDashboard()]);
  });
  afterAll(async () => {
    await browser?.close();
    built?.remove();
  });
  beforeEach(async () => {
    plant = await startPlant(built.dir);
    view = await openPage(browser);
    page = view.page;
  });
  afterEach(async () => {
    await view.close();
    await plant.close();
    expectNone(view.faults);
  });

  const logIn = async (user: string, password: string) => {
    await page.getByLabel("User name").fill(user);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
  };

  it("lets nobody in with a wrong password and says what to do, then with the right one, and out again", async () => {
    await page.goto(`${plant.url}/map`);
    await logIn("ada", "wrong");
    await page.getByText("Login or password is wrong.").waitFor();
    await logIn("ada", PASSWORD);
    await page.getByRole("heading", { level: 1, name: "Plant map" }).waitFor();
    await page.getByRole("button", { name: "Preferences" }).click();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
  });

  it("insists on a password of one's own before anything else", async () => {
    const fresh = { user: "ben", name: "Ben", role: "admin", sites: ["*"], password: "made by somebody else" } as const;
    await createUser(plant.ports, ACME, fresh);
    await page.goto(plant.url);
    await logIn("ben", "made by somebody else");
    await page.getByRole("heading", { name: "Choose a password of your own" }).waitFor();
    await page.getByLabel("Password until now").fill("made by somebody else");
    await page.getByLabel("New password", { exact: true }).fill("short");
    await page.getByLabel("New password, again").fill("other");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText(/fewer than 12 characters/).waitFor();
    await page.getByText(/are not the same/).waitFor();
    await page.getByLabel("New password", { exact: true }).fill("one that only Ben knows");
    await page.getByLabel("New password, again").fill("one that only Ben knows");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  });

  it("says that it is away when the cloud is gone, and catches up when it is back", async () => {
    await enter(page, plant);
    await page.context().setOffline(true);
    // A request under way does not end by itself when the network goes.
    plant.cutStreams();
    await page.getByText("Away", { exact: true }).waitFor();
    await plant.fall();
    await page.context().setOffline(false);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByRole("alert").getByText("A person has fallen").waitFor();
  });

  it(
    "finds out that the cloud does not answer, though nobody has closed the line",
    async () => {
      await enter(page, plant);
      await page.route("**/api/session", (route) => route.abort());
      await page.getByText("Away", { exact: true }).waitFor();
      await page.unroute("**/api/session");
      await page.getByText("Live", { exact: true }).waitFor();
    },
    SLOW_MS,
  );

  it("leads to the log-in when the session is over, and back to where one was", async () => {
    await enter(page, plant, "/map");
    await page.context().clearCookies();
    // Something happens, the page asks what, and hears that nobody is logged in.
    await plant.fall();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    await logIn("ada", PASSWORD);
    await page.getByRole("heading", { level: 1, name: "Plant map" }).waitFor();
  });

  it("goes everywhere with two keys and shows all keys with ?", async () => {
    await enter(page, plant);
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keyboard" });
    await help.getByText("Go to: Plant map").waitFor();
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.getByRole("heading", { level: 1, name: "Plant map" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("i");
    await page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  });

  it("leaves single keys alone when they are switched off, and remembers it", async () => {
    await enter(page, plant);
    await page.keyboard.press("?");
    await page.getByRole("switch", { name: "Single keys act" }).click();
    await page.keyboard.press("Escape");
    await page.reload();
    await page.getByText("Live", { exact: true }).waitFor();
    await page.keyboard.press("?");
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.getByRole("button", { name: "Keys" }).click();
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/incidents");
  });

  it("skips to the content, and hands the focus to the page that is gone to", async () => {
    await enter(page, plant);
    await page.reload();
    await page.getByText("Live", { exact: true }).waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to content");
    await page.getByRole("link", { name: "Plant map" }).click();
    await page.getByRole("heading", { level: 1, name: "Plant map" }).waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
  });

  it("changes language, appearance and contrast, and remembers them", async () => {
    await enter(page, plant);
    await page.getByRole("button", { name: "Preferences" }).click();
    await page.getByLabel("Deutsch").check();
    await page.getByLabel("dunkel").check();
    await page.getByLabel("hoch").check();
    await page.keyboard.press("Escape");
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Vorfälle" }).waitFor();
    const shown = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(shown).toBe("rgb(0, 0, 0)");
    expectNone(await findings(page));
  });

  it("says where to go from an address that is none", async () => {
    await enter(page, plant, "/nowhere");
    await page.getByText("There is no such page").waitFor();
    await page.getByRole("link", { name: "To the incidents" }).click();
    await page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  });

  it(
    "fits every width before and after the log-in, and gives axe nothing to find",
    async () => {
      await page.goto(plant.url);
      await page.getByRole("heading", { name: "Log in" }).waitFor();
      expectNone(await findings(page));
      expect(await widthsThatScroll(page, WIDTHS)).toEqual([]);
      await enter(page, plant);
      await page.getByRole("button", { name: "Preferences" }).click();
      await page.getByRole("dialog").waitFor();
      expectNone(await findings(page));
      expect(await widthsThatScroll(page, WIDTHS)).toEqual([]);
    },
    SLOW_MS,
  );

  it("keeps the first page small, and says how small", async () => {
    const urls: string[] = [];
    page.on("request", (request) => urls.push(new URL(request.url()).pathname));
    await enter(page, plant);
    const fetched = built.files.filter(({ name }) => urls.includes(`/${name}`) || name === "index.html");
    const bytes = fetched.reduce((sum, { brotli }) => sum + brotli, 0);
    const [script] = fetched.filter(({ name }) => name.endsWith(".js"));
    const headers = { "accept-encoding": "br" };
    const answer = await fetch(`${plant.url}/${script?.name}`, { headers });
    expect(answer.headers.get("content-encoding")).toBe("br");
    expect(answer.headers.get("cache-control")).toContain("immutable");
    process.stdout.write(`dashboard: the incident list takes ${fetched.length} files, ${bytes} bytes in Brotli\n`);
    expect(fetched.length).toBeGreaterThan(3);
    expect(bytes).toBeLessThan(MAX_FIRST_BYTES);
  });

  it("can be used on a slow line, and says after how long", async () => {
    await plant.fall();
    await enter(page, plant);
    await page.getByRole("link", { name: "infeed" }).first().waitFor();
    const line = await page.context().newCDPSession(page);
    // What browsers call slow 3G: 400 kbit/s, 400 ms there and back; and nothing kept from before.
    const slow = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
    await line.send("Network.enable");
    await line.send("Network.emulateNetworkConditions", slow);
    await line.send("Network.setCacheDisabled", { cacheDisabled: true });
    await page.reload();
    await page.getByRole("button", { name: /^Acknowledge/ }).waitFor();
    const ms = await page.evaluate<number>("Math.round(performance.now())");
    process.stdout.write(`dashboard: on 400 kbit/s and 400 ms the list can be worked with after ${ms} ms\n`);
    await page.keyboard.press("a");
    await page.getByRole("dialog", { name: "Acknowledge" }).waitFor();
    expect(ms).toBeGreaterThan(0);
  });
});
