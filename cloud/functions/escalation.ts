import { follow } from "./follow.ts";
import { notifiers } from "./notifiers.ts";
import { settingsOf, tablePorts } from "./ports.ts";

const ports = { ...tablePorts(settingsOf("escalation").SPOTTER_TABLE), notifiers: notifiers() };

/** A step of the state machine in cloud/infrastructure/escalation.asl.json. */
export function handler({ timer }: { readonly timer: string }): Promise<{ timer: string; at?: string }> {
  return follow(ports, timer);
}
