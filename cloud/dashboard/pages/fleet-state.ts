import type { Answer } from "../../api/contract.ts";
import type { Supervision } from "../parts/badge.tsx";

export type Device = Answer<"GET /api/devices">["devices"][number];
export type Camera = Device["cameras"][number];

/** What needs somebody comes first. */
export const RANKS: readonly Supervision[] = ["blind", "fault", "silent", "unknown", "degraded", "armed"];

/** What is known of a camera: of a device that is not heard, nothing. */
export function stateOf({ silent }: Device, { state }: Camera): Supervision {
  return silent ? "silent" : state.value;
}

/** The state that counts of all cameras of a device. */
export function worst(device: Device): Supervision {
  if (device.silent) return "silent";
  const states = device.cameras.map((camera) => stateOf(device, camera));
  return RANKS.find((state) => states.includes(state)) ?? "unknown";
}

/** Devices of which a name holds the text, or that of a camera or the site; with a camera in that state. */
export function chosen(devices: readonly Device[], text: string, state: Supervision | undefined): Device[] {
  const wanted = text.trim().toLowerCase();
  const names = ({ device, site, cameras }: Device) => [device, site, ...cameras.map(({ camera }) => camera)];
  return devices
    .filter((device) => names(device).some((name) => name.toLowerCase().includes(wanted)))
    .filter((device) => state === undefined || hasState(device, state))
    .sort((a, b) => RANKS.indexOf(worst(a)) - RANKS.indexOf(worst(b)) || (a.device < b.device ? -1 : 1));
}

/** How many cameras are in each state; a device that never told of one counts as one. */
export function tally(devices: readonly Device[]): Map<Supervision, number> {
  const counts = new Map<Supervision, number>();
  for (const device of devices) for (const state of statesOf(device)) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

const statesOf = (device: Device) =>
  device.cameras.length === 0 ? [worst(device)] : device.cameras.map((camera) => stateOf(device, camera));
const hasState = (device: Device, state: Supervision) => statesOf(device).includes(state);

/** Sequences that have not come, all gaps together. */
export function missing({ gaps }: Device): number {
  return gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}
