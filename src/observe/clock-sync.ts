import { existsSync } from "node:fs";

/** systemd-timesyncd and chrony's units leave this file once a time source was reached (systemd-timesyncd.service(8)). */
const SYNCHRONIZED = "/run/systemd/timesync/synchronized";
const CHECK_EVERY_MS = 10_000;

/** Whether a time source keeps the wall clock; `unknown` where nothing on this machine tells. Looked up at most every 10 s. */
export function clockSync(now: () => number): () => "synced" | "unsynced" | "unknown" {
  let checkedAt = Number.NEGATIVE_INFINITY;
  let answer: "synced" | "unsynced" | "unknown" = "unknown";
  return () => {
    if (now() - checkedAt < CHECK_EVERY_MS) return answer;
    checkedAt = now();
    answer = existsSync(SYNCHRONIZED) ? "synced" : existsSync("/run/systemd/timesync") ? "unsynced" : "unknown";
    return answer;
  };
}
