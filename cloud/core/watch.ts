import { type CameraSaid, type Counting, countingsOf } from "./counting.ts";
import type { Draft } from "./draft.ts";
import { whoIs } from "./escalation.ts";
import { currentOf, SILENT_MS } from "./fleet.ts";
import type { Incident } from "./incident.ts";
import { key, path } from "./keys.ts";
import { type Notice, write } from "./notices.ts";
import { isQuiet } from "./people.ts";
import { type Enrolment, enrolmentKey } from "./places.ts";
import { policyOf } from "./policy.ts";
import type { Key, Store } from "./store.ts";
import { cancelTimer, setTimer, timerKey } from "./timers.ts";

/** A camera that comes back within this was cleaned, restarted or walked past: nobody needs to come, ms. */
const TROUBLE_AFTER_MS = 60_000;

/** Until when nobody is told again, ms since 1970. */
const restKey = (tenant: string, ...about: string[]): Key<number> => key(path(tenant, "rests"), path(...about));
/** When a device was last heard before its silence was told, ms since 1970. */
const toldKey = (tenant: string, device: string): Key<number> => key(path(tenant, "silences"), path(device));
export const silenceTimer = (tenant: string, device: string) => path("silence", tenant, device);
const troubleTimer = (tenant: string, device: string) => path("trouble", tenant, device);

type About = Pick<Notice, "kind" | "about" | "subject" | "text">;

/** Watches over a device whose counting has changed: that it goes on being heard, and that its cameras watch. */
export async function attend(
  draft: Draft,
  { tenant, device }: Enrolment,
  before: Counting | undefined,
  after: Counting,
): Promise<void> {
  const silence = silenceTimer(tenant, device);
  if (!(await draft.get(timerKey(silence))))
    await setTimer(draft, silence, after.heardAt + SILENT_MS, { kind: "silence", tenant, device });
  const gone = after.cameras.filter((said) => isBlind(said) && !isBlind(before?.cameras.find(isOf(said.camera))));
  if (gone.length === 0) return;
  // Written even when it is set already, so that whoever runs it at this moment looks again.
  const trouble = troubleTimer(tenant, device);
  const set = await draft.get(timerKey(trouble));
  const at = Math.min(set?.at ?? Number.POSITIVE_INFINITY, after.heardAt + TROUBLE_AFTER_MS);
  await setTimer(draft, trouble, at, { kind: "trouble", tenant, device });
}

const isOf =
  (name: string) =>
  ({ camera }: CameraSaid) =>
    camera === name;

function isBlind(said: CameraSaid | undefined): boolean {
  return said?.state.value === "blind" || said?.state.value === "fault";
}

/** Tells of a device that is not heard any more, once; and goes on watching. */
export async function tellSilence(
  draft: Draft,
  store: Store,
  tenant: string,
  device: string,
  now: number,
): Promise<void> {
  const counted = await countings(store, tenant, device);
  const heardAt = Math.max(0, ...counted.map((counting) => counting.heardAt));
  const silent = now - heardAt > SILENT_MS;
  await setTimer(draft, silenceTimer(tenant, device), (silent ? now : heardAt) + SILENT_MS + 1, {
    kind: "silence",
    tenant,
    device,
  });
  const enrolment = await draft.get(enrolmentKey(device));
  const told = await draft.get(toldKey(tenant, device));
  if (!silent || enrolment?.tenant !== tenant || told === heardAt) return;
  await draft.put(toldKey(tenant, device), heardAt);
  const text = `Nothing has been heard of ${device} since ${new Date(heardAt).toISOString()}. Nobody knows whether its cameras watch.`;
  const about = { device, site: enrolment.site, heardAt };
  const subject = `Silent: ${enrolment.site}, ${device}`;
  await announce(draft, enrolment, { kind: "trouble", about, subject, text }, ["silent", device], now);
}

/** Tells of the cameras of a device that still do not watch. */
export async function tellTrouble(
  draft: Draft,
  store: Store,
  tenant: string,
  device: string,
  now: number,
): Promise<void> {
  await cancelTimer(draft, troubleTimer(tenant, device));
  const enrolment = await draft.get(enrolmentKey(device));
  if (enrolment?.tenant !== tenant) return;
  const cameras = currentOf(await countings(store, tenant, device))?.cameras ?? [];
  for (const { camera, state, reason } of cameras.filter(isBlind)) {
    const why = reason?.value ?? "";
    const about = { device, camera, site: enrolment.site, state: state.value, reason: why, since: state.wallMs };
    const subject = `${state.value === "fault" ? "Fault" : "Blind"}: ${enrolment.site}, ${camera}`;
    const text = `Camera ${camera} of ${device} does not watch: ${state.value}${why === "" ? "" : ` (${why})`}. Falls there are not seen.`;
    await announce(draft, enrolment, { kind: "trouble", about, subject, text }, ["trouble", device, camera], now);
  }
}

async function countings(store: Store, tenant: string, device: string): Promise<Counting[]> {
  const { items } = await store.list(countingsOf(tenant, device), { limit: 100 });
  return items.map(({ body }) => body as Counting);
}

/** Tells of somebody who fell and got up by themselves. */
export async function tellNearMiss(draft: Draft, incident: Incident, now: number): Promise<void> {
  const { tenant, id, site, line, device, camera, zone, machine, since } = incident;
  await cancelTimer(draft, path("near miss", tenant, id));
  const where = [site, line, camera, zone].filter((name) => name !== "").join(", ");
  const about = {
    kind: "near miss",
    about: { incident: id, site, line, device, camera, zone, machine, since },
    subject: `Near miss: ${where}`,
    text: `Somebody fell and got up again: ${where}, ${new Date(since).toISOString()}.`,
  } as const;
  await announce(draft, { tenant, site }, about, ["near miss", device, camera], now);
}

/** To everybody whom the policy names and who may be disturbed; not again while the last time is fresh. */
async function announce(
  draft: Draft,
  { tenant, site }: Pick<Enrolment, "tenant" | "site">,
  about: About,
  what: string[],
  now: number,
): Promise<void> {
  const { nearMiss, trouble, cooldownS } = await policyOf(draft, tenant, site);
  const rest = restKey(tenant, ...what);
  if (((await draft.get(rest)) ?? 0) > now) return;
  for (const { to, by } of about.kind === "trouble" ? trouble : nearMiss) {
    const person = await whoIs(draft, tenant, to, now);
    const contact = person?.contacts.find(({ channel }) => channel === by);
    if (!person || !contact || isQuiet(person, now)) continue;
    await write(draft, { ...about, tenant, person, contact, at: now, once: String(now) });
  }
  const until = now + cooldownS * 1000;
  await draft.put(rest, until, { expiresAt: until, ahead: true });
}
