import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Assembler } from "../../../src/frames/rtsp/assembler.ts";
import { H264Payload } from "../../../src/frames/rtsp/h264.ts";
import { H265Payload } from "../../../src/frames/rtsp/h265.ts";
import { Reorder } from "../../../src/frames/rtsp/reorder.ts";
import { RtpPacket } from "../../../src/frames/rtsp/rtp.ts";
import { type PacketOptions, rtpPacket } from "../../fakes/rtp.ts";

const SETS = Buffer.from("00000001674200", "hex");
/** A picture's first slice, a later slice of it, and a parameter set. */
const FIRST = "4180";
const LATER = "4140";
const PARAMETERS = "68ce";

function assembler() {
  const units: { data: string; time: number; arrivedAt: number }[] = [];
  let damaged = 0;
  const own = new Assembler(
    { payload: new H264Payload(), payloadType: 96, parameterSets: SETS },
    {
      unit: (unit, time) => units.push({ data: unit.data.toString("hex"), time, arrivedAt: unit.arrivedAt }),
      damaged: () => {
        damaged += 1;
      },
    },
  );
  const packet = new RtpPacket();
  let arrivedAt = 0;
  return {
    units,
    get times() {
      return units.map(({ time }) => time);
    },
    get damaged() {
      return damaged;
    },
    push(payload: string, options: PacketOptions) {
      const bytes = rtpPacket(Buffer.from(payload, "hex"), options);
      arrivedAt += 1;
      if (packet.read(bytes, 0, bytes.length)) own.push(packet, arrivedAt);
    },
  };
}

describe("a picture", () => {
  it("is complete with its marker, at the arrival of that packet, behind the description's parameter sets", () => {
    const it = assembler();
    it.push(FIRST, { sequence: 1, timestamp: 100 });
    expect(it.units).toEqual([]);
    it.push(LATER, { sequence: 2, timestamp: 100, marker: true });
    expect(it.units).toEqual([{ data: "00000001674200" + "000000014180" + "000000014140", time: 0, arrivedAt: 2 }]);
    it.push(FIRST, { sequence: 3, timestamp: 6100, marker: true });
    expect(it.units[1]).toEqual({ data: "000000014180", time: 6000, arrivedAt: 3 });
  });

  it("without a marker is complete when one of another time begins", () => {
    const it = assembler();
    for (let k = 0; k < 3; k += 1) {
      it.push(FIRST, { sequence: 2 * k, timestamp: k * 6000 });
      it.push(LATER, { sequence: 2 * k + 1, timestamp: k * 6000 });
    }
    expect(it.times).toEqual([0, 6000]);
    expect(it.units[1]?.arrivedAt).toBe(4);
    expect(it.damaged).toBe(0);
  });

  it("takes along parameters that came with a marker or a time of their own", () => {
    const it = assembler();
    it.push(FIRST, { sequence: 0, timestamp: 0, marker: true });
    it.push(PARAMETERS, { sequence: 1, timestamp: 10, marker: true });
    it.push(FIRST, { sequence: 2, timestamp: 6000, marker: true });
    expect(it.units.slice(1)).toEqual([{ data: "0000000168ce" + "000000014180", time: 6000, arrivedAt: 3 }]);
  });

  it("is closed by time at a camera that marks every slice", () => {
    const it = assembler();
    for (let k = 0; k < 4; k += 1) {
      it.push(FIRST, { sequence: 2 * k, timestamp: k * 6000, marker: true });
      it.push(LATER, { sequence: 2 * k + 1, timestamp: k * 6000, marker: true });
    }
    // The first comes without its second half; the next two are whole; the last one is not over.
    expect(it.units.slice(1).map(({ data }) => data)).toEqual(["000000014180000000014140", "000000014180000000014140"]);
    expect(it.damaged).toBe(1);
  });

  it("that lost a packet in its midst is dropped and counted, and the next one comes", () => {
    const it = assembler();
    it.push(FIRST, { sequence: 1, timestamp: 0 });
    it.push(LATER, { sequence: 3, timestamp: 0, marker: true });
    it.push(FIRST, { sequence: 4, timestamp: 6000, marker: true });
    expect(it.times).toEqual([0]);
    expect(it.units[0]?.data).toBe("00000001674200000000014180");
    expect(it.damaged).toBe(1);
  });

  it("that lost its end is dropped, and the next one, which is whole, comes", () => {
    const it = assembler();
    it.push(FIRST, { sequence: 1, timestamp: 0, marker: true });
    it.push(FIRST, { sequence: 2, timestamp: 6000 });
    it.push(FIRST, { sequence: 4, timestamp: 12_000, marker: true });
    expect(it.times).toEqual([0, 12_000]);
    expect(it.damaged).toBe(1);
  });

  it("that lost its beginning is dropped", () => {
    const it = assembler();
    it.push(FIRST, { sequence: 1, timestamp: 0, marker: true });
    it.push(LATER, { sequence: 3, timestamp: 6000, marker: true });
    it.push(FIRST, { sequence: 4, timestamp: 12_000, marker: true });
    expect(it.times).toEqual([0, 12_000]);
    expect(it.damaged).toBe(1);
  });

  it("that was lost as a whole is counted", () => {
    const it = assembler();
    it.push(FIRST, { sequence: 65_535, timestamp: 0, marker: true });
    it.push(FIRST, { sequence: 1, timestamp: 12_000, marker: true });
    expect(it.times).toEqual([0, 12_000]);
    expect(it.damaged).toBe(1);
  });

  it("is not harmed by copies, latecomers and packets of other types", () => {
    const it = assembler();
    it.push(FIRST, { sequence: 10, timestamp: 0 });
    it.push(FIRST, { sequence: 10, timestamp: 0 });
    it.push("ffff", { sequence: 11, timestamp: 0, payloadType: 97 });
    it.push(LATER, { sequence: 5, timestamp: 0 });
    it.push(LATER, { sequence: 12, timestamp: 0, marker: true });
    expect(it.units).toHaveLength(1);
    expect(it.damaged).toBe(0);
  });

  it("comes again after the camera numbers its packets anew, or starts anew", () => {
    const it = assembler();
    it.push(FIRST, { sequence: 40_000, timestamp: 0, marker: true });
    for (let k = 0; k < 5; k += 1) it.push(FIRST, { sequence: 20_000 + k, timestamp: 6000 * (k + 1), marker: true });
    expect(it.times).toEqual([0, 18_000, 24_000, 30_000]);
    it.push(FIRST, { sequence: 7, timestamp: 36_000, marker: true, source: 2 });
    expect(it.times.at(-1)).toBe(36_000);
  });

  it("has a time that goes on rising when RTP's 32 bits are used up", () => {
    const it = assembler();
    it.push(FIRST, { sequence: 1, timestamp: 2 ** 32 - 1000, marker: true });
    it.push(FIRST, { sequence: 2, timestamp: 5000, marker: true });
    expect(it.times).toEqual([0, 6000]);
  });
});

