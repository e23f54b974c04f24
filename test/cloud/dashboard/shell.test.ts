import { expect, it } from "vitest";
import { createUser } from "../../../cloud/core/users.ts";
import { describeWith } from "../../engines.ts";
import { ACME } from "../rig.ts";
import { enter, expectNone, findings, SLOW_MS, WIDTHS, widthsThatScroll } from "./browser.ts";
import { PASSWORD } from "./plant.ts";
import { stage } from "./stage.ts";

/** What the first page may weigh on a slow line, bytes as they travel. */
const MAX_FIRST_BYTES = 45_000;

describeWith("Chromium", "the shell of the dashboard", () => {
  const s = stage({});

  const logIn = async (user: string, password: string) => {
    await s.page.getByLabel("User name").fill(user);
    await s.page.getByLabel("Password", { exact: true }).fill(password);
    await s.page.getByRole("button", { name: "Log in" }).click();
  };

  it("lets nobody in with a wrong password and says what to do, then with the right one, and out again", async () => {
    await s.page.goto(`${s.plant.url}/map`);
    await logIn("ada", "wrong");
    await s.page.getByText("Login or password is wrong.").waitFor();
    await logIn("ada", PASSWORD);
    await s.page.getByRole("heading", { level: 1, name: "Plant map" }).waitFor();
    await s.page.getByRole("button", { name: "Preferences" }).click();
    await s.page.getByRole("button", { name: "Log out" }).click();
    await s.page.getByRole("heading", { name: "Log in" }).waitFor();
    await s.page.reload();
    await s.page.getByRole("heading", { name: "Log in" }).waitFor();
  });

  it("insists on a password of one's own before anything else", async () => {
    const fresh = { user: "ben", name: "Ben", role: "admin", sites: ["*"], password: "made by somebody else" } as const;
    await createUser(s.plant.ports, ACME, fresh);
    await s.page.goto(s.plant.url);
    await logIn("ben", "made by somebody else");
    await s.page.getByRole("heading", { name: "Choose a password of your own" }).waitFor();
    await s.page.getByLabel("Password until now").fill("made by somebody else");
    await s.page.getByLabel("New password", { exact: true }).fill("short");
    await s.page.getByLabel("New password, again").fill("other");
    await s.page.getByRole("button", { name: "Change password" }).click();
    await s.page.getByText(/fewer than 12 characters/).waitFor();
    await s.page.getByText(/are not the same/).waitFor();
    await s.page.getByLabel("New password", { exact: true }).fill("one that only Ben knows");
    await s.page.getByLabel("New password, again").fill("one that only Ben knows");
    await s.page.getByRole("button", { name: "Change password" }).click();
    await s.page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  });

  it("says that it is away when the cloud is gone, and catches up when it is back", async () => {
    await enter(s.page, s.plant);
    await s.page.context().setOffline(true);
    // A request under way does not end by itself when the network goes.
    s.plant.cutStreams();
    await s.page.getByText("Away", { exact: true }).waitFor();
    await s.plant.fall();
    await s.page.context().setOffline(false);
    await s.page.getByText("Live", { exact: true }).waitFor();
    await s.page.getByRole("alert").getByText("A person has fallen").waitFor();
  });

  it(
    "finds out that the cloud does not answer, though nobody has closed the line",
    async () => {
      await enter(s.page, s.plant);
      await s.page.route("**/api/session", (route) => route.abort());
      await s.page.getByText("Away", { exact: true }).waitFor();
      await s.page.unroute("**/api/session");
      await s.page.getByText("Live", { exact: true }).waitFor();
    },
    SLOW_MS,
  );

  it("leads to the log-in when the session is over, and back to where one was", async () => {
    await enter(s.page, s.plant, "/map");
    await s.page.context().clearCookies();
    // Something happens, the page asks what, and hears that nobody is logged in.
    await s.plant.fall();
    await s.page.getByRole("heading", { name: "Log in" }).waitFor();
    await logIn("ada", PASSWORD);
    await s.page.getByRole("heading", { level: 1, name: "Plant map" }).waitFor();
  });

  it("goes everywhere with two keys and shows all keys with ?", async () => {
    await enter(s.page, s.plant);
    await s.page.keyboard.press("?");
    const help = s.page.getByRole("dialog", { name: "Keyboard" });
    await help.getByText("Go to: Plant map").waitFor();
    await s.page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    await s.page.keyboard.press("g");
    await s.page.keyboard.press("p");
    await s.page.getByRole("heading", { level: 1, name: "Plant map" }).waitFor();
    await s.page.keyboard.press("g");
    await s.page.keyboard.press("i");
    await s.page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  });

  it("leaves single keys alone when they are switched off, and remembers it", async () => {
    await enter(s.page, s.plant);
    await s.page.keyboard.press("?");
    await s.page.getByRole("switch", { name: "Single keys act" }).click();
    await s.page.keyboard.press("Escape");
    await s.page.reload();
    await s.page.getByText("Live", { exact: true }).waitFor();
    await s.page.keyboard.press("?");
    await s.page.keyboard.press("g");
    await s.page.keyboard.press("p");
    await s.page.getByRole("button", { name: "Keys" }).click();
    await s.page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    expect(new URL(s.page.url()).pathname).toBe("/incidents");
  });

  it("skips to the content, and hands the focus to the page that is gone to", async () => {
    await enter(s.page, s.plant);
    await s.page.reload();
    await s.page.getByText("Live", { exact: true }).waitFor();
    await s.page.keyboard.press("Tab");
    expect(await s.page.evaluate("document.activeElement.textContent")).toBe("Skip to content");
    await s.page.getByRole("link", { name: "Plant map" }).click();
    await s.page.getByRole("heading", { level: 1, name: "Plant map" }).waitFor();
    expect(await s.page.evaluate("document.activeElement.id")).toBe("content");
  });

  it("changes language, appearance and contrast, and remembers them", async () => {
    await enter(s.page, s.plant);
    await s.page.getByRole("button", { name: "Preferences" }).click();
    await s.page.getByLabel("Deutsch").check();
    await s.page.getByLabel("dunkel").check();
    await s.page.getByLabel("hoch").check();
    await s.page.keyboard.press("Escape");
    await s.page.reload();
    await s.page.getByRole("heading", { level: 1, name: "Vorfälle" }).waitFor();
    const shown = await s.page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(shown).toBe("rgb(0, 0, 0)");
    expectNone(await findings(s.page));
  });

  it("says where to go from an address that is none", async () => {
    await enter(s.page, s.plant, "/nowhere");
    await s.page.getByText("There is no such page").waitFor();
    await s.page.getByRole("link", { name: "To the incidents" }).click();
    await s.page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  });

  it(
    "fits every width before and after the log-in, and gives axe nothing to find",
    async () => {
      await s.page.goto(s.plant.url);
      await s.page.getByRole("heading", { name: "Log in" }).waitFor();
      expectNone(await findings(s.page));
      expect(await widthsThatScroll(s.page, WIDTHS)).toEqual([]);
      await enter(s.page, s.plant);
      await s.page.getByRole("button", { name: "Preferences" }).click();
      await s.page.getByRole("dialog").waitFor();
      expectNone(await findings(s.page));
      expect(await widthsThatScroll(s.page, WIDTHS)).toEqual([]);
    },
    SLOW_MS,
  );

  it("keeps the first page small, and says how small", async () => {
    const urls: string[] = [];
    s.page.on("request", (request) => urls.push(new URL(request.url()).pathname));
    await enter(s.page, s.plant);
    const fetched = s.built.files.filter(({ name }) => urls.includes(`/${name}`) || name === "index.html");
    const bytes = fetched.reduce((sum, { brotli }) => sum + brotli, 0);
    const [script] = fetched.filter(({ name }) => name.endsWith(".js"));
    const headers = { "accept-encoding": "br" };
    const answer = await fetch(`${s.plant.url}/${script?.name}`, { headers });
    expect(answer.headers.get("content-encoding")).toBe("br");
    expect(answer.headers.get("cache-control")).toContain("immutable");
    process.stdout.write(`dashboard: the incident list takes ${fetched.length} files, ${bytes} bytes in Brotli\n`);
    expect(fetched.length).toBeGreaterThan(3);
    expect(bytes).toBeLessThan(MAX_FIRST_BYTES);
  });

  it("can be used on a slow line, and says after how long", async () => {
    await s.plant.fall();
    await enter(s.page, s.plant);
    await s.page.getByRole("link", { name: "infeed" }).first().waitFor();
    const line = await s.page.context().newCDPSession(s.page);
    // What browsers call slow 3G: 400 kbit/s, 400 ms there and back; and nothing kept from before.
    const slow = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
    await line.send("Network.enable");
    await line.send("Network.emulateNetworkConditions", slow);
    await line.send("Network.setCacheDisabled", { cacheDisabled: true });
    await s.page.reload();
    await s.page.getByRole("button", { name: /^Acknowledge/ }).waitFor();
    const ms = await s.page.evaluate<number>("Math.round(performance.now())");
    process.stdout.write(`dashboard: on 400 kbit/s and 400 ms the list can be worked with after ${ms} ms\n`);
    await s.page.keyboard.press("a");
    await s.page.getByRole("dialog", { name: "Acknowledge" }).waitFor();
    expect(ms).toBeGreaterThan(0);
  });
});
