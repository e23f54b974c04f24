import { describe, expect, it } from "vitest";
import { IdMaker, idBytes, idText } from "../../src/event/id.ts";

describe("event ids", () => {
  it("hold time, version and variant where RFC 9562 section 5.7 puts them", () => {
    // The example of RFC 9562 appendix A.6 and its time.
    const id = new IdMaker((bytes) => bytes.fill(0xff)).next(0x017f22e279b0);
    expect(id).toBe("017f22e2-79b0-77ff-bfff-ffffffffffff");
  });

  it("rise, also within one millisecond, past its counter, and when the clock is set back", () => {
    const maker = new IdMaker();
    const ids = [
      ...Array.from({ length: 10_000 }, () => maker.next(1_000)),
      ...Array.from({ length: 10 }, () => maker.next(500)),
      maker.next(2_000),
    ];
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  it("are 16 bytes on the wire and text elsewhere", () => {
    const id = new IdMaker().next(Date.UTC(2026, 5, 1));
    expect(idText(idBytes(id))).toBe(id);
    expect(() => idBytes("press-3-1")).toThrow(/"press-3-1" is no UUID/);
  });
});
