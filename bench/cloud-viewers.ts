import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import type { RunningCloud } from "./cloud-run.ts";

const CHROMIUM = "/usr/bin/chromium";

/** When something was first seen, ms since 1970, by the id of what was seen. */
export type Seen = Map<string, number>;

export interface Viewers {
  /** Told of on the live line. */
  readonly told: Seen;
  /** In the first page of the list, read as soon as the live line told of it. */
  readonly listed: Seen;
  /** On the dashboard's page in Chromium; empty without one. */
  page(): Promise<Seen>;
  close(): Promise<void>;
}

/** Watches a cloud on its live line, in its API and on its page. */
export async function watchCloud(cloud: RunningCloud): Promise<Viewers> {
  const { url, visitor } = cloud;
  const told: Seen = new Map();
  const listed: Seen = new Map();
  let asking: Promise<void> | undefined;
  const ask = async () => {
    // Whoever asks too often is told to wait; the next change asks again.
    const page = await visitor.call("GET /api/incidents", { query: { limit: 100 } }).catch(() => undefined);
    for (const { id } of page?.incidents ?? []) first(listed, id);
    asking = undefined;
  };
  const stop = new AbortController();
  const hear = (text: string) => {
    const { kind, id } = JSON.parse(text) as { kind?: string; id?: string };
    if (kind !== "incident" || id === undefined) return;
    first(told, id);
    // One question at a time, as the page does; what is told meanwhile is in the next.
    if (!listed.has(id)) asking = (asking ?? Promise.resolve()).then(() => (listed.has(id) ? undefined : ask()));
  };
  const reading = listen(`${url}/api/live`, visitor.cookie, hear, stop.signal);
  const browser = existsSync(CHROMIUM) ? await openPage(cloud) : undefined;
  return {
    told,
    listed,
    page: async () => new Map(Object.entries((await browser?.seen()) ?? {})),
    close: async () => {
      stop.abort();
      await reading;
      await asking?.catch(() => {});
      await browser?.close();
    },
  };
}

function first(seen: Seen, id: string): void {
  if (!seen.has(id)) seen.set(id, Date.now());
}

/** Hears Server-Sent Events until `signal` aborts; cut off, it comes again and goes on where it was. */
async function listen(url: string, cookie: () => string, hear: (data: string) => void, signal: AbortSignal) {
  let last = "";
  while (!signal.aborted) {
    const headers = { cookie: cookie(), "last-event-id": last };
    try {
      const response = await fetch(url, { headers, signal });
      let rest = "";
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line.startsWith("id: ")) last = line.slice(4);
          if (line.startsWith("data: ")) hear(line.slice(6));
        }
      }
    } catch {
      // Cut off.
    }
  }
}

/** Notes when an incident is first there for somebody to see, in the page itself. */
const NOTE_LINKS = `
  globalThis.seen = {};
  const note = () => {
    for (const { pathname } of document.querySelectorAll('a[href^="/incidents/"]')) seen[pathname.slice(11)] ??= Date.now();
  };
  new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["href"] });
`;

async function openPage({ url, user, password }: RunningCloud) {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  const page = await browser.newPage();
  await page.addInitScript(NOTE_LINKS);
  await page.goto(url);
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  return {
    seen: () => page.evaluate("seen") as Promise<Record<string, number>>,
    close: () => browser.close(),
  };
}
