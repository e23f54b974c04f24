/**
 * Bytes of Modbus TCP, as far as one output needs them.
 * [AP] Modbus Application Protocol V1.1b3 · [TCP] Modbus Messaging on TCP/IP Implementation Guide V1.0b.
 */

/** Read or write of one coil ([AP] 6.1, 6.5) or one holding register ([AP] 6.3, 6.6). */
export type Request =
  | { readonly code: 1 | 3; readonly address: number }
  | { readonly code: 5; readonly address: number; readonly value: 0 | 1 }
  | { readonly code: 6; readonly address: number; readonly value: number };

/** The slave understood the frame and refuses the request ([AP] 7). */
export class ModbusException extends Error {
  override readonly name = "ModbusException";
  readonly code: number;

  constructor(code: number) {
    super(`the slave refuses with exception ${code} (${EXCEPTIONS[code] ?? "unknown"})`);
    this.code = code;
  }

  /** Asking again would give the same answer: the configuration and the slave disagree. */
  get permanent(): boolean {
    return this.code <= 3;
  }
}

const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: "illegal function",
  2: "illegal data address",
  3: "illegal data value",
  4: "server device failure",
  5: "acknowledge",
  6: "server device busy",
  8: "memory parity error",
  10: "gateway path unavailable",
  11: "gateway target failed to respond",
};

/** The bytes are no Modbus TCP, or no answer to what was asked. The stream cannot be trusted any further. */
export class ModbusProtocolError extends Error {
  override readonly name = "ModbusProtocolError";
}

/** Transaction id, protocol id, length; the unit id after it is counted by the length ([TCP] 3.1.3). */
const PREFIX = 6;
/** A PDU is at most 253 bytes ([AP] 4.1); with the unit id in front, 254. The shortest has a function code and one byte. */
const MAX_LENGTH = 254;
const MIN_LENGTH = 3;

const COIL_ON = 0xff00;

/** One request with its MBAP header: 12 bytes, every number big-endian ([AP] 4.2). */
export function encodeRequest(transaction: number, unit: number, request: Request): Buffer {
  const frame = Buffer.alloc(12);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(6, 4);
  frame.writeUInt8(unit, 6);
  frame.writeUInt8(request.code, 7);
  frame.writeUInt16BE(request.address, 8);
  frame.writeUInt16BE(operand(request), 10);
  return frame;
}

function operand(request: Request): number {
  if (request.code === 5) return request.value === 1 ? COIL_ON : 0;
  return request.code === 6 ? request.value : 1;
}

export interface Reply {
  readonly transaction: number;
  readonly unit: number;
  /** Function code and data. */
  readonly pdu: Buffer;
}

/** Cuts a TCP stream into replies. Holds at most one incomplete frame. */
export class ReplyReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Replies that `chunk` completes. Throws ModbusProtocolError: a stream that lost its framing cannot find it again. */
  *push(chunk: Buffer): Generator<Reply> {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = Buffer.alloc(0);
    while (bytes.length >= PREFIX) {
      const protocol = bytes.readUInt16BE(2);
      if (protocol !== 0) throw new ModbusProtocolError(`protocol id ${protocol} where Modbus has 0`);
      const length = bytes.readUInt16BE(4);
      if (length < MIN_LENGTH || length > MAX_LENGTH)
        throw new ModbusProtocolError(`length ${length} where a reply has ${MIN_LENGTH}-${MAX_LENGTH}`);
      if (bytes.length < PREFIX + length) break;
      yield {
        transaction: bytes.readUInt16BE(0),
        unit: bytes.readUInt8(6),
        pdu: bytes.subarray(PREFIX + 1, PREFIX + length),
      };
      bytes = bytes.subarray(PREFIX + length);
    }
    this.#rest = bytes;
  }
}

/**
 * The value of a coil (0 or 1) or register that a reply carries; of a write, the value that it echoes.
 * Throws ModbusException when the slave refuses, ModbusProtocolError when this cannot be the answer to `request`.
 */
export function decodeReply(request: Request, pdu: Buffer): number {
  const code = pdu.readUInt8(0);
  if (code === (request.code | 0x80) && pdu.length === 2) throw new ModbusException(pdu.readUInt8(1));
  if (code !== request.code) throw new ModbusProtocolError(`function ${code} in answer to function ${request.code}`);
  if (request.code === 5 || request.code === 6) {
    const expected = encodeRequest(0, 0, request).subarray(7);
    if (!pdu.equals(expected))
      throw new ModbusProtocolError(`the echo ${pdu.toString("hex")} differs from what was written`);
    return request.value;
  }
  const bytes = request.code === 1 ? 1 : 2;
  if (pdu.length !== 2 + bytes || pdu.readUInt8(1) !== bytes)
    throw new ModbusProtocolError(`${pdu.length - 2} data bytes where one value takes ${bytes}`);
  return request.code === 1 ? pdu.readUInt8(2) & 1 : pdu.readUInt16BE(2);
}
