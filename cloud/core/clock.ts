/** The cloud's own time, handed in so that tests move it. */
export interface Clock {
  /** ms since 1970-01-01 UTC. */
  now(): number;
}
