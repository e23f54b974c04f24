import { CameraAlarm } from "../src/alarm/alarm.ts";
import type { AlarmChange } from "../src/alarm/change.ts";
import { type AlarmConfig, cameraSchema } from "../src/config/schema.ts";
import type { Observation } from "./observations.ts";

const camera = cameraSchema.parse({ name: "clip", url: "file:///clip" });

/** What the alarm would have said with other settings to what was seen in a clip; no zones. */
export function rejudge(frames: readonly Observation[], config: AlarmConfig): AlarmChange[] {
  const alarm = new CameraAlarm(camera, config);
  const changes: AlarmChange[] = [];
  for (const { at, people } of frames)
    for (const change of alarm.decide(people, { at, wallTime: at })) changes.push(change);
  return changes;
}
