import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { H264Payload } from "../../../src/frames/rtsp/h264.ts";
import { H265Payload } from "../../../src/frames/rtsp/h265.ts";
import type { Payload } from "../../../src/frames/rtsp/payload.ts";
import { AccessUnit, LONGEST_UNIT } from "../../../src/frames/rtsp/unit.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

/** What the payloads make of an empty unit. */
function read(payload: Payload, ...packets: string[]) {
  const unit = new AccessUnit();
  const accepted = packets.map(bytes).map((packet) => payload.append(unit, packet, 0, packet.length));
  const { slices, whole, key } = unit;
  return { accepted: accepted.every(Boolean), data: unit.data.toString("hex"), slices, whole, key };
}

describe("H.264 in RTP", () => {
  it("takes a single NAL unit as it is (RFC 6184 section 5.6)", () => {
    expect(read(new H264Payload(), "41 9a 01 02")).toEqual({
      accepted: true,
      data: "00000001419a0102",
      slices: 1,
      whole: true,
      key: false,
    });
  });

  it("takes the units of a STAP-A apart (section 5.7.1, figure 7)", () => {
    expect(read(new H264Payload(), "78 0003 67 42 00 0002 68 ce 0004 65 88 84 00")).toEqual({
      accepted: true,
      data: "00000001674200" + "0000000168ce" + "0000000165888400",
      slices: 1,
      whole: true,
      key: true,
    });
  });

  it("joins the fragments of an FU-A and gives the unit its own header back (section 5.8, figure 14)", () => {
    expect(read(new H264Payload(), "7c 85 88 84 11", "7c 05 22", "7c 45 33")).toEqual({
      accepted: true,
      data: "00000001" + "65" + "888411" + "22" + "33",
      slices: 1,
      whole: true,
      key: true,
    });
  });

  it("sees that a slice is not its picture's first", () => {
    expect(read(new H264Payload(), "41 40 00")).toMatchObject({ slices: 1, whole: false });
    expect(read(new H264Payload(), "7c 81 40 00")).toMatchObject({ slices: 1, whole: false });
  });

  it.each([
    ["nothing", ""],
    ["a fragment without its beginning", "7c 05 22"],
    ["an FU-A of one byte", "7c"],
    ["a STAP-A whose unit is longer than it", "78 0009 67"],
    ["a STAP-A with half a length", "78 00"],
    ["the interleaved mode", "79 00 00 00 02 67 42"],
  ])("refuses %s", (_, packet) => {
    expect(read(new H264Payload(), packet).accepted).toBe(false);
  });

  it("does not continue a fragment after packets were lost", () => {
    const payload = new H264Payload();
    expect(read(payload, "7c 85 88").accepted).toBe(true);
    payload.interrupt();
    expect(read(payload, "7c 45 33").accepted).toBe(false);
  });
});

describe("H.265 in RTP", () => {
  it("takes a single NAL unit as it is (RFC 7798 section 4.4.1)", () => {
    expect(read(new H265Payload(), "02 01 d0 11")).toEqual({
      accepted: true,
      data: "000000010201d011",
      slices: 1,
      whole: true,
      key: false,
    });
  });

  it("takes the units of an AP apart (section 4.4.2)", () => {
    expect(read(new H265Payload(), "60 01 0003 40 01 0c 0003 42 01 01 0004 26 01 af 11")).toEqual({
      accepted: true,
      data: "0000000140010c" + "00000001420101" + "000000012601af11",
      slices: 1,
      whole: true,
      key: true,
    });
  });

  it("joins the fragments of an FU and gives the unit its own header back (section 4.4.3)", () => {
    expect(read(new H265Payload(), "62 01 93 af 11", "62 01 13 22", "62 01 53 33")).toEqual({
      accepted: true,
      data: "00000001" + "2601" + "af11" + "22" + "33",
      slices: 1,
      whole: true,
      key: true,
    });
  });

  it.each([
    ["half a header", "02"],
    ["a fragment without its beginning", "62 01 13 22"],
    ["an FU of two bytes", "62 01"],
    ["an AP whose unit is longer than it", "60 01 0009 40 01"],
    ["an AP with a unit of one byte", "60 01 0001 40"],
  ])("refuses %s", (_, packet) => {
    expect(read(new H265Payload(), packet).accepted).toBe(false);
  });
});

describe("any payload", () => {
  it("is taken or refused, and never makes a unit longer than 8 MiB or than what came", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(H264Payload, H265Payload),
        fc.array(fc.uint8Array({ maxLength: 200 })),
        (Kind, parts) => {
          const payload = new Kind();
          const unit = new AccessUnit();
          let sent = 0;
          for (const part of parts) {
            payload.append(unit, Buffer.from(part), 0, part.length);
            sent += part.length;
          }
          // A payload of one byte stands behind four bytes of start code.
          expect(unit.length).toBeLessThanOrEqual(sent * 5);
        },
      ),
    );
  });

  it("beyond 8 MiB damages the unit, which grows no further", () => {
    const unit = new AccessUnit();
    const payload = new H264Payload();
    const packet = Buffer.alloc(60_000, 0x41);
    for (let k = 0; k < 200; k += 1) payload.append(unit, packet, 0, packet.length);
    expect(unit.damaged).toBe(true);
    expect(unit.length).toBeLessThanOrEqual(LONGEST_UNIT);
    unit.clear();
    payload.append(unit, packet, 0, packet.length);
    expect(unit).toMatchObject({ damaged: false, length: 60_004 });
  });
});
