import sharp from "sharp";
import { expect, it } from "vitest";
import { people, rotas, writePerson, writeRota } from "../../../cloud/core/people.ts";
import { describeSite, places, sites } from "../../../cloud/core/places.ts";
import { policies, writePolicy } from "../../../cloud/core/policy.ts";
import { tick } from "../../../cloud/core/tasks.ts";
import { createUser, users } from "../../../cloud/core/users.ts";
import { describeWith } from "../../engines.ts";
import { EVERY_DAY, person, Recorder } from "../people.ts";
import { ACME, heartbeat } from "../rig.ts";
import { enter, expectNone, findings, WIDTHS, widthsThatScroll } from "./browser.ts";
import { PASSWORD, type Plant } from "./plant.ts";
import { HOSTILE, LONG, LOOKING_MS, stage } from "./stage.ts";
import { health, oldDevice } from "./works.ts";

/** A plan as somebody photographs it: larger than it need be. */
const photo = () =>
  sharp({ create: { width: 4_000, height: 2_500, channels: 3, background: "#dde4e6" } })
    .png()
    .toBuffer();

const EMAIL = { to: { person: "ann" }, by: "email" as const };

async function annAndBob({ ports }: Plant): Promise<void> {
  await writePerson(ports, ACME, { ...person("ann"), name: "Ann Weber" });
  const quiet = { timeZone: "UTC", hours: [{ days: EVERY_DAY, from: "22:00", to: "06:00" }] };
  await writePerson(ports, ACME, { ...person("bob", ["email"]), name: "Bob Krause", quiet });
}

async function twoCameras(plant: Plant): Promise<void> {
  const device = await oldDevice(plant, "hall-1");
  await device.say(1_000, heartbeat({ cameras: [health("dock-1", 40, 90), health("dock-2", 40, 90)] }));
}

