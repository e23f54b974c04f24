import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { PASSWORD, type Plant } from "./plant.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}

/** A viewer's window; `faults` collects what no page may do: throw, or load what its policy forbids. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (/Content.Security.Policy/i.test(message.text())) faults.push(message.text());
  });
  return { page, faults, close: () => context.close() };
}

/** Goes to a page of the dashboard through the log-in. */
export async function enter(page: Page, plant: Plant, path = "/incidents"): Promise<void> {
  await page.goto(plant.url + path);
  await page.getByLabel(/^(User name|Benutzername)$/).fill("ada");
  await page.getByLabel(/^(Password|Passwort)$/).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByText(/^Live$/).waitFor();
}

/** For tests that ask much of a browser, axe above all, on a machine that others use too. */
export const SLOW_MS = 180_000;

/** What axe finds against WCAG 2.2 A and AA, with the places. */
export async function findings(page: Page): Promise<string[]> {
  // The page's own policy lets no script in but its own; the protocol that drives the browser may.
  await page.evaluate(axe);
  const { violations } = await page.evaluate<{
    violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
  }>(`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary.replaceAll(/\s+/g, " ")}`),
  );
}

/** Widths at which the page is wider than its window. */
export async function widthsThatScroll(page: Page, widths: readonly number[]): Promise<number[]> {
  const found: number[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    // Two frames, so that whatever measures itself has done so.
    const over = await page.evaluate<number>(
      `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
        done(document.documentElement.scrollWidth - document.documentElement.clientWidth))))`,
    );
    if (over > 0) found.push(width);
  }
  return found;
}

/** From a phone to a wall. */
export const WIDTHS = [320, 360, 414, 600, 768, 1000, 1280, 1920, 2560, 3840];

export const expectNone = (list: readonly string[]) => expect(list).toEqual([]);
