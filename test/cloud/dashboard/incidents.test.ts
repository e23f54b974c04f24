import { expect, it } from "vitest";
import { incident } from "../../../cloud/core/incidents.ts";
import { describeWith } from "../../engines.ts";
import { fallChange } from "../../event/samples.ts";
import { ACME } from "../rig.ts";
import { enter, expectNone, findings, SLOW_MS, WIDTHS, widthsThatScroll } from "./browser.ts";
import { stage } from "./stage.ts";

const MINUTE = 60_000;

describeWith("Chromium", "the incident list", () => {
  const s = stage({});

  const region = (name: string) => s.page.getByRole("region", { name, exact: true });

  it("says that all is well while nobody has fallen", async () => {
    await enter(s.page, s.plant);
    await s.page.getByText("No fall waits for anybody").waitFor();
    expect(await s.page.title()).toBe("Spotter");
  });

  it("shows a fall as it happens, above everything, and calls for attention", async () => {
    await s.plant.pastFall({ alarm: "old" });
    await enter(s.page, s.plant);
    await region("Over").getByRole("link", { name: "infeed" }).waitFor();
    await s.plant.fall();
    await region("Waiting for somebody").getByRole("link", { name: "infeed" }).waitFor();
    await s.page.getByRole("alert").getByText("A person has fallen").waitFor();
    await expect.poll(() => s.page.title()).toBe("ALARM · Spotter");
    await expect
      .poll(async () => {
        const [first] = await s.page.locator("main section h2").allTextContents();
        return first;
      })
      .toMatch(/^Waiting for somebody/);
  });

  it("sounds for each new fall, and not for one it knows or with the sound off", async () => {
    await s.page.addInitScript(`(() => {
      window.tones = 0;
      const { start } = OscillatorNode.prototype;
      OscillatorNode.prototype.start = function (...at) { window.tones += 1; return start.apply(this, at); };
    })()`);
    const tones = () => s.page.evaluate<number>("window.tones");
    await enter(s.page, s.plant);
    await s.page.getByText("No fall waits for anybody").waitFor();
    await s.plant.fall({ alarm: "1", zone: "stairs" });
    await s.page.getByRole("link", { name: "stairs", exact: true }).waitFor();
    await expect.poll(tones).toBe(4);
    await s.plant.say(fallChange({ alarm: "1", zone: "stairs", kind: "confirmed", tier: 2 }));
    await s.page.keyboard.press("m");
    await s.plant.fall({ alarm: "2", zone: "dock" });
    await s.page.getByText("2 people have fallen").waitFor();
    expect((await tones()) % 4).toBe(0);
    expect(await tones()).toBeLessThan(12);
  });

  it("puts falls before what may be none, however new that is", async () => {
    await s.plant.fall({ zone: "stairs" }, 5 * MINUTE);
    await s.plant.say(fallChange({ alarm: "s", zone: "dock" }));
    await enter(s.page, s.plant);
    const links = region("Waiting for somebody").locator("a.incident-link");
    await expect.poll(() => links.allTextContents()).toEqual(["stairs", "dock"]);
  });

  it("acknowledges with the keyboard alone: a, Enter, Enter", async () => {
    const id = await s.plant.fall();
    await enter(s.page, s.plant);
    await region("Waiting for somebody").waitFor();
    await s.page.keyboard.press("a");
    await s.page.getByRole("dialog", { name: "Acknowledge" }).waitFor();
    await s.page.keyboard.press("Enter");
    await s.page.keyboard.press("Enter");
    await region("In somebody's hands").getByText("by Ada Lovelace").waitFor();
    await s.page.getByText("Acknowledged. Nobody else is called.").waitFor();
    const { actions, state } = await incident(s.plant.ports, ACME, id);
    expect(state).toBe("acknowledged");
    expect(actions).toMatchObject([{ kind: "acknowledge", by: "Ada Lovelace", reason: "I am on my way" }]);
    await expect.poll(() => s.page.title()).toBe("Spotter");
  });

  it("asks for a reason before it acknowledges, says so at the field, and keeps the outcome", async () => {
    const id = await s.plant.fall();
    await enter(s.page, s.plant);
    await s.page.getByRole("button", { name: /^Acknowledge/ }).click();
    const dialog = s.page.getByRole("dialog", { name: "Acknowledge" });
    await dialog.getByRole("button", { name: "Acknowledge" }).click();
    await dialog.getByText(/Say in a few words/).waitFor();
    expect(await dialog.getByLabel("What you do, or why").getAttribute("aria-invalid")).toBe("true");
    await dialog.getByLabel("What you do, or why").fill("a jacket fell off its hook");
    await dialog.getByLabel("False alarm").check();
    await dialog.getByRole("button", { name: "Acknowledge" }).click();
    await region("In somebody's hands").getByText("false alarm").waitFor();
    expect((await incident(s.plant.ports, ACME, id)).outcome).toBe("false");
  });

  it("walks the list with j and k, opens with Enter and comes back with u", async () => {
    await s.plant.fall({ alarm: "1", zone: "stairs" }, MINUTE);
    await s.plant.fall({ alarm: "2", zone: "dock" });
    await enter(s.page, s.plant);
    await expect.poll(() => s.page.locator("a.incident-link").count()).toBe(2);
    const focused = () => s.page.evaluate("document.activeElement.textContent");
    await s.page.keyboard.press("j");
    expect(await focused()).toBe("dock");
    await s.page.keyboard.press("j");
    expect(await focused()).toBe("stairs");
    await s.page.keyboard.press("k");
    await s.page.keyboard.press("Enter");
    await s.page.getByRole("heading", { level: 1, name: "Person has fallen" }).waitFor();
    await s.page.keyboard.press("u");
    await s.page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  });

  it("filters, keeps the filters in its address, and clears them", async () => {
    await s.plant.pastFall({ alarm: "f", zone: "stairs" });
    await s.plant.say(fallChange({ alarm: "n", zone: "dock" }), { agoMs: 2 * MINUTE });
    await s.plant.say(fallChange({ alarm: "n", zone: "dock", kind: "recovered", tier: undefined }), { agoMs: MINUTE });
    await enter(s.page, s.plant);
    await expect.poll(() => s.page.locator("a.incident-link").allTextContents()).toEqual(["dock", "stairs"]);
    await s.page.getByLabel("What", { exact: true }).selectOption("nearMiss");
    await expect.poll(() => s.page.locator("a.incident-link").allTextContents()).toEqual(["dock"]);
    expect(new URL(s.page.url()).search).toBe("?severity=nearMiss");
    await s.page.reload();
    await expect.poll(() => s.page.locator("a.incident-link").allTextContents()).toEqual(["dock"]);
    await s.page.getByRole("button", { name: "Clear filters" }).click();
    await expect.poll(() => s.page.locator("a.incident-link").count()).toBe(2);
  });

  it("shows more page by s.page, each incident once, also when a new one comes in between", async () => {
    for (let n = 0; n < 70; n += 1)
      await s.plant.pastFall({ alarm: `a${n}`, zone: `zone ${n}` }, (n + 2) * 10 * MINUTE);
    await enter(s.page, s.plant);
    const rows = region("Over").locator("a.incident-link");
    await expect.poll(() => rows.count()).toBe(30);
    await s.plant.pastFall({ alarm: "new", zone: "new" }, 5 * MINUTE);
    await region("Over").getByRole("link", { name: "new", exact: true }).waitFor();
    await s.page.getByRole("button", { name: "Show more" }).click();
    await expect.poll(() => rows.count()).toBe(60);
    await s.page.getByRole("button", { name: "Show more" }).click();
    await expect.poll(() => rows.count()).toBe(71);
    expect(new Set(await rows.allTextContents()).size).toBe(71);
    expect(await s.page.getByRole("button", { name: "Show more" }).count()).toBe(0);
  });

  it("speaks German, with German dates and numbers", async () => {
    await s.plant.pastFall({}, 3 * 24 * 60 * MINUTE);
    await s.reopen({ locale: "de-DE" });
    await enter(s.page, s.plant);
    await s.page.getByRole("heading", { level: 1, name: "Vorfälle" }).waitFor();
    await s.page.getByText(/^dauerte 1 min/).waitFor();
    expect(await s.page.evaluate("document.documentElement.lang")).toBe("de");
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(
      `gives axe nothing to find in ${colorScheme}, with a dialog and without`,
      async () => {
        await s.plant.pastFall({ alarm: "old" });
        await s.plant.say(fallChange({ alarm: "s" }));
        await s.plant.fall();
        await s.reopen({ colorScheme });
        await enter(s.page, s.plant);
        await s.page.locator("a.incident-link").nth(2).waitFor();
        expectNone(await findings(s.page));
        await s.page.keyboard.press("a");
        await s.page.getByRole("dialog").waitFor();
        expectNone(await findings(s.page));
      },
      SLOW_MS,
    );

  it("fits every width from a phone to a wall, also with names that have no end", async () => {
    const long = "averylongnamewithoutanyplacetobreakit".repeat(3).slice(0, 64);
    await s.plant.fall({ zone: long, camera: long, machine: long });
    await s.plant.pastFall({ alarm: "old", zone: long, camera: long });
    await enter(s.page, s.plant);
    await s.page.locator("a.incident-link").nth(1).waitFor();
    expect(await widthsThatScroll(s.page, WIDTHS)).toEqual([]);
  });

  it(
    "shows hostile text as text, wherever it comes from",
    async () => {
      const hostile = `<img src=x onerror=alert(1)>"'{{7*7}}<script>alert(2)</script>`;
      const id = await s.plant.fall({ zone: hostile, camera: hostile, machine: hostile, alarm: hostile });
      await enter(s.page, s.plant);
      await s.page.getByRole("link", { name: hostile }).first().waitFor();
      await s.page.goto(`${s.plant.url}/incidents/${id}`);
      await s.page.getByRole("heading", { level: 1 }).waitFor();
      await s.page.getByText(hostile).first().waitFor();
      expect(await s.page.locator("img:not([src='/icon.svg'])").count()).toBe(0);
      expect(await s.page.title()).toBe("ALARM · Spotter");
    },
    SLOW_MS,
  );
});
