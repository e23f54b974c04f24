/** The one supervision state of a camera, and of the device as its worst camera. */
export const SUPERVISION = ["armed", "degraded", "blind", "fault"] as const;
export type Supervision = (typeof SUPERVISION)[number];

export interface SupervisionStatus {
  readonly state: Supervision;
  /** Why it is not armed, with the remedy where there is one; empty while armed. */
  readonly reason: string;
}

/** The worst of several states; `fault` when there is none, for a device that watches nothing protects nobody. */
export function worst(states: readonly Supervision[]): Supervision {
  return SUPERVISION[
    Math.max(...states.map((state) => SUPERVISION.indexOf(state)), states.length === 0 ? 3 : 0)
  ] as Supervision;
}
