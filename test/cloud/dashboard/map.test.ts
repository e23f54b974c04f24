import sharp from "sharp";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { drawFloorPlan } from "../../../cloud/core/floor-plan.ts";
import { acknowledge } from "../../../cloud/core/incidents.ts";
import { places } from "../../../cloud/core/places.ts";
import { floorPlan } from "../../../cloud/simulate/plant.ts";
import { describeWith } from "../../engines.ts";
import { ACME, heartbeat, state } from "../rig.ts";
import { enter, expectNone, findings, SLOW_MS, WIDTHS, widthsThatScroll } from "./browser.ts";
import { stage } from "./stage.ts";

describeWith("Chromium", "the plant map and the wall", () => {
  const s = stage({});
  let drawing: Buffer;

  beforeAll(async () => {
    drawing = await sharp(Buffer.from(floorPlan(8)))
      .png()
      .toBuffer();
  });
  beforeEach(() => s.plant.say(heartbeat()));

  const draw = () => drawFloorPlan(s.plant.ports, ACME, "north", { bytes: drawing, type: "image/png" });
  const marker = (name: string | RegExp) => s.page.locator(".plan").getByRole("link", { name });
  const placed = async () => (await places(s.plant.ports, ACME)).find(({ camera }) => camera === "press-3")?.at;

  it("takes a floor plan, and lets cameras be placed with the arrow keys and by dragging", async () => {
    await enter(s.page, s.plant, "/map");
    await s.page.getByText("This site has no floor plan yet").waitFor();
    await s.page
      .getByLabel("Upload a floor plan")
      .setInputFiles({ name: "hall.png", mimeType: "image/png", buffer: drawing });
    await s.page.getByRole("img", { name: "Floor plan of Werk Nord" }).waitFor();
    await s.page.getByRole("button", { name: "Place cameras" }).click();
    await s.page.getByRole("button", { name: "Put press-3 on the plan" }).click();
    const camera = s.page.locator(".plan").getByRole("button", { name: /^press-3/ });
    await camera.waitFor();
    await expect.poll(placed).toEqual({ x: 0.5, y: 0.5 });
    await camera.focus();
    await s.page.keyboard.press("Shift+ArrowRight");
    await expect.poll(async () => (await placed())?.x).toBeCloseTo(0.55);
    const box = await s.page.locator(".plan").boundingBox();
    const from = await camera.locator("svg").boundingBox();
    if (!box || !from) throw new Error("the plan or its camera is not drawn");
    await s.page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await s.page.mouse.down();
    await s.page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.75, { steps: 4 });
    await s.page.mouse.up();
    await expect.poll(async () => (await placed())?.x).toBeCloseTo(0.25, 1);
    expect((await placed())?.y).toBeCloseTo(0.75, 1);
  });

  it("shows states and falls where they are, as they change, and leads to the incident", async () => {
    await draw();
    await s.plant.place("hall-2", "press-3", "press", { x: 0.3, y: 0.4 });
    await enter(s.page, s.plant, "/map");
    await marker(/^press-3 armed$/).waitFor();
    await s.plant.say(state("blind", "press-3", "covered: clean the lens"));
    await marker(/^press-3 blind$/).waitFor();
    await s.page.getByText("covered: clean the lens").waitFor();
    const id = await s.plant.fall();
    await marker(/^press-3 .*: person has fallen, active/).waitFor();
    await acknowledge(s.plant.ports, { tenant: ACME, id, by: "Ben", reason: "on my way" });
    await marker(/^press-3 .*: person has fallen, acknowledged/).click();
    await s.page.getByRole("heading", { level: 1, name: "Person has fallen" }).waitFor();
  });

  it("refuses a picture that is none, in words", async () => {
    await enter(s.page, s.plant, "/map");
    const buffer = Buffer.from("<svg onload=alert(1)>");
    await s.page.getByLabel("Upload a floor plan").setInputFiles({ name: "hall.png", mimeType: "image/png", buffer });
    await s.page
      .getByRole("status")
      .getByText(/picture|PNG/i)
      .waitFor();
    expect(await s.page.getByText("This site has no floor plan yet").count()).toBe(1);
  });

  it("lets an operator look, and not move anything", async () => {
    await s.restart({ role: "operator" });
    await s.plant.say(heartbeat());
    await draw();
    await s.plant.place("hall-2", "press-3", "press", { x: 0.3, y: 0.4 });
    await enter(s.page, s.plant, "/map");
    await marker(/^press-3/).waitFor();
    expect(await s.page.getByRole("button", { name: "Place cameras" }).count()).toBe(0);
  });

  it("the wall turns from calm to alarm and back by itself, and says when it is away", async () => {
    await draw();
    await s.plant.place("hall-2", "press-3", "press", { x: 0.3, y: 0.4 });
    await enter(s.page, s.plant, "/wall");
    await s.page.getByText("No fall is open").waitFor();
    await s.page.getByText("One camera watches").waitFor();
    const id = await s.plant.fall();
    await s.page.getByRole("heading", { name: "Person has fallen" }).waitFor();
    await acknowledge(s.plant.ports, { tenant: ACME, id, by: "Ben", reason: "on my way" });
    await s.page.getByText("No fall is open").waitFor();
    await s.page.getByRole("region", { name: "In somebody's hands" }).waitFor();
    await s.page.context().setOffline(true);
    s.plant.cutStreams();
    await s.page.getByRole("alert").getByText("No connection").waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(
      `gives axe nothing to find in ${colorScheme}, on the map and on the wall`,
      async () => {
        await s.reopen({ colorScheme });
        await draw();
        await s.plant.place("hall-2", "press-3", "press", { x: 0.3, y: 0.4 });
        await s.plant.fall();
        await enter(s.page, s.plant, "/map");
        await marker(/^press-3 .*: person has fallen/).waitFor();
        expectNone(await findings(s.page));
        await s.page.goto(`${s.plant.url}/wall`);
        await s.page.getByRole("heading", { name: "Person has fallen" }).waitFor();
        await marker(/^press-3 .*: person has fallen/).waitFor();
        expectNone(await findings(s.page));
      },
      SLOW_MS,
    );

  it("fits every width from a phone to a wall", async () => {
    await draw();
    await s.plant.place("hall-2", "press-3", "press", { x: 0.99, y: 0.99 });
    await s.plant.fall();
    await enter(s.page, s.plant, "/map");
    await marker(/^press-3/).waitFor();
    expect(await widthsThatScroll(s.page, WIDTHS)).toEqual([]);
    await s.page.goto(`${s.plant.url}/wall`);
    await marker(/^press-3/).waitFor();
    expect(await widthsThatScroll(s.page, WIDTHS)).toEqual([]);
  });
});
