import type { Command, OutputState } from "../../src/actuators/actuator.ts";
import type { OpenDeps } from "../../src/actuators/open.ts";
import { type ActuatorConfig, actuatorSchema } from "../../src/config/schema.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/observe/log.ts";

/** So long that a slow machine does not reach it: tests that mean "in time" use this. */
export const AMPLE_MS = 20_000;
/** So short that waiting for it is cheap: tests that mean "too late" use this. */
export const BRIEF_MS = 150;
/** As BRIEF_MS, where the command must have been written before it dies. */
export const LONGER_MS = 1500;

export const deps: OpenDeps = { clock: systemClock, log: silentLog, secret: () => "top secret" };

export function command(state: OutputState, lifeMs: number, alarm = "alarm-1"): Command {
  const issuedAt = systemClock.now();
  return { alarm, state, issuedAt, deadline: issuedAt + lifeMs, reason: "a test", camera: "hall", zone: "press" };
}

/** An actuator's config as the config file would give it, defaults filled in. */
export function configured(settings: Record<string, unknown>): ActuatorConfig {
  return actuatorSchema.parse({ name: "stop", deadlineMs: AMPLE_MS, ...settings });
}
