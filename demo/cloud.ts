import { join } from "node:path";
import { incident } from "../cloud/core/incidents.ts";
import { describeSite } from "../cloud/core/places.ts";
import { buildDashboard } from "../cloud/dashboard/build.ts";
import { type Cloud, startCloud } from "../cloud/server.ts";
import { UsageError } from "../src/lib/failure.ts";

const TENANT = "home";
export const SITE = "hall-1";

/** The cloud on this machine: a broker that takes in whatever device comes, incidents in `dataDir`, and the dashboard on `port`. */
export async function startDemoCloud({ dataDir, port }: { dataDir: string; port: number }): Promise<Cloud> {
  const pages = join(dataDir, "pages");
  await buildDashboard(pages);
  try {
    const cloud = await startCloud({
      ...{ dataDir, adopt: { tenant: TENANT, site: SITE }, http: { port, tenant: TENANT, pages } },
      logLevel: "warn",
    });
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    await describeSite(cloud, TENANT, { site: SITE, name: "Hall 1", timeZone });
    await cloud.ready;
    return cloud;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new UsageError(
      `--cloud-port ${port}: another program listens there; give another port, or 0 for any free one`,
    );
  }
}

/** Tells each step of each incident, with the address of its page on the dashboard. */
export function tellIncidents(cloud: Cloud, say: (text: string) => void): void {
  const told = new Map<string, string>();
  cloud.push.subscribe(TENANT, (news) => {
    if (news === "reset" || news.kind !== "incident") return;
    void incident(cloud, TENANT, news.id).then(({ id, severity, state }) => {
      const text = `${severity} ${state}`;
      if (told.get(id) === text) return;
      told.set(id, text);
      say(`${text}: ${cloud.url}/incidents/${id}`);
    });
  });
}
