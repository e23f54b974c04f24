import type { Answer } from "../../api/contract.ts";

export type Incident = Answer<"GET /api/incidents/:incident">;
export type Summary = Answer<"GET /api/incidents">["incidents"][number];
export type Step = Incident["steps"][number];
export type Action = Incident["actions"][number];
export type Moment = Answer<"GET /api/incidents/:incident/timeline">["moments"][number];
export type Receipt = Answer<"GET /api/incidents/:incident/receipts">["receipts"][number];
export type Track = Answer<"GET /api/incidents/:incident/skeleton">["tracks"][number];
export type Outcome = NonNullable<Summary["outcome"]>;

/** From the smallest place to the largest, each name once. */
export function placeOf({ zone, camera, line, site }: Pick<Summary, "zone" | "camera" | "line" | "site">): string {
  return [zone, camera, line, site].filter((part, at, all) => part !== "" && all.indexOf(part) === at).join(" · ");
}

/** Put aside for now; `now` in ms since 1970. */
export function isShelved({ state, shelvedUntil = 0 }: Pick<Summary, "state" | "shelvedUntil">, now: number): boolean {
  return state !== "cleared" && shelvedUntil > now;
}
