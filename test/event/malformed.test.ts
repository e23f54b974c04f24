import fc from "fast-check";
import { expect, it } from "vitest";
import { fallingBody } from "../../bench/sizes.ts";
import { decode } from "../../src/event/decode.ts";
import { encode } from "../../src/event/encode.ts";
import { DecodeError } from "../../src/event/errors.ts";
import { event, fallChange } from "./samples.ts";

/** Bytes of a true event with pieces overwritten, cut out or put in, or no event at all. */
const packets = (() => {
  const sound = encode(event(fallChange({ skeleton: fallingBody() })));
  const edits = fc.array(
    fc.record({ at: fc.nat(sound.length), remove: fc.nat(40), insert: fc.uint8Array({ maxLength: 12 }) }),
    { minLength: 1, maxLength: 6 },
  );
  const damaged = edits.map((list) => {
    let bytes = sound;
    for (const { at, remove, insert } of list)
      bytes = Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove)]);
    return bytes;
  });
  return fc.oneof({ weight: 3, arbitrary: damaged }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) });
})();

it("a thousand malformed packets give an event or a DecodeError, nothing else", () => {
  let refused = 0;
  fc.assert(
    fc.property(packets, (bytes) => {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
        expect((error as Error).message).toMatch(/^[a-z_.]+: .+/);
        refused += 1;
      }
    }),
    { numRuns: 1_000, seed: 20261121 },
  );
  expect(refused).toBeGreaterThan(500);
});
