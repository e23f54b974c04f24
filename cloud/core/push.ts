/** Something that a person may be looking at has changed; whoever wants to know more reads it. */
export interface Change {
  readonly tenant: string;
  readonly kind: "incident" | "device" | "deadLetter" | "notice";
  /** The incident's, device's, dead letter's or notice's id. */
  readonly id: string;
}

export interface Told extends Change {
  /** Where a listener that was cut off goes on. */
  readonly cursor: string;
}

/** The changes as they happen. Holds nothing that is not in the store: after a loss the listener reads afresh. */
export interface LivePush {
  /** Tells everybody who listens; never throws and never waits. */
  publish(change: Change): void;
  /**
   * Hears one tenant's changes until the returned function is called. With `after`, the cursor of the last change heard,
   * what came since is heard first; where that is no longer known, `hear` gets "reset": read everything afresh.
   */
  subscribe(tenant: string, hear: (told: Told | "reset") => void, after?: string): () => void;
}