describeWith("Chromium", "settings", () => {
  const s = stage();
  const button = (name: string | RegExp) => s.page.getByRole("button", { name, exact: true });
  const dialog = () => s.page.getByRole("dialog");
  const said = (text: string) => s.page.getByText(text, { exact: true }).first().waitFor();
  const save = async () => {
    await dialog().getByRole("button", { name: "Save" }).click();
    await dialog().waitFor({ state: "detached" });
  };

  it("show each role what it may change", async () => {
    await createUser(s.plant.ports, ACME, {
      ...{ user: "olga", name: "Olga", role: "operator", sites: ["*"], password: PASSWORD, mustChangePassword: false },
    });
    await s.page.goto(`${s.plant.url}/settings`);
    await s.page.getByLabel("User name").fill("olga");
    await s.page.getByLabel("Password").fill(PASSWORD);
    await s.page.keyboard.press("Enter");
    await s.page.getByRole("heading", { level: 2, name: "Password" }).waitFor();
    const parts = s.page.getByRole("navigation", { name: "Settings" }).getByRole("link");
    expect(await parts.allTextContents()).toEqual(["Password"]);
    await s.page.goto(`${s.plant.url}/settings/users`);
    await s.page.getByText("There is no such page").waitFor();
  });

  it("write a site down, refuse a time zone that is none, and let a device in there", async () => {
    await enter(s.page, s.plant, "/settings/places");
    await button("Add a site").click();
    await dialog().getByLabel("Name", { exact: true }).fill("Gießerei Süd");
    expect(await dialog().getByLabel("Short name").inputValue()).toBe("giesserei-sued");
    await dialog().getByLabel("Time zone").fill("Mars/Olympus");
    await dialog().getByRole("button", { name: "Save" }).click();
    await dialog()
      .getByRole("alert")
      .getByText(/no IANA time zone/)
      .waitFor();
    await dialog().getByLabel("Time zone").fill("Europe/Lisbon");
    await save();
    await expect.poll(async () => (await sites(s.plant.ports, ACME)).map(({ name }) => name)).toContain("Gießerei Süd");
    await button("Let a device in").click();
    await dialog().getByLabel("Device").fill("oven-1");
    await save();
    await s.page.goto(`${s.plant.url}/fleet`);
    await s.page.getByRole("heading", { name: "oven-1" }).waitFor();
  });

  it("take a floor plan, make it small, and place cameras on it by keyboard and by mouse", async () => {
    await twoCameras(s.plant);
    await enter(s.page, s.plant, "/settings/places");
    await s.page.getByText("This site has no floor plan yet").waitFor();
    await s.page.getByLabel("Upload a floor plan").setInputFiles({
      ...{ name: "plan.png", mimeType: "image/png", buffer: await photo() },
    });
    await s.page.locator(".plan img").waitFor();
    const shown = await s.page.evaluate<number>(
      "(async () => { const i = document.querySelector('.plan img'); await i.decode(); return i.naturalWidth; })()",
    );
    expect(shown).toBe(3_000);
    const at = async (camera: string) =>
      (await places(s.plant.ports, ACME)).find((place) => place.camera === camera)?.at;
    await button("Place dock-1 on the plan").press("Enter");
    await expect.poll(() => at("dock-1")).toEqual({ x: 0.5, y: 0.5 });
    const pin = s.page.getByRole("button", { name: /^dock-1/ });
    await pin.focus();
    await s.page.keyboard.press("Shift+ArrowRight");
    await s.page.keyboard.press("ArrowUp");
    await expect.poll(() => at("dock-1")).toEqual({ x: 0.55, y: 0.495 });
    await button("Place dock-2 on the plan").click();
    const other = s.page.getByRole("button", { name: /^dock-2/ });
    await other.hover();
    const box = await s.page.locator(".plan").boundingBox();
    if (!box) throw new Error("no plan");
    await s.page.mouse.down();
    await s.page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.4, { steps: 4 });
    await s.page.mouse.up();
    await expect.poll(async () => Math.abs(((await at("dock-2"))?.x ?? 0) - 0.25) < 0.01).toBe(true);
    await button("Take off: dock-2").click();
    await expect.poll(() => at("dock-2")).toBeUndefined();
  });

  it("say so when a file is no picture, and keep the line of a camera", async () => {
    await twoCameras(s.plant);
    await enter(s.page, s.plant, "/settings/places");
    await s.page.getByLabel("Upload a floor plan").setInputFiles({
      ...{ name: "plan.png", mimeType: "image/png", buffer: Buffer.from("no picture") },
    });
    await s.page.getByText(/This is no picture that the browser can read/).waitFor();
    await s.page.getByLabel("Line of dock-1").fill("Line 7");
    await s.page.keyboard.press("Enter");
    await expect.poll(async () => (await places(s.plant.ports, ACME)).map(({ line }) => line)).toEqual(["Line 7"]);
    await s.page.getByText(/Lines: Line 7/).waitFor();
  });

  it("take the very next key after the one that opened a dialog: it has the focus before the browser paints", async () => {
    await enter(s.page, s.plant, "/settings/people");
    await button("Add somebody").waitFor();
    const label = await s.page.evaluate<string>(`(async () => {
      [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Add somebody").click();
      await Promise.resolve();
      return document.activeElement.labels?.[0]?.textContent ?? "nothing";
    })()`);
    expect(label).toMatch(/^Name/);
  });

  it("write somebody down with the keyboard alone, quiet hours and all", async () => {
    await enter(s.page, s.plant, "/settings/people");
    await s.page.getByText("Nobody can be told yet").waitFor();
    await button("Add somebody").press("Enter");
    await s.page.keyboard.type("Ann Weber");
    await dialog().getByLabel("Address").focus();
    await s.page.keyboard.type("ann@example.org");
    await dialog().getByRole("button", { name: "Add quiet hours" }).press("Enter");
    await dialog().getByRole("checkbox", { name: "Sunday" }).press("Space");
    await dialog().getByLabel("Time zone").fill("Europe/Berlin");
    await dialog().getByLabel("Address").press("Enter");
    await dialog().waitFor({ state: "detached" });
    expect(await people(s.plant.ports, ACME)).toEqual([
      {
        ...{ person: "ann-weber", name: "Ann Weber", contacts: [{ channel: "email", address: "ann@example.org" }] },
        quiet: { timeZone: "Europe/Berlin", hours: [{ days: [1, 2, 3, 4, 5, 6], from: "22:00", to: "06:00" }] },
      },
    ]);
    await said("Mo–Sa 22:00–06:00");
  });

  it("keep the secret of a webhook that is not written anew, and make one at random", async () => {
    await annAndBob(s.plant);
    const secret = async () => (await people(s.plant.ports, ACME))[0]?.contacts[0]?.secret;
    const before = await secret();
    await enter(s.page, s.plant, "/settings/people");
    await button("Edit Ann Weber").click();
    await dialog().getByLabel("Name", { exact: true }).fill("Ann Maria Weber");
    await save();
    await said("Ann Maria Weber");
    expect(await secret()).toBe(before);
    await button("Edit Ann Maria Weber").click();
    await dialog().getByRole("button", { name: "Make one" }).click();
    const made = await dialog().getByLabel("Signing secret").inputValue();
    await save();
    expect(await secret()).toBe(made);
    expect(made.length).toBeGreaterThanOrEqual(32);
  });

  it("send a test and tell what became of it: delivered, or why not", async () => {
    await annAndBob(s.plant);
    const email = new Recorder(() => Date.now());
    Object.assign(s.plant.ports.notifiers, { email });
    await enter(s.page, s.plant, "/settings/people");
    await button("Send a test: Ann Weber, e-mail").click();
    await s.page.getByText("on its way").waitFor();
    await expect
      .poll(() =>
        tick(s.plant.ports, (_, error) => {
          throw error;
        }).then(() => email.sent.length),
      )
      .toBe(1);
    await s.page.getByText(/^delivered after/).waitFor();
    await button("Send a test: Ann Weber, webhook").click();
    await expect.poll(() => tick(s.plant.ports, () => {})).toBeGreaterThan(0);
    await s.page.getByText(/^failed: webhook: this cloud has no such channel/).waitFor();
    await s.page.getByRole("link", { name: "Messages" }).click();
    await s.page.getByRole("row", { name: /ann/ }).getByRole("button", { name: "Try again: Test" }).click();
    await said("It is tried again.");
  });

  it("refuse to forget somebody whom the escalation names, with the reason", async () => {
    await annAndBob(s.plant);
    const chain = [{ ...EMAIL, afterS: 0 }];
    await writePolicy(s.plant.ports, ACME, "*", { chain, repeatS: 300, nearMiss: [], trouble: [], cooldownS: 900 });
    await enter(s.page, s.plant, "/settings/people");
    await button("Remove Ann Weber").click();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await dialog()
      .getByRole("alert")
      .getByText(/policy|names/i)
      .waitFor();
    await s.page.keyboard.press("Escape");
    await button("Remove Bob Krause").click();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await said("Removed.");
    expect((await people(s.plant.ports, ACME)).map((one) => one.person)).toEqual(["ann"]);
  });

  it("write a rota down and say who has duty now", async () => {
    await annAndBob(s.plant);
    await enter(s.page, s.plant, "/settings/rotas");
    await button("Add a rota").click();
    await dialog().getByLabel("Short name").fill("first-aid");
    await dialog().getByLabel("Time zone").fill("UTC");
    await dialog().getByLabel("Who").selectOption("Bob Krause");
    for (const day of ["Saturday", "Sunday"])
      await dialog().getByRole("checkbox", { name: day }).check({ force: true });
    await dialog().getByLabel("From").fill("00:00");
    await dialog().getByLabel("To").fill("00:00");
    await save();
    await s.page.getByText("On call now: Bob Krause").waitFor();
    expect(await rotas(s.plant.ports, ACME)).toEqual([
      { rota: "first-aid", timeZone: "UTC", shifts: [{ days: EVERY_DAY, from: "00:00", to: "00:00", person: "bob" }] },
    ]);
  });

  it("preview who is told when while the chain is written, with what will not work", async () => {
    await annAndBob(s.plant);
    await writeRota(s.plant.ports, ACME, {
      ...{ rota: "nights", timeZone: "UTC", shifts: [{ days: EVERY_DAY, from: "00:00", to: "00:00", person: "bob" }] },
    });
    await enter(s.page, s.plant, "/settings/escalation");
    const preview = s.page.getByRole("region", { name: "Who is told when" });
    const chain = s.page.getByRole("region", { name: "Of a fall" });
    const steps = () => preview.locator("li > b").allTextContents();
    await preview.getByText("Nobody is told of a fall. Add a step.").waitFor();
    await chain.getByRole("button", { name: "Add somebody" }).click();
    await chain.getByRole("button", { name: "Add somebody" }).click();
    expect(await steps()).toEqual(["At once", "After 2 min"]);
    await chain.getByLabel("Tell").nth(1).selectOption("Bob Krause");
    await chain.getByLabel("By").nth(1).selectOption("webhook");
    await preview.getByText("Bob Krause has no webhook: this step reaches nobody.").waitFor();
    await chain.getByLabel("By").nth(1).selectOption("e-mail");
    await preview.getByText("Bob Krause has quiet hours: they may be passed over.").waitFor();
    await chain.getByLabel("Tell").nth(0).selectOption("On call: nights");
    await chain.getByLabel("By").nth(0).selectOption("e-mail");
    await preview.getByText("whoever is on call (nights, now Bob Krause), by e-mail").waitFor();
    // Written last, told first.
    await chain.getByLabel("After, min").nth(0).fill("7.5");
    expect(await steps()).toEqual(["After 2 min", "After 7 min 30 s"]);
    await s.page.getByText("Not saved yet").waitFor();
    await button("Save").click();
    await said("Saved.");
    const [policy] = await policies(s.plant.ports, ACME);
    expect(policy?.chain).toEqual([
      { afterS: 120, to: { person: "bob" }, by: "email" },
      { afterS: 450, to: { onCall: "nights" }, by: "email" },
    ]);
    await expect.poll(() => button("Save").isDisabled()).toBe(true);
  });

  it("give a site an order of its own, and take it back", async () => {
    await annAndBob(s.plant);
    await enter(s.page, s.plant, "/settings/escalation");
    await s.page.getByLabel("For").selectOption("Werk Nord");
    await button("Give it its own").click();
    await s.page.getByRole("region", { name: "Of a near miss" }).getByRole("button", { name: "Add somebody" }).click();
    await button("Save").click();
    await expect.poll(async () => (await policies(s.plant.ports, ACME)).map(({ site }) => site)).toEqual(["north"]);
    await button("Remove the order of Werk Nord").click();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await s.page.getByText("Werk Nord has no order of its own").waitFor();
    expect(await policies(s.plant.ports, ACME)).toEqual([]);
  });

  it("let somebody in who must choose a password, change what they see, and shut them out", async () => {
    await enter(s.page, s.plant, "/settings/users");
    await button("Let somebody in").click();
    await dialog().getByLabel("Name", { exact: true }).fill("Grace Hopper");
    await dialog().getByLabel("Login").fill("grace");
    await dialog().getByRole("radio", { name: "safety" }).check({ force: true });
    await dialog().getByRole("radio", { name: "only these" }).check({ force: true });
    await dialog().getByRole("checkbox", { name: "Werk Nord" }).check();
    await dialog().getByRole("button", { name: "Make one" }).click();
    expect(await dialog().getByLabel("Password").inputValue()).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    await save();
    const grace = async () => (await users(s.plant.ports, ACME)).find(({ user }) => user === "grace");
    expect(await grace()).toMatchObject({ role: "safety", sites: ["north"], mustChangePassword: true });
    await button("Edit Grace Hopper").click();
    await dialog().getByRole("radio", { name: "all sites" }).check({ force: true });
    await dialog().getByRole("switch", { name: "Shut out" }).check();
    await save();
    await s.page.getByText("shut out").waitFor();
    expect(await grace()).toMatchObject({ sites: ["*"], disabled: true });
    await button("Edit Ada Lovelace").click();
    await dialog()
      .getByText(/This is you/)
      .waitFor();
    expect(await dialog().getByRole("switch").count()).toBe(0);
  });

  it("show the audit log, and whether its chain is whole", async () => {
    await enter(s.page, s.plant, "/settings/audit");
    await s.page.getByRole("row", { name: /session\.logIn/ }).waitFor();
    await button("Check the chain").click();
    await s.page.getByText(/^Whole: 1 entries, the last has the hash [0-9a-f]{12}\.$/).waitFor();
    const { store } = s.plant.ports;
    const { items } = await store.list(`${ACME}/audit`, { limit: 10 });
    const entry = items.find(({ body }) => (body as { action?: string }).action === "session.logIn");
    if (!entry) throw new Error("no entry of the audit log found to tamper with");
    const forged = { ...(entry.body as object), user: "somebody-else" };
    await store.commit([{ key: entry.key, body: forged, expect: entry.version }]);
    await button("Check the chain").click();
    await s.page.getByText(/^Broken: entry 1 does not fit/).waitFor();
  });

  it("change one's own password, after saying what is wrong with the new one", async () => {
    await enter(s.page, s.plant, "/settings/password");
    await s.page.getByLabel("Password until now").fill(PASSWORD);
    await s.page.getByLabel("New password", { exact: true }).fill("short");
    await s.page.getByLabel("New password, again").fill("shorter");
    await button("Change password").click();
    await said("It has fewer than 12 characters. Make it longer.");
    await said("The two are not the same. Write the new one twice.");
    const next = "a horse of yet another colour";
    await s.page.getByLabel("New password", { exact: true }).fill(next);
    await s.page.getByLabel("New password, again").fill(next);
    await button("Change password").click();
    await said("Your password is changed.");
  });

  it("speak German", async () => {
    await annAndBob(s.plant);
    await s.reopen({ locale: "de-DE" });
    await enter(s.page, s.plant, "/settings/escalation");
    await s.page
      .getByRole("region", { name: "Von einem Sturz" })
      .getByRole("button", { name: "Jemanden hinzufügen" })
      .click();
    await s.page.getByText("Ann Weber, über Webhook").waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(
      `give axe nothing to find in ${colorScheme}, in any part, with forms open`,
      async () => {
        await annAndBob(s.plant);
        await twoCameras(s.plant);
        await writeRota(s.plant.ports, ACME, {
          ...{
            rota: "nights",
            timeZone: "UTC",
            shifts: [{ days: EVERY_DAY, from: "22:00", to: "06:00", person: "bob" }],
          },
        });
        const chain = [{ ...EMAIL, afterS: 0 }];
        await writePolicy(s.plant.ports, ACME, "*", { chain, repeatS: 300, nearMiss: [], trouble: [], cooldownS: 900 });
        await s.reopen({ colorScheme });
        await enter(s.page, s.plant, "/settings/places");
        const look = async (part: string, form?: string) => {
          await s.page.goto(`${s.plant.url}/settings/${part}`);
          await s.page.getByRole("heading", { level: 2 }).first().waitFor();
          await s.page.locator(".pending").waitFor({ state: "detached" });
          expectNone(await findings(s.page));
          if (!form) return;
          await button(form).click();
          await dialog().waitFor();
          expectNone(await findings(s.page));
        };
        await look("places", "Add a site");
        await look("people", "Edit Bob Krause");
        await look("rotas", "Edit nights");
        await look("escalation");
        await look("notices");
        await look("users", "Let somebody in");
        await look("audit");
        await look("password");
      },
      LOOKING_MS,
    );

  it(
    "fit every width, also with names that have no end, and show hostile text as text",
    async () => {
      const { ports } = s.plant;
      await describeSite(ports, ACME, { site: "north", name: `${LONG} ${HOSTILE}`, timeZone: "UTC" });
      const device = await oldDevice(s.plant, LONG);
      await device.say(0, heartbeat({ cameras: [health(LONG, 40, 90), health(HOSTILE, 40, 90)] }));
      const contacts = [{ channel: "email" as const, address: `${LONG}@example.org` }];
      await writePerson(ports, ACME, { person: LONG, name: `${LONG}${HOSTILE}`.slice(0, 100), contacts });
      await writePerson(ports, ACME, { person: "h", name: HOSTILE, contacts });
      await writeRota(ports, ACME, {
        ...{ rota: LONG, timeZone: "UTC", shifts: [{ days: EVERY_DAY, from: "00:00", to: "00:00", person: LONG }] },
      });
      const chain = [{ afterS: 0, to: { onCall: LONG }, by: "email" as const }];
      await writePolicy(ports, ACME, "*", { chain, repeatS: 300, nearMiss: [], trouble: [], cooldownS: 900 });
      await createUser(ports, ACME, {
        ...{ user: LONG, name: HOSTILE, role: "operator", sites: ["*"], password: PASSWORD, mustChangePassword: false },
      });
      await enter(s.page, s.plant, "/settings");
      const wide: Record<string, number[]> = {};
      for (const part of ["places", "people", "rotas", "escalation", "notices", "users", "audit", "password"]) {
        await s.page.goto(`${s.plant.url}/settings/${part}`);
        await s.page.getByRole("heading", { level: 2 }).first().waitFor();
        await s.page.locator(".pending").waitFor({ state: "detached" });
        const found = await widthsThatScroll(s.page, WIDTHS);
        if (found.length > 0) wide[part] = found;
      }
      expect(wide).toEqual({});
      expect(await s.page.locator("main img").count()).toBe(0);
      expect(await s.page.title()).toBe("Spotter");
    },
    LOOKING_MS,
  );
});
