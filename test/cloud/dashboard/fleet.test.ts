import { expect, it } from "vitest";
import { ingest } from "../../../cloud/core/ingest.ts";
import { createUser } from "../../../cloud/core/users.ts";
import { describeWith } from "../../engines.ts";
import { ACME, heartbeat, SimulatedDevice, state } from "../rig.ts";
import { enter, expectNone, findings, WIDTHS, widthsThatScroll } from "./browser.ts";
import { PASSWORD } from "./plant.ts";
import { HOSTILE, LONG, LOOKING_MS, stage } from "./stage.ts";
import { fillFleet, health, oldDevice } from "./works.ts";

const SECOND = 1_000;

describeWith("Chromium", "the fleet", () => {
  const s = stage();
  const card = (device: string) =>
    s.page.getByRole("article").filter({ has: s.page.getByRole("heading", { name: device, exact: true }) });
  const devices = () => s.page.getByRole("article").getByRole("heading", { level: 2 }).allTextContents();

  it("says that no device has been heard yet", async () => {
    await enter(s.page, s.plant, "/fleet");
    await s.page.getByText("No device has been heard yet").waitFor();
  });

  it("shows each device with what is wrong with it, the gravest first", async () => {
    await fillFleet(s.plant);
    await enter(s.page, s.plant, "/fleet");
    await card("hall-1").waitFor();
    expect(await devices()).toEqual(["hall-2", "hall-3", "yard", "hall-1"]);
    const ill = card("hall-2");
    await ill.getByText("covered: clean the lens").waitFor();
    // 60 minutes, then 40 and what has gone by since the test began.
    await ill.getByText(/^Blind 1 h 4\d min of the last 24 h$/).waitFor();
    await ill.getByText("190 ms, 99 of 100 within 640 ms; budget 200 ms over budget").waitFor();
    await ill.getByText("120 events, oldest 15 min").waitFor();
    await ill.getByText("0.3.0").waitFor();
    await ill.getByText("4 events in 2 gaps").click();
    await ill.getByText(/^numbers 2 to 4, between/).waitFor();
    await ill.getByText(/^number 7, between/).waitFor();
    await card("hall-1").getByText("38 ms, 99 of 100 within 71 ms; budget 200 ms").waitFor();
    await card("hall-3").getByText("not heard").first().waitFor();
    await card("yard").getByText("It has not told of any camera yet.").waitFor();
    expect(await card("yard").locator(".heard").innerText()).toContain("never");
  });

  it("changes as the device speaks, without being asked", async () => {
    const device = await oldDevice(s.plant, "hall-1");
    await device.say(2 * SECOND, heartbeat({ cameras: [health("dock-1", 40, 90)] }));
    await enter(s.page, s.plant, "/fleet");
    await card("hall-1").getByText("armed").waitFor();
    await device.say(0, state("fault", "dock-1", "no picture: check the cable"));
    await card("hall-1").getByText("no picture: check the cable").waitFor();
    await card("hall-1").getByText("fault").waitFor();
  });

  it("finds devices by name and by state, in cards and in a table, and keeps that in its address", async () => {
    await fillFleet(s.plant);
    await enter(s.page, s.plant, "/fleet");
    await card("hall-1").waitFor();
    await s.page.getByRole("radio", { name: "2 not heard" }).press("Space");
    await expect.poll(devices).toEqual(["hall-3", "yard"]);
    await s.page.getByLabel("Find").fill("STAIRS");
    await expect.poll(devices).toEqual(["hall-3"]);
    await s.page.getByRole("radio", { name: "table" }).press("Space");
    const rows = s.page.getByRole("row");
    await expect.poll(() => rows.count()).toBe(2);
    expect(new URL(s.page.url()).search).toBe("?state=silent&find=STAIRS&view=table");
    await s.page.reload();
    await expect.poll(() => rows.count()).toBe(2);
    await s.page.getByLabel("Find").fill("nothing of the kind");
    await s.page.getByRole("button", { name: "Show all" }).click();
    await expect.poll(() => rows.count()).toBe(7);
  });

  it("shows what was not taken in and tries it again", async () => {
    const device = new SimulatedDevice("stranger");
    await ingest({ ...s.plant.ports, adopt: undefined }, device.send(heartbeat()));
    const foreign = device.envelope(new Uint8Array([9, 9, 9]), "hall-1");
    await oldDevice(s.plant, "hall-1");
    await ingest(s.plant.ports, [foreign]);
    await enter(s.page, s.plant, "/fleet");
    await s.page.getByRole("tab", { name: "Devices and cameras" }).focus();
    await s.page.keyboard.press("ArrowRight");
    const row = s.page.getByRole("row", { name: /hall-1/ });
    await row.getByText("malformed").waitFor();
    await row.getByText("3 byte").waitFor();
    await row.getByRole("button", { name: "Try again what hall-1 sent" }).click();
    await s.page.getByText("It was refused again.").waitFor();
    await expect.poll(() => row.getByRole("cell").nth(4).textContent()).toBe("2");
  });

  it("shows operators no letters, which they may not replay", async () => {
    await createUser(s.plant.ports, ACME, {
      ...{ user: "olga", name: "Olga", role: "operator", sites: ["*"], password: PASSWORD, mustChangePassword: false },
    });
    await fillFleet(s.plant);
    await s.page.goto(`${s.plant.url}/fleet?tab=letters`);
    await s.page.getByLabel("User name").fill("olga");
    await s.page.getByLabel("Password").fill(PASSWORD);
    await s.page.keyboard.press("Enter");
    await card("hall-1").waitFor();
    expect(await s.page.getByRole("tab").count()).toBe(0);
  });

  it("speaks German", async () => {
    await fillFleet(s.plant);
    await s.reopen({ locale: "de-DE" });
    await enter(s.page, s.plant, "/fleet");
    await card("hall-2").getByText("120 Ereignisse, ältestes 15 min").waitFor();
    await s.page.getByRole("heading", { level: 1, name: "Kameras" }).waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(
      `gives axe nothing to find in ${colorScheme}: cards, table, letters`,
      async () => {
        await fillFleet(s.plant);
        await ingest(s.plant.ports, [new SimulatedDevice("hall-1").envelope(new Uint8Array([9]))]);
        await s.reopen({ colorScheme });
        await enter(s.page, s.plant, "/fleet");
        await card("hall-1").waitFor();
        expectNone(await findings(s.page));
        await s.page.getByRole("radio", { name: "table" }).press("Space");
        await s.page.getByRole("rowheader", { name: /hall-1/ }).waitFor();
        expectNone(await findings(s.page));
        await s.page.getByRole("tab", { name: "Not taken in" }).click();
        await s.page.getByRole("row", { name: /hall-1/ }).waitFor();
        expectNone(await findings(s.page));
      },
      LOOKING_MS,
    );

  it(
    "fits every width, also with names that have no end, and shows hostile text as text",
    async () => {
      await fillFleet(s.plant);
      const device = await oldDevice(s.plant, LONG);
      await device.say(0, state("blind", LONG, LONG), state("fault", "c", HOSTILE));
      await enter(s.page, s.plant, "/fleet");
      await s.page.getByText(HOSTILE).waitFor();
      expect(await widthsThatScroll(s.page, WIDTHS)).toEqual([]);
      await s.page.getByRole("radio", { name: "table" }).press("Space");
      await s.page.getByRole("rowheader", { name: LONG }).waitFor();
      expect(await widthsThatScroll(s.page, WIDTHS)).toEqual([]);
      expect(await s.page.title()).toBe("Spotter");
    },
    LOOKING_MS,
  );
});
