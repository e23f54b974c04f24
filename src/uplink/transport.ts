/** One message on its way out. */
export interface Outgoing {
  /** Event id (UUIDv7 text); the receiver deduplicates by it. */
  readonly id: string;
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** Carries bytes to the cloud or a broker. Knows nothing of falls, files or retries. */
export interface Transport {
  /** Starts connecting, and reconnects for ever; never throws. */
  start(events: { connected(): void; disconnected(reason: string): void }): void;
  readonly connected: boolean;
  /** Resolves once the other side has acknowledged (MQTT §4.3.2 PUBACK); rejects when the link is lost first or it refuses. */
  send(message: Outgoing): Promise<void>;
  close(): Promise<void>;
}
