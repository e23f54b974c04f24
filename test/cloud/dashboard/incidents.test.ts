import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { incident } from "../../../cloud/core/incidents.ts";
import { describeWith } from "../../engines.ts";
import { fallChange } from "../../event/samples.ts";
import { ACME } from "../rig.ts";
import { enter, expectNone, findings, openPage, SLOW_MS, startBrowser, WIDTHS, widthsThatScroll } from "./browser.ts";
import { builtDashboard, type Plant, startPlant } from "./plant.ts";

const MINUTE = 60_000;

describeWith("Chromium", "the incident list", () => {
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

  const region = (name: string) => page.getByRole("region", { name, exact: true });

  it("says that all is well while nobody has fallen", async () => {
    await enter(page, plant);
    await page.getByText("No fall waits for anybody").waitFor();
    expect(await page.title()).toBe("Spotter");
  });

  it("shows a fall as it happens, above everything, and calls for attention", async () => {
    await plant.pastFall({ alarm: "old" });
    await enter(page, plant);
    await region("Over").getByRole("link", { name: "infeed" }).waitFor();
    await plant.fall();
    await region("Waiting for somebody").getByRole("link", { name: "infeed" }).waitFor();
    await page.getByRole("alert").getByText("A person has fallen").waitFor();
    await expect.poll(() => page.title()).toBe("ALARM · Spotter");
    await expect
      .poll(async () => {
        const [first] = await page.locator("main section h2").allTextContents();
        return first;
      })
      .toMatch(/^Waiting for somebody/);
  });

  it("sounds for each new fall, and not for one it knows or with the sound off", async () => {
    await page.addInitScript(`(() => {
      window.tones = 0;
      const { start } = OscillatorNode.prototype;
      OscillatorNode.prototype.start = function (...at) { window.tones += 1; return start.apply(this, at); };
    })()`);
    const tones = () => page.evaluate<number>("window.tones");
    await enter(page, plant);
    await page.getByText("No fall waits for anybody").waitFor();
    await plant.fall({ alarm: "1", zone: "stairs" });
    await page.getByRole("link", { name: "stairs", exact: true }).waitFor();
    await expect.poll(tones).toBe(4);
    await plant.say(fallChange({ alarm: "1", zone: "stairs", kind: "confirmed", tier: 2 }));
    await page.keyboard.press("m");
    await plant.fall({ alarm: "2", zone: "dock" });
    await page.getByText("2 people have fallen").waitFor();
    expect((await tones()) % 4).toBe(0);
    expect(await tones()).toBeLessThan(12);
  });

  it("puts falls before what may be none, however new that is", async () => {
    await plant.fall({ zone: "stairs" }, 5 * MINUTE);
    await plant.say(fallChange({ alarm: "s", zone: "dock" }));
    await enter(page, plant);
    const links = region("Waiting for somebody").locator("a.incident-link");
    await expect.poll(() => links.allTextContents()).toEqual(["stairs", "dock"]);
  });

  it("acknowledges with the keyboard alone: a, Enter, Enter", async () => {
    const id = await plant.fall();
    await enter(page, plant);
    await region("Waiting for somebody").waitFor();
    await page.keyboard.press("a");
    await page.getByRole("dialog", { name: "Acknowledge" }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await region("In somebody's hands").getByText("by Ada Lovelace").waitFor();
    await page.getByText("Acknowledged. Nobody else is called.").waitFor();
    const { actions, state } = await incident(plant.ports, ACME, id);
    expect(state).toBe("acknowledged");
    expect(actions).toMatchObject([{ kind: "acknowledge", by: "Ada Lovelace", reason: "I am on my way" }]);
    await expect.poll(() => page.title()).toBe("Spotter");
  });

  it("asks for a reason before it acknowledges, says so at the field, and keeps the outcome", async () => {
    const id = await plant.fall();
    await enter(page, plant);
    await page.getByRole("button", { name: /^Acknowledge/ }).click();
    const dialog = page.getByRole("dialog", { name: "Acknowledge" });
    await dialog.getByRole("button", { name: "Acknowledge" }).click();
    await dialog.getByText(/Say in a few words/).waitFor();
    expect(await dialog.getByLabel("What you do, or why").getAttribute("aria-invalid")).toBe("true");
    await dialog.getByLabel("What you do, or why").fill("a jacket fell off its hook");
    await dialog.getByLabel("False alarm").check();
    await dialog.getByRole("button", { name: "Acknowledge" }).click();
    await region("In somebody's hands").getByText("false alarm").waitFor();
    expect((await incident(plant.ports, ACME, id)).outcome).toBe("false");
  });

  it("walks the list with j and k, opens with Enter and comes back with u", async () => {
    await plant.fall({ alarm: "1", zone: "stairs" }, MINUTE);
    await plant.fall({ alarm: "2", zone: "dock" });
    await enter(page, plant);
    await expect.poll(() => page.locator("a.incident-link").count()).toBe(2);
    const focused = () => page.evaluate("document.activeElement.textContent");
    await page.keyboard.press("j");
    expect(await focused()).toBe("dock");
    await page.keyboard.press("j");
    expect(await focused()).toBe("stairs");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Person has fallen" }).waitFor();
    await page.keyboard.press("u");
    await page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  });

  it("filters, keeps the filters in its address, and clears them", async () => {
    await plant.pastFall({ alarm: "f", zone: "stairs" });
    await plant.say(fallChange({ alarm: "n", zone: "dock" }), { agoMs: 2 * MINUTE });
    await plant.say(fallChange({ alarm: "n", zone: "dock", kind: "recovered", tier: undefined }), { agoMs: MINUTE });
    await enter(page, plant);
    await expect.poll(() => page.locator("a.incident-link").allTextContents()).toEqual(["dock", "stairs"]);
    await page.getByLabel("What", { exact: true }).selectOption("nearMiss");
    await expect.poll(() => page.locator("a.incident-link").allTextContents()).toEqual(["dock"]);
    expect(new URL(page.url()).search).toBe("?severity=nearMiss");
    await page.reload();
    await expect.poll(() => page.locator("a.incident-link").allTextContents()).toEqual(["dock"]);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await expect.poll(() => page.locator("a.incident-link").count()).toBe(2);
  });

  it("shows more page by page, each incident once, also when a new one comes in between", async () => {
    for (let n = 0; n < 70; n += 1) await plant.pastFall({ alarm: `a${n}`, zone: `zone ${n}` }, (n + 2) * 10 * MINUTE);
    await enter(page, plant);
    const rows = region("Over").locator("a.incident-link");
    await expect.poll(() => rows.count()).toBe(30);
    await plant.pastFall({ alarm: "new", zone: "new" }, 5 * MINUTE);
    await region("Over").getByRole("link", { name: "new", exact: true }).waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await expect.poll(() => rows.count()).toBe(60);
    await page.getByRole("button", { name: "Show more" }).click();
    await expect.poll(() => rows.count()).toBe(71);
    expect(new Set(await rows.allTextContents()).size).toBe(71);
    expect(await page.getByRole("button", { name: "Show more" }).count()).toBe(0);
  });

  it("speaks German, with German dates and numbers", async () => {
    await plant.pastFall({}, 3 * 24 * 60 * MINUTE);
    await view.close();
    view = await openPage(browser, { locale: "de-DE" });
    page = view.page;
    await enter(page, plant);
    await page.getByRole("heading", { level: 1, name: "Vorfälle" }).waitFor();
    await page.getByText(/^dauerte 1 min/).waitFor();
    expect(await page.evaluate("document.documentElement.lang")).toBe("de");
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(
      `gives axe nothing to find in ${colorScheme}, with a dialog and without`,
      async () => {
        await plant.pastFall({ alarm: "old" });
        await plant.say(fallChange({ alarm: "s" }));
        await plant.fall();
        await view.close();
        view = await openPage(browser, { colorScheme });
        page = view.page;
        await enter(page, plant);
        await page.locator("a.incident-link").nth(2).waitFor();
        expectNone(await findings(page));
        await page.keyboard.press("a");
        await page.getByRole("dialog").waitFor();
        expectNone(await findings(page));
      },
      SLOW_MS,
    );

  it("fits every width from a phone to a wall, also with names that have no end", async () => {
    const long = "averylongnamewithoutanyplacetobreakit".repeat(3).slice(0, 64);
    await plant.fall({ zone: long, camera: long, machine: long });
    await plant.pastFall({ alarm: "old", zone: long, camera: long });
    await enter(page, plant);
    await page.locator("a.incident-link").nth(1).waitFor();
    expect(await widthsThatScroll(page, WIDTHS)).toEqual([]);
  });

  it(
    "shows hostile text as text, wherever it comes from",
    async () => {
      const hostile = `<img src=x onerror=alert(1)>"'{{7*7}}<script>alert(2)</script>`;
      const id = await plant.fall({ zone: hostile, camera: hostile, machine: hostile, alarm: hostile });
      await enter(page, plant);
      await page.getByRole("link", { name: hostile }).first().waitFor();
      await page.goto(`${plant.url}/incidents/${id}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.getByText(hostile).first().waitFor();
      expect(await page.locator("img:not([src='/icon.svg'])").count()).toBe(0);
      expect(await page.title()).toBe("ALARM · Spotter");
    },
    SLOW_MS,
  );
});
