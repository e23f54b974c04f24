import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { incident } from "../../../cloud/core/incidents.ts";
import { writePerson } from "../../../cloud/core/people.ts";
import { tick } from "../../../cloud/core/tasks.ts";
import { describeWith } from "../../engines.ts";
import { fallChange } from "../../event/samples.ts";
import { annIsTold, person } from "../people.ts";
import { ACME } from "../rig.ts";
import { enter, expectNone, findings, SLOW_MS, WIDTHS, widthsThatScroll } from "./browser.ts";
import { stage } from "./stage.ts";

const MINUTE = 60_000;

describeWith("Chromium", "the incident page", () => {
  const s = stage({});

  const region = (name: string) => s.page.getByRole("region", { name, exact: true });
  const open = async (id: string) => {
    await enter(s.page, s.plant, `/incidents/${id}`);
    await s.page.getByRole("heading", { level: 1 }).waitFor();
  };

  it("tells the course from the frame on: decision, output, cloud, acknowledgement", async () => {
    await open(await s.plant.fall({}, MINUTE));
    const course = region("From frame to acknowledgement");
    // 6.5 + 1.8 + 1.4 + 26.3 + 0.2 + 2.4 + 0.1 ms of the first frame's stages.
    await course.getByText("39 ms").first().waitFor();
    // The confirming frame came 1400 ms later and was decided in 41.1 ms; its output was read back 4.5 ms after that.
    expect(await course.locator("dl").textContent()).toContain("First output1.45 s");
    expect(await course.locator("dl").textContent()).toContain("Acknowledgednot yet");
    await course.getByText("Every moment").click();
    const moments = await course.locator("details li").allTextContents();
    expect(moments[0]).toMatch(/^0 msFrame captured/);
    expect(moments.some((text) => text.includes("Confirmed: decided11 of 12 frames"))).toBe(true);
    expect(moments.some((text) => text.includes("stop-press: read back"))).toBe(true);
    await region("Outputs").getByText("stop-press").waitFor();
    expect(await region("Outputs").locator("tbody tr").textContent()).toContain("read back");
  });

  it("says why in numbers: votes, scores, angle, speed", async () => {
    await open(await s.plant.fall());
    const why = await region("Why").textContent();
    for (const text of ["11 of 12", "94%", "91%", "82°", "1.3 picture heights/s", "15 of 17"])
      expect(why).toContain(text);
  });

  it("replays the joints: drawn, played with space, walked with the arrow keys", async () => {
    await open(await s.plant.fall());
    const position = s.page.getByRole("slider", { name: "Position" });
    await position.waitFor();
    const value = async () => Number(await position.inputValue());
    const drawn = () =>
      s.page.evaluate<number>(`(() => {
        const canvas = document.querySelector("canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i] > 200 && data[i + 1] < 150 && data[i + 3] > 200) count += 1;
        return count;
      })()`);
    // At the decision the person lies, which is drawn in red.
    await expect.poll(drawn).toBeGreaterThan(300);
    expect(await position.getAttribute("aria-valuetext")).toBe("at the decision");
    await position.focus();
    await s.page.keyboard.press("Home");
    await expect.poll(value).toBe(0);
    // At the beginning the person stands.
    await expect.poll(drawn).toBe(0);
    expect(await position.getAttribute("aria-valuetext")).toBe("2.7 s before the decision");
    await s.page.keyboard.press("ArrowRight");
    await s.page.keyboard.press("ArrowRight");
    await expect.poll(value).toBe(2);
    await s.page.keyboard.press("Space");
    await s.page.getByRole("button", { name: "Pause" }).waitFor();
    await expect.poll(value, { timeout: 20_000 }).toBe(27);
    await s.page.getByRole("button", { name: "Play" }).waitFor();
    await s.page.getByRole("button", { name: "Suspected" }).click();
    await s.page.getByRole("slider", { name: "Position" }).waitFor();
  });

  it("says that there is no movement to see, where none was sent", async () => {
    await open(await s.plant.say(fallChange({ alarm: "s" })));
    await s.page.getByText("No movement was sent with this incident").waitFor();
    expect(await s.page.getByText("This could not be loaded").count()).toBe(0);
  });

  it("shows a body of which half is hidden", async () => {
    const poses = Float32Array.from({ length: 10 * 17 * 3 }, (_, at) =>
      Math.floor(at / 3) % 17 > 8 ? (at % 3 === 2 ? 0 : Number.NaN) : at % 3 === 2 ? 1 : 0.4,
    );
    await open(await s.plant.fall({ skeleton: { stepMs: 100, endsMsBefore: 20, steps: 10, poses } }));
    await s.page.getByRole("slider", { name: "Position" }).waitFor();
  });

  it("acknowledges, takes notes, puts aside, brings back and closes, each with name and reason", async () => {
    const id = await s.plant.fall();
    await open(id);
    const does = async (button: string, dialog: string, reason: string) => {
      await s.page.getByRole("button", { name: button, exact: true }).click();
      const asked = s.page.getByRole("dialog", { name: dialog });
      await asked.getByRole("textbox").fill(reason);
      await asked.getByRole("button", { name: dialog }).click();
      await asked.waitFor({ state: "detached" });
      await region("People").getByText(reason).waitFor();
    };
    await does("Put aside", "Put aside for a while", "help is there");
    await does("Bring back", "Bring back into sight", "more help is needed");
    await does("Acknowledge", "Acknowledge", "on my way");
    await does("Note", "Write a note", "the floor was wet");
    await s.page.getByRole("button", { name: "Say what it was", exact: true }).click();
    const judged = s.page.getByRole("dialog", { name: "Say what it was" });
    await judged.getByRole("textbox").fill("the person slipped");
    await judged.getByRole("button", { name: "Say what it was" }).click();
    await judged.getByText("Choose what it was.").waitFor();
    await judged.getByLabel("A fall", { exact: true }).check();
    await judged.getByRole("button", { name: "Say what it was" }).click();
    await judged.waitFor({ state: "detached" });
    await does("Close record", "Close the record", "the device is being repaired");
    const { actions, state, outcome } = await incident(s.plant.ports, ACME, id);
    expect(actions.map(({ kind, by }) => `${kind} ${by}`)).toEqual(
      ["shelve", "unshelve", "acknowledge", "note", "acknowledge", "clear"].map((kind) => `${kind} Ada Lovelace`),
    );
    expect([state, outcome]).toEqual(["cleared", "true"]);
  });

  it("follows what happens elsewhere: the acknowledgement at the machine, who was told", async () => {
    await annIsTold(s.plant.ports);
    const id = await s.plant.fall();
    await open(id);
    await tick(s.plant.ports, () => {});
    await region("People").getByText("ann told by webhook").waitFor();
    await region("People")
      .getByText(/Message to ann failed: webhook/)
      .waitFor();
    const why = {
      votes: 0,
      asked: 0,
      fall: 0,
      fallen: 0,
      lying: 0,
      torsoAngle: NaN,
      dropSpeed: NaN,
      visible: 0,
      text: "Ben",
    };
    await s.plant.say(fallChange({ kind: "acknowledged", tier: undefined, why }));
    await s.page.getByText("acknowledged by Ben at the device").waitFor();
    await region("People").getByText("Nobody else is called: acknowledged").waitFor();
  });

  it("exports the case with its hashes, and the audit log holds the same hash", async () => {
    const id = await s.plant.pastFall();
    await open(id);
    await s.page.keyboard.press("e");
    const dialog = s.page.getByRole("dialog", { name: "Export as evidence" });
    await dialog.getByRole("button", { name: "Make the file" }).click();
    await dialog.getByText("Hash of the whole (SHA-256)").waitFor();
    const shown = await dialog.locator("code").first().textContent();
    const [download] = await Promise.all([
      s.page.waitForEvent("download"),
      dialog.getByRole("button", { name: "Save the file" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`spotter-case-${id}.json`);
    const saved = JSON.parse(readFileSync(await download.path(), "utf8"));
    expect(saved.sha256).toBe(shown);
    expect(shown).toMatch(/^[0-9a-f]{64}$/);
    expect(saved.exportedBy).toBe("ada");
    expect(await s.page.evaluate<string>("fetch('/api/audit').then((answer) => answer.text())")).toContain(
      saved.sha256,
    );
  });

  it("offers an operator only what an operator may", async () => {
    await s.restart({ role: "operator" });
    await open(await s.plant.fall());
    await s.page.getByRole("button", { name: "Acknowledge", exact: true }).waitFor();
    for (const name of ["Put aside", "Export", "Close record"])
      expect(await s.page.getByRole("button", { name, exact: true }).count()).toBe(0);
  });

  it("says what to do when there is no such incident", async () => {
    await enter(s.page, s.plant, `/incidents/${"x".repeat(22)}`);
    await s.page
      .getByText(/there is none/i)
      .first()
      .waitFor();
    await s.page.getByRole("link", { name: "All incidents" }).click();
    await s.page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  });

  it("keeps hostile text as text in reasons, notes, details and names", async () => {
    const hostile = `<svg onload=alert(1)>"'{{7*7}}<script>alert(2)</script>`;
    await writePerson(s.plant.ports, ACME, person("ann"));
    const id = await s.plant.fall();
    const receipt = { actuator: hostile, state: "active", outcome: "failed", writtenMs: 1, confirmedMs: NaN } as const;
    await s.plant.say({
      ...{ type: "actionReceipts", alarm: "press-3-1", camera: "press-3", zone: "infeed" },
      receipts: [{ ...receipt, detail: hostile }],
    });
    await open(id);
    await s.page.getByRole("button", { name: "Note", exact: true }).click();
    await s.page.getByRole("dialog").getByRole("textbox").fill(hostile);
    await s.page.getByRole("dialog").getByRole("button", { name: "Write a note" }).click();
    await region("People").getByText(hostile).waitFor();
    await region("Outputs").getByText(hostile).first().waitFor();
    expect(await s.page.locator("main script, main svg[onload]").count()).toBe(0);
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(
      `gives axe nothing to find in ${colorScheme}, active and over`,
      async () => {
        await s.reopen({ colorScheme });
        const over = await s.plant.pastFall({ alarm: "old" });
        await open(await s.plant.fall());
        await region("Outputs").getByText("stop-press").waitFor();
        await s.page.getByRole("slider", { name: "Position" }).waitFor();
        expectNone(await findings(s.page));
        await s.page.goto(`${s.plant.url}/incidents/${over}`);
        await s.page.getByRole("slider", { name: "Position" }).waitFor();
        expectNone(await findings(s.page));
      },
      SLOW_MS,
    );

  it("fits every width from a phone to a wall", async () => {
    await open(await s.plant.fall());
    await s.page.getByRole("slider", { name: "Position" }).waitFor();
    await region("Outputs").getByText("stop-press").waitFor();
    expect(await widthsThatScroll(s.page, WIDTHS)).toEqual([]);
  });
});