describe("packets in any order and with any content", () => {
  it("never throw and never make a picture of less than a slice", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(H264Payload, H265Payload),
        fc.array(fc.record({ bytes: fc.uint8Array({ maxLength: 60 }), head: fc.boolean(), number: fc.nat(40) })),
        (Kind, parts) => {
          const own = new Assembler(
            { payload: new Kind(), payloadType: 96, parameterSets: Buffer.alloc(0) },
            { unit: (unit) => expect(unit.slices).toBeGreaterThan(0), damaged: () => {} },
          );
          const reorder = new Reorder((packet, arrivedAt) => own.push(packet, arrivedAt));
          parts.forEach(({ bytes, head, number }, k) => {
            const payload = Buffer.from(bytes);
            const options = { sequence: number, timestamp: number >> 2, marker: number % 3 === 0 };
            reorder.push(head ? rtpPacket(payload, options) : payload, k);
          });
        },
      ),
    );
  });
});

describe("UDP packets", () => {
  function ordered() {
    const out: number[] = [];
    const reorder = new Reorder((packet) => out.push(packet.sequence));
    const push = (sequence: number, at = 0) =>
      reorder.push(rtpPacket(Buffer.from("41"), { sequence, timestamp: 0 }), at);
    return { out, push };
  }

  it("that come in order pass at once", () => {
    const { out, push } = ordered();
    for (const sequence of [65_534, 65_535, 0, 1]) {
      push(sequence);
      expect(out.at(-1)).toBe(sequence);
    }
  });

  it("that come in another order are put into theirs", () => {
    const { out, push } = ordered();
    for (const sequence of [65_533, 0, 65_535, 65_535, 65_534, 1]) push(sequence);
    expect(out).toEqual([65_533, 65_534, 65_535, 0, 1]);
  });

  it("wait 50 ms for a missing one", () => {
    const { out, push } = ordered();
    push(1, 0);
    push(3, 10);
    push(4, 60);
    expect(out).toEqual([1]);
    push(5, 61);
    expect(out).toEqual([1, 3, 4, 5]);
  });

  it("wait for a missing one only until 32 others are there", () => {
    const { out, push } = ordered();
    push(1);
    for (let sequence = 3; sequence < 35; sequence += 1) push(sequence);
    expect(out).toEqual([1]);
    push(35);
    expect(out).toHaveLength(34);
  });
});
