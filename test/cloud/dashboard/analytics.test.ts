import { expect, it } from "vitest";
import { describeSite } from "../../../cloud/core/places.ts";
import { describeWith } from "../../engines.ts";
import { fallChange } from "../../event/samples.ts";
import { ACME, heartbeat } from "../rig.ts";
import { enter, expectNone, findings, WIDTHS, widthsThatScroll } from "./browser.ts";
import { HOSTILE, LONG, LOOKING_MS, stage } from "./stage.ts";
import { fillFleet, fillWeeks, health, oldDevice } from "./works.ts";

const HOUR = 3_600_000;

describeWith("Chromium", "analytics", () => {
  const s = stage();
  const chart = (name: string | RegExp) => s.page.getByRole("figure", { name });
  const tile = (name: string) =>
    s.page
      .locator(".tile")
      .filter({ has: s.page.getByText(name, { exact: true }) })
      .locator("b");

  it("says that nothing happened, and what to do about it", async () => {
    await (await oldDevice(s.plant, "hall-1")).say(0, heartbeat({ cameras: [health("dock-1", 40, 90)] }));
    await enter(s.page, s.plant, "/analytics");
    await s.page.getByText("Nothing happened in this time").waitFor();
    await s.page.getByText("Not even a suspicion for four weeks.").waitFor();
  });

  it("shows the figures to remember, and the same in charts, tables and words", async () => {
    await fillWeeks(s.plant);
    await enter(s.page, s.plant, "/analytics");
    await chart("When it happens").waitFor();
    const falls = Number(await tile("Falls").textContent());
    const nearMisses = Number(await tile("Near misses").textContent());
    expect([falls, nearMisses]).toEqual([30, 21]);
    await s.page.getByText(`${falls + nearMisses} in all; most on`).waitFor();
    const inTable = chart("When it happens").getByRole("table");
    await chart("When it happens").getByText("As a table").click();
    const cells = await inTable.getByRole("row").locator("td:nth-child(3)").allTextContents();
    expect(cells.reduce((sum, text) => sum + Number(text), 0)).toBe(falls);
    const ranks = await s.page.getByRole("table", { name: "By shift" }).locator("td:nth-child(2)").allTextContents();
    expect(ranks.reduce((sum, text) => sum + Number(text), 0)).toBe(falls);
    await s.page.getByText("24 acknowledged, 6 without anybody's word.").waitFor();
    await s.page.getByText("6 falls were never judged.").waitFor();
  });

  it("lets the keyboard go from value to value, and reads each", async () => {
    await fillWeeks(s.plant);
    await enter(s.page, s.plant, "/analytics");
    const stageOf = chart("When it happens").getByRole("group", { name: "When it happens" });
    await stageOf.focus();
    const read = () => chart("When it happens").locator(".chart-read").textContent();
    await s.page.keyboard.press("ArrowRight");
    expect(await read()).toMatch(/^Monday, 00:00–01:00: \d+ falls?, \d+ near miss(es)?$/);
    await s.page.keyboard.press("ArrowDown");
    expect(await read()).toMatch(/^Tuesday, 00:00–01:00/);
    await s.page.keyboard.press("ArrowRight");
    expect(await read()).toMatch(/^Tuesday, 01:00–02:00/);
    await s.page.keyboard.press("End");
    expect(await read()).toMatch(/^Sunday, 23:00–00:00/);
    await s.page.keyboard.press("ArrowDown");
    expect(await read()).toMatch(/^Sunday, 23:00–00:00/);
    await s.page.keyboard.press("Tab");
    expect(await read()).toMatch(/in all; most on/);
  });

  it("turns the hours down on a narrow screen, and the keys with them", async () => {
    await fillWeeks(s.plant);
    await s.reopen({ viewport: { width: 360, height: 740 } });
    await enter(s.page, s.plant, "/analytics");
    await chart("When it happens").getByRole("group", { name: "When it happens" }).focus();
    await s.page.keyboard.press("Home");
    await s.page.keyboard.press("ArrowDown");
    const read = chart("When it happens").locator(".chart-read");
    expect(await read.textContent()).toMatch(/^Monday, 01:00–02:00/);
    await s.page.keyboard.press("ArrowRight");
    expect(await read.textContent()).toMatch(/^Tuesday, 01:00–02:00/);
  });

  it("shows another time and another site, and keeps them in its address", async () => {
    await describeSite(s.plant.ports, ACME, { site: "south", name: "Werk Süd", timeZone: "Europe/Lisbon" });
    await fillWeeks(s.plant, { days: 60, perDay: 1 });
    const south = await oldDevice(s.plant, "yard", { site: "south" });
    await south.say(HOUR, fallChange({ kind: "down", tier: 2, alarm: "y", camera: "gate" }));
    await enter(s.page, s.plant, "/analytics");
    await chart("Over time").waitFor();
    const month = Number(await tile("Falls").textContent());
    await s.page.getByRole("radio", { name: "90 days" }).press("Space");
    await expect.poll(async () => Number(await tile("Falls").textContent())).toBeGreaterThan(month);
    await s.page.getByRole("radio", { name: "A year" }).press("Space");
    await chart("Over time, by week").waitFor();
    await s.page.getByLabel("Site").selectOption("south");
    await expect.poll(() => tile("Falls").textContent()).toBe("1");
    expect(new URL(s.page.url()).search).toBe("?days=365&site=south");
    await s.page.reload();
    await expect.poll(() => tile("Falls").textContent()).toBe("1");
  });

  it("tells what to look at, and what a threshold would keep", async () => {
    await fillWeeks(s.plant);
    await fillFleet(s.plant);
    await enter(s.page, s.plant, "/analytics");
    const report = s.page.getByRole("article").filter({ hasText: "A threshold of 0.75 would keep" });
    await report.getByText("What a threshold would keep", { exact: true }).click();
    await report.getByText(/^Of \d+ true ones and \d+ false alarms\. The dotted line: 0\.75\.$/).waitFor();
    await report.getByRole("group", { name: /What a threshold would keep/ }).focus();
    await s.page.keyboard.press("End");
    await report.getByText(/^At 0\.95: \d+ of \d+ of the true ones kept, 0 of \d+ of the false alarms$/).waitFor();
  });

  it("speaks German, with German numbers", async () => {
    await fillWeeks(s.plant);
    await s.reopen({ locale: "de-DE" });
    await enter(s.page, s.plant, "/analytics");
    await chart("Wann es geschieht").waitFor();
    await s.page.getByText(/^12 in [\d,]+ Kameratagen$/).waitFor();
  });

  it("prints on white paper, charts and all, without what only a screen needs", async () => {
    await fillWeeks(s.plant);
    await s.reopen({ colorScheme: "dark" });
    await enter(s.page, s.plant, "/analytics");
    await chart("Over time").waitFor();
    await s.page.emulateMedia({ media: "print" });
    expect(await s.page.getByRole("button", { name: "Print" }).isVisible()).toBe(false);
    expect(await s.page.getByRole("navigation").first().isVisible()).toBe(false);
    expect(await chart("Over time").locator("svg").isVisible()).toBe(true);
    const paper = await s.page.evaluate<string>("getComputedStyle(document.querySelector('.card')).backgroundColor");
    expect(paper).toBe("rgb(255, 255, 255)");
    expect((await s.page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(
      `gives axe nothing to find in ${colorScheme}, tables and thresholds open`,
      async () => {
        await fillWeeks(s.plant);
        await s.reopen({ colorScheme });
        await enter(s.page, s.plant, "/analytics");
        await chart("Over time").waitFor();
        await s.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
        await chart(/What a threshold would keep/)
          .first()
          .locator("svg")
          .waitFor();
        expectNone(await findings(s.page));
      },
      LOOKING_MS,
    );

  it(
    "fits every width, also with names that have no end, and shows hostile text as text",
    async () => {
      await fillWeeks(s.plant);
      const device = await oldDevice(s.plant, LONG);
      await device.say(HOUR, fallChange({ kind: "down", tier: 2, alarm: "l", camera: LONG, zone: LONG }));
      await device.say(HOUR, fallChange({ kind: "down", tier: 2, alarm: "h", camera: HOSTILE, zone: HOSTILE }));
      await enter(s.page, s.plant, "/analytics");
      await s.page.getByText(HOSTILE).first().waitFor();
      await s.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
      expect(await widthsThatScroll(s.page, WIDTHS)).toEqual([]);
      expect(await s.page.title()).not.toContain("owned");
    },
    LOOKING_MS,
  );
});
