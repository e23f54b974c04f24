/** Bytes that are no event of ours; the message says what is wrong with them. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}
