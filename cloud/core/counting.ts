import type { CameraState, Event, FATE_ORDER, Heartbeat } from "../../src/event/event.ts";
import { key, path } from "./keys.ts";
import { type Span, withSequence } from "./spans.ts";
import type { Key } from "./store.ts";

/** What was said last, by sequence: taking it in twice, or in another order, changes nothing. */
export interface Said<Value> {
  readonly sequence: number;
  /** The device's wall clock, ms. */
  readonly wallMs: number;
  readonly value: Value;
}

export interface CameraSaid {
  readonly camera: string;
  readonly state: Said<CameraState["state"]>;
  readonly reason?: Said<string>;
  readonly health?: Said<{
    /** ms; null: not measured. */
    readonly decisionP50Ms: number | null;
    readonly decisionP99Ms: number | null;
    readonly frames: { readonly [fate in (typeof FATE_ORDER)[number]]?: number };
  }>;
}

/** What one device has told within one epoch, folded from its events; the same for the same events in any order. */
export interface Counting {
  readonly device: string;
  readonly epoch: number;
  readonly spans: readonly Span[];
  /** The event with the greatest sequence. */
  readonly newest: Said<{ readonly id: string; readonly boot: number; readonly sync: string }>;
  readonly heartbeat?: Said<Omit<Heartbeat, "type" | "cameras">>;
  /** In the order of their names. */
  readonly cameras: readonly CameraSaid[];
  /** When the cloud last heard anything of it, ms on the cloud's clock. */
  readonly heardAt: number;
}

/** A device that goes on naming new cameras does not fill the store: those heard of last stay. */
const MAX_CAMERAS = 64;

export const countingsOf = (tenant: string, device: string) => path(tenant, "countings", device);
export const countingKey = (tenant: string, device: string, epoch: number): Key<Counting> =>
  key(countingsOf(tenant, device), String(epoch));

/** A counting with one more event. */
export function count(counting: Counting | undefined, event: Event, receivedAt: number): Counting {
  const { device, epoch, sequence, id } = event;
  const { wallMs, boot, sync } = event.clock;
  const said = <Value>(value: Value): Said<Value> => ({ sequence, wallMs, value });
  return {
    device,
    epoch,
    spans: withSequence(counting?.spans ?? [], sequence, wallMs),
    newest: later(counting?.newest, said({ id, boot, sync })),
    ...(counting?.heartbeat ? { heartbeat: counting.heartbeat } : {}),
    cameras: counting?.cameras ?? [],
    heardAt: Math.max(counting?.heardAt ?? 0, receivedAt),
  };
}

/** A counting with what a heartbeat or a change of state says. */
export function listen(counting: Counting, event: Event): Counting {
  const { body, sequence, clock } = event;
  const said = <Value>(value: Value): Said<Value> => ({ sequence, wallMs: clock.wallMs, value });
  const cameras = new Map(counting.cameras.map((camera) => [camera.camera, camera]));
  if (body.type === "cameraState") {
    const { camera, state, reason } = body;
    const before = cameras.get(camera);
    cameras.set(camera, {
      ...before,
      camera,
      state: later(before?.state, said(state)),
      reason: later(before?.reason, said(reason)),
    });
    return { ...counting, cameras: bounded(cameras) };
  }
  if (body.type !== "heartbeat") return counting;
  const { type: _, cameras: healths, ...rest } = body;
  for (const { camera, state, decisionP50Ms, decisionP99Ms, frames } of healths) {
    const before = cameras.get(camera);
    const health = said({ decisionP50Ms: known(decisionP50Ms), decisionP99Ms: known(decisionP99Ms), frames });
    cameras.set(camera, {
      ...before,
      camera,
      state: later(before?.state, said(state)),
      health: later(before?.health, health),
    });
  }
  return { ...counting, heartbeat: later(counting.heartbeat, said(rest)), cameras: bounded(cameras) };
}

function later<Value>(a: Said<Value> | undefined, b: Said<Value>): Said<Value> {
  return a && a.sequence >= b.sequence ? a : b;
}

function bounded(cameras: ReadonlyMap<string, CameraSaid>): CameraSaid[] {
  const all = [...cameras.values()];
  if (all.length > MAX_CAMERAS) all.sort((a, b) => b.state.sequence - a.state.sequence);
  return all.slice(0, MAX_CAMERAS).sort((a, b) => (a.camera < b.camera ? -1 : 1));
}

/** JSON has no NaN. */
export function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
