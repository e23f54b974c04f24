import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildApi } from "../../../cloud/api/build.ts";
import { incidentId } from "../../../cloud/core/incident.ts";
import { ingest } from "../../../cloud/core/ingest.ts";
import { describeSite, placeCamera } from "../../../cloud/core/places.ts";
import { createUser, type Role } from "../../../cloud/core/users.ts";
import { buildDashboard } from "../../../cloud/dashboard/build.ts";
import { figure } from "../../../cloud/simulate/figure.ts";
import { Random } from "../../../cloud/simulate/random.ts";
import { MemoryBlobs } from "../../../cloud/stores/memory-blobs.ts";
import { MemoryPush } from "../../../cloud/stores/memory-push.ts";
import { MemoryStore } from "../../../cloud/stores/memory-store.ts";
import { encode } from "../../../src/event/encode.ts";
import type { Body, FallChange } from "../../../src/event/event.ts";
import { EventMaker } from "../../../src/event/make.ts";
import { fallChange } from "../../event/samples.ts";
import { ACME } from "../rig.ts";

export const PASSWORD = "a horse of another colour";
const SECRET = "s".repeat(43);
const SECOND = 1_000;

/** The dashboard as it would be deployed, in a folder of its own. */
export async function builtDashboard() {
  const dir = mkdtempSync(join(tmpdir(), "spotter-dashboard-"));
  const files = await buildDashboard(dir);
  return { dir, files, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A cloud in memory behind its real API, at a port of its own: one site, one user, and devices that say what a test lets them. */
export async function startPlant(
  pages: string,
  { role = "safety", sites = ["*"] }: { role?: Role; sites?: string[] } = {},
) {
  const store = new MemoryStore();
  const ports = {
    ...{ store, push: new MemoryPush(), clock: { now: () => Date.now() }, blobs: new MemoryBlobs(SECRET) },
    ...{ adopt: { tenant: ACME, site: "north" }, notifiers: {} },
  };
  await createUser(ports, ACME, {
    ...{ user: "ada", name: "Ada Lovelace", role, sites, password: PASSWORD, mustChangePassword: false },
  });
  await describeSite(ports, ACME, { site: "north", name: "Werk Nord", timeZone: "Europe/Berlin" });
  const app = buildApi({ ports, tenant: ACME, secure: false, linkSecret: SECRET, pages });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const makers = new Map<string, (body: Body, at: number) => Uint8Array>();

  /** Says something as a device, so long ago; resolves to the id of the incident that it is about. */
  async function say(
    body: Body,
    { device = "hall-2", agoMs = 0, at }: { device?: string; agoMs?: number; at?: number } = {},
  ): Promise<string> {
    const seenAt = at ?? Date.now() - agoMs;
    const make = makers.get(device) ?? teller(device);
    makers.set(device, make);
    const bytes = make(body, seenAt);
    const { failed } = await ingest(ports, [{ identity: device, bytes, receivedAt: seenAt + 240 }]);
    if (failed[0]) throw failed[0].error;
    return "alarm" in body ? incidentId(ACME, { device, epoch: EPOCH } as never, body.alarm) : "";
  }

  return {
    url,
    ports,
    say,
    place: (device: string, camera: string, line: string, at: { x: number; y: number }) =>
      placeCamera(ports, ACME, { device, camera, line, at }),
    /** A fall as it happens: suspected, confirmed, an output that answers. */
    async fall(more: Partial<FallChange> = {}, agoMs = 0): Promise<string> {
      const at = Date.now() - agoMs;
      await say(suspected(more), { at: at - 1_400 });
      const id = await say(confirmed(more), { at });
      const { camera = "press-3", zone = "infeed", alarm = "press-3-1" } = more;
      const answer = { actuator: "stop-press", state: "active", outcome: "confirmed", detail: "" } as const;
      const receipts = [{ ...answer, writtenMs: 1.2, confirmedMs: 4.5 }];
      await say({ type: "actionReceipts", alarm, camera, zone, receipts }, { at });
      return id;
    },
    /** One that somebody at the machine has dealt with. */
    async pastFall(more: Partial<FallChange> = {}, agoMs = 3_600 * SECOND): Promise<string> {
      const at = Date.now() - agoMs;
      await say(suspected(more), { at: at - 1_400 });
      await say(confirmed(more), { at });
      await say(change("acknowledged", because("Ben")), { at: at + 30 * SECOND });
      return say(change("cleared", because("reset by Ben")), { at: at + 60 * SECOND });
      function change(kind: FallChange["kind"], text: Partial<FallChange>) {
        return fallChange({ ...more, kind, tier: undefined, ...text });
      }
    },
    /** Ends what is open, as a network that goes would. */
    cutStreams: () => app.server.closeAllConnections(),
    async close(): Promise<void> {
      await app.close();
    },
  };
}

export type Plant = Awaited<ReturnType<typeof startPlant>>;

const EPOCH = 1_000_003;

function teller(device: string) {
  let [wall, sequence] = [0, 0];
  const maker = new EventMaker({
    ...{ device, epoch: EPOCH, boot: 1, sync: () => "synced", sequence: () => ++sequence },
    clock: { now: () => wall - 1_700_000_000_000, wall: () => wall },
  });
  return (body: Body, at: number) => {
    wall = at;
    return encode(maker.make(body));
  };
}

const stages = { decode: 6.5, wait: 1.8, paint: 1.4, eyes: 26.3, track: 0.2, fall: 2.4, decide: 0.1 };

function suspected(more: Partial<FallChange>): FallChange {
  return fallChange({ kind: "suspected", tier: 1, stages, skeleton: figure(new Random("early"), "gets up"), ...more });
}

function confirmed(more: Partial<FallChange>): FallChange {
  const why = {
    ...{
      votes: 11,
      asked: 12,
      fall: 0.2,
      fallen: 0.94,
      lying: 0.91,
      torsoAngle: 82,
      dropSpeed: 1.3,
      visible: 15,
      text: "",
    },
  };
  return fallChange({
    ...{ kind: "confirmed", tier: 2, score: 0.94, why, stages: { ...stages, eyes: 28.7 } },
    skeleton: figure(new Random("late"), "falls"),
    ...more,
  });
}

function because(text: string): Pick<FallChange, "why"> {
  const none = { votes: 0, asked: 0, fall: 0, fallen: 0, lying: 0, visible: 0 };
  return { why: { ...none, torsoAngle: Number.NaN, dropSpeed: Number.NaN, text } };
}
