/** What devices publish, most important first; the last level of their topics, `<topic>/<device>/<class>`. */
export const CLASSES = ["alarm", "nearMiss", "health", "heartbeat"] as const;

/** Retained there: `online`, or `offline` by the device's last will. */
export const STATE = "state";

/** How much a class matters, 0 the most; one that only a newer program knows the least. */
export function laneOf(name: string): number {
  const lane = (CLASSES as readonly string[]).indexOf(name);
  return lane === -1 ? CLASSES.length : lane;
}
