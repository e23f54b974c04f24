const CODES = ["not-found", "bad-request", "refused"] as const;

/** The caller asked for something that cannot be: what, and what to do about it. Faults of ours are plain Errors. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: (typeof CODES)[number];

  constructor(code: (typeof CODES)[number], message: string) {
    super(message);
    this.code = code;
  }
}
