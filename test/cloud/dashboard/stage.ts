import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { expectNone, openPage, startBrowser } from "./browser.ts";
import { builtDashboard, type Plant, startPlant } from "./plant.ts";

/** One browser and one build for a suite, a plant and a window for each test; no page may throw or break its policy. */
export function stage(options: Parameters<typeof startPlant>[1] = { role: "admin" }) {
  let browser: Browser;
  let built: Awaited<ReturnType<typeof builtDashboard>>;
  let plant: Plant;
  let view: Awaited<ReturnType<typeof openPage>>;
  beforeAll(async () => {
    [browser, built] = await Promise.all([startBrowser(), builtDashboard()]);
  });
  afterAll(async () => {
    await browser?.close();
    built?.remove();
  });
  beforeEach(async () => {
    plant = await startPlant(built.dir, options);
    view = await openPage(browser);
  });
  afterEach(async () => {
    await view.close();
    await plant.close();
    expectNone(view.faults);
  });
  return {
    get plant() {
      return plant;
    },
    get page(): Page {
      return view.page;
    },
    /** The dashboard as it was built, with the size of each file. */
    get built() {
      return built;
    },
    /** The plant anew, seen by somebody with another role. */
    async restart(how: Parameters<typeof startPlant>[1]): Promise<void> {
      await plant.close();
      plant = await startPlant(built.dir, how);
    },
    /** Another window instead of the one that is open. */
    async reopen(how: BrowserContextOptions): Promise<void> {
      await view.close();
      view = await openPage(browser, how);
    },
  };
}

/** What a text field may be fed with by somebody who means harm. */
export const HOSTILE = `<img src=x onerror="document.title='owned'">{{7*7}}"'>`;
/** A name that gives a line nowhere to break. */
export const LONG = "averylongnamewithoutanyplacetobreakit".repeat(3).slice(0, 64);
/** For what looks at a page all over, on a machine that does other things too. */
export const LOOKING_MS = 300_000;
