/**
 * A mistake of the person who set the device up (as opposed to the world misbehaving): names the key, the value
 * and the remedy, and is shown without a stack.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Anything thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
