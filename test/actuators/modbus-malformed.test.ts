import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Actuator } from "../../src/actuators/actuator.ts";
import {
  decodeReply,
  encodeRequest,
  ModbusException,
  ModbusProtocolError,
  ReplyReader,
  type Request,
} from "../../src/actuators/modbus-codec.ts";
import { type ModbusSession, openModbus } from "../../src/actuators/modbus-session.ts";
import { openActuator } from "../../src/actuators/open.ts";
import { honest, RogueSlave } from "../fakes/modbus-slave.ts";
import { AMPLE_MS, command, configured, deps } from "./command.ts";

const fixed = { seed: 20, numRuns: 1000 };
const request: fc.Arbitrary<Request> = fc.oneof(
  fc.record({ code: fc.constantFrom(1 as const, 3 as const), address: fc.nat(65535) }),
  fc.record({ code: fc.constant(5 as const), address: fc.nat(65535), value: fc.constantFrom(0 as const, 1 as const) }),
  fc.record({ code: fc.constant(6 as const), address: fc.nat(65535), value: fc.nat(65535) }),
);

describe("the Modbus codec", () => {
  it.each([
    [{ code: 1, address: 0x13 } as const, "0007 0000 0006 11 01 0013 0001"],
    [{ code: 3, address: 0x6b } as const, "0007 0000 0006 11 03 006b 0001"],
    [{ code: 5, address: 0xac, value: 1 } as const, "0007 0000 0006 11 05 00ac ff00"],
    [{ code: 6, address: 1, value: 3 } as const, "0007 0000 0006 11 06 0001 0003"],
  ])("encodes %j as the specification's examples do", (asked, bytes) => {
    expect(encodeRequest(7, 0x11, asked).toString("hex")).toBe(bytes.replaceAll(" ", ""));
  });

  it("reads what an honest slave answers, however TCP cuts it", () => {
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 5 }),
        fc.nat(1),
        fc.integer({ min: 1, max: 30 }),
        (asked, value, cut) => {
          const stream = Buffer.concat(asked.map((one, i) => honest(encodeRequest(i, 9, one), value)));
          const reader = new ReplyReader();
          const replies = [];
          for (let at = 0; at < stream.length; at += cut) replies.push(...reader.push(stream.subarray(at, at + cut)));
          const values = replies.map(({ pdu }, i) => decodeReply(asked[i]!, pdu));
          expect(replies.map(({ transaction }) => transaction)).toEqual(asked.map((_, i) => i));
          expect(values).toEqual(asked.map((one) => ("value" in one ? one.value : value)));
        },
      ),
      fixed,
    );
  });

  it("answers any bytes with a value or one of its two errors, and never takes a reply for a write that it is not", () => {
    fc.assert(
      fc.property(request, fc.uint8Array({ minLength: 2, maxLength: 253 }), (asked, bytes) => {
        const pdu = Buffer.from(bytes);
        try {
          decodeReply(asked, pdu);
          if (asked.code >= 5) expect(pdu).toEqual(encodeRequest(0, 0, asked).subarray(7));
        } catch (error) {
          if (!(error instanceof ModbusException || error instanceof ModbusProtocolError)) throw error;
        }
      }),
      fixed,
    );
  });
});

/** Bytes that are nearly an answer: an honest one with something wrong, cut short, or noise. */
const malformed = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at: fc.nat(11), to: fc.nat(255) }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat(11), to: fc.nat(255) }),
  fc.record({ kind: fc.constant("noise" as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }) }),
);

function spoil(asked: Buffer, how: typeof malformed extends fc.Arbitrary<infer T> ? T : never): Buffer {
  if (how.kind === "noise") return Buffer.from(how.bytes);
  const reply = honest(asked, 1);
  if (how.kind === "cut") return reply.subarray(0, how.at % reply.length);
  reply[how.at % reply.length] = how.to;
  return reply;
}

describe("a thousand malformed packets", () => {
  let slave: RogueSlave;
  let actuator: Actuator | undefined;
  beforeEach(async () => {
    slave = await RogueSlave.start();
  });
  afterEach(async () => {
    await actuator?.close();
    await slave.close();
  });

  it("each leave a session that has answered, or that ended with a reason", async () => {
    let spoilt = 0;
    await fc.assert(
      fc.asyncProperty(request, malformed, async (asked, how) => {
        slave.answer = (frame) => spoil(frame, how);
        const session: ModbusSession = await openModbus("127.0.0.1", slave.port, 1, AbortSignal.timeout(AMPLE_MS));
        // What is incomplete keeps a session waiting: the slave's hanging up ends that here, as the time limit would.
        const answered = session.request(asked);
        slave.hangUpSoon();
        const outcome = await answered.then(
          (value) => value,
          (error: Error) => error,
        );
        if (outcome instanceof Error) expect(outcome.message).not.toBe("");
        else expect(outcome).toBeGreaterThanOrEqual(0);
        session.end(new Error("enough"));
        expect((await session.ended).message).not.toBe("");
        spoilt += 1;
      }),
      fixed,
    );
    expect(spoilt).toBe(1000);
  });

  it("do not keep the client from an honest slave afterwards", async () => {
    const packets = fc.sample(malformed, { seed: 21, numRuns: 20 });
    slave.answer = (frame) => {
      const how = packets.pop();
      return how === undefined ? honest(frame, 1) : spoil(frame, how);
    };
    const modbus = { kind: "modbus", host: "127.0.0.1", port: slave.port, address: 0 };
    actuator = await openActuator(configured({ ...modbus, deadlineMs: AMPLE_MS * 2 }), deps);
    actuator.start();
    expect(await actuator.apply(command("active", AMPLE_MS * 2))).toMatchObject({ outcome: "confirmed" });
  });
});
