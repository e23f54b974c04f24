import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { drawFloorPlan } from "../../../cloud/core/floor-plan.ts";
import { acknowledge } from "../../../cloud/core/incidents.ts";
import { places } from "../../../cloud/core/places.ts";
import { floorPlan } from "../../../cloud/simulate/plant.ts";
import { describeWith } from "../../engines.ts";
import { ACME, heartbeat, state } from "../rig.ts";
import { enter, expectNone, findings, openPage, SLOW_MS, startBrowser, WIDTHS, widthsThatScroll } from "./browser.ts";
import { builtDashboard, type Plant, startPlant } from "./plant.ts";

describeWith("Chromium", "the plant map and the wall", () => {
  let browser: Browser;
  let built: Awaited<ReturnType<typeof builtDashboard>>;
  let drawing: Buffer;
  let plant: Plant;
  let view: Awaited<ReturnType<typeof openPage>>;
  let page: Page;

  beforeAll(async () => {
    [browser, built, drawing] = await Promise.all([
      startBrowser(),
      builtDashboard(),
      sharp(Buffer.from(floorPlan(8)))
        .png()
        .toBuffer(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    built?.remove();
  });
  beforeEach(async () => {
    plant = await startPlant(built.dir);
    view = await openPage(browser);
    page = view.page;
    await plant.say(heartbeat());
  });
  afterEach(async () => {
    await view.close();
    await plant.close();
    expectNone(view.faults);
  });

  const draw = () => drawFloorPlan(plant.ports, ACME, "north", { bytes: drawing, type: "image/png" });
  const marker = (name: string | RegExp) => page.locator(".plan").getByRole("link", { name });
  const placed = async () => (await places(plant.ports, ACME)).find(({ camera }) => camera === "press-3")?.at;

  it("takes a floor plan, and lets cameras be placed with the arrow keys and by dragging", async () => {
    await enter(page, plant, "/map");
    await page.getByText("This site has no floor plan yet").waitFor();
    await page
      .getByLabel("Upload a floor plan")
      .setInputFiles({ name: "hall.png", mimeType: "image/png", buffer: drawing });
    await page.getByRole("img", { name: "Floor plan of Werk Nord" }).waitFor();
    await page.getByRole("button", { name: "Place cameras" }).click();
    await page.getByRole("button", { name: "Put press-3 on the plan" }).click();
    const camera = page.locator(".plan").getByRole("button", { name: /^press-3/ });
    await camera.waitFor();
    await expect.poll(placed).toEqual({ x: 0.5, y: 0.5 });
    await camera.focus();
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(async () => (await placed())?.x).toBeCloseTo(0.55);
    const box = await page.locator(".plan").boundingBox();
    const from = await camera.locator("svg").boundingBox();
    if (!box || !from) throw new Error("the plan or its camera is not drawn");
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.75, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => (await placed())?.x).toBeCloseTo(0.25, 1);
    expect((await placed())?.y).toBeCloseTo(0.75, 1);
  });

  it("shows states and falls where they are, as they change, and leads to the incident", async () => {
    await draw();
    await plant.place("hall-2", "press-3", "press", { x: 0.3, y: 0.4 });
    await enter(page, plant, "/map");
    await marker(/^press-3 armed$/).waitFor();
    await plant.say(state("blind", "press-3", "covered: clean the lens"));
    await marker(/^press-3 blind$/).waitFor();
    await page.getByText("covered: clean the lens").waitFor();
    const id = await plant.fall();
    await marker(/^press-3 .*: person has fallen, active/).waitFor();
    await acknowledge(plant.ports, { tenant: ACME, id, by: "Ben", reason: "on my way" });
    await marker(/^press-3 .*: person has fallen, acknowledged/).click();
    await page.getByRole("heading", { level: 1, name: "Person has fallen" }).waitFor();
  });

  it("refuses a picture that is none, in words", async () => {
    await enter(page, plant, "/map");
    const buffer = Buffer.from("<svg onload=alert(1)>");
    await page.getByLabel("Upload a floor plan").setInputFiles({ name: "hall.png", mimeType: "image/png", buffer });
    await page
      .getByRole("status")
      .getByText(/picture|PNG/i)
      .waitFor();
    expect(await page.getByText("This site has no floor plan yet").count()).toBe(1);
  });

  it("lets an operator look, and not move anything", async () => {
    await plant.close();
    plant = await startPlant(built.dir, { role: "operator" });
    await plant.say(heartbeat());
    await draw();
    await plant.place("hall-2", "press-3", "press", { x: 0.3, y: 0.4 });
    await enter(page, plant, "/map");
    await marker(/^press-3/).waitFor();
    expect(await page.getByRole("button", { name: "Place cameras" }).count()).toBe(0);
  });

  it("the wall turns from calm to alarm and back by itself, and says when it is away", async () => {
    await draw();
    await plant.place("hall-2", "press-3", "press", { x: 0.3, y: 0.4 });
    await enter(page, plant, "/wall");
    await page.getByText("No fall is open").waitFor();
    await page.getByText("One camera watches").waitFor();
    const id = await plant.fall();
    await page.getByRole("heading", { name: "Person has fallen" }).waitFor();
    await acknowledge(plant.ports, { tenant: ACME, id, by: "Ben", reason: "on my way" });
    await page.getByText("No fall is open").waitFor();
    await page.getByRole("region", { name: "In somebody's hands" }).waitFor();
    await page.context().setOffline(true);
    plant.cutStreams();
    await page.getByRole("alert").getByText("No connection").waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(
      `gives axe nothing to find in ${colorScheme}, on the map and on the wall`,
      async () => {
        await view.close();
        view = await openPage(browser, { colorScheme });
        page = view.page;
        await draw();
        await plant.place("hall-2", "press-3", "press", { x: 0.3, y: 0.4 });
        await plant.fall();
        await enter(page, plant, "/map");
        await marker(/^press-3 .*: person has fallen/).waitFor();
        expectNone(await findings(page));
        await page.goto(`${plant.url}/wall`);
        await page.getByRole("heading", { name: "Person has fallen" }).waitFor();
        await marker(/^press-3 .*: person has fallen/).waitFor();
        expectNone(await findings(page));
      },
      SLOW_MS,
    );

  it("fits every width from a phone to a wall", async () => {
    await draw();
    await plant.place("hall-2", "press-3", "press", { x: 0.99, y: 0.99 });
    await plant.fall();
    await enter(page, plant, "/map");
    await marker(/^press-3/).waitFor();
    expect(await widthsThatScroll(page, WIDTHS)).toEqual([]);
    await page.goto(`${plant.url}/wall`);
    await marker(/^press-3/).waitFor();
    expect(await widthsThatScroll(page, WIDTHS)).toEqual([]);
  });
});
