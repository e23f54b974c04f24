import { EventEmitter, once } from "node:events";
import { ServerTCP } from "modbus-serial";
import { Conveyor, type ConveyorPhase } from "./conveyor.ts";
import { freePort } from "./free-port.ts";

/** Addresses in the PLC. Coils 0 and 1 can be written; the rest is for reading only. */
export const PLC_MAP = {
  /** Coil: 1 requests a stop (energise-to-trip). */
  stopRequest: 0,
  /** Coil: the beacon at the machine. */
  beacon: 1,
  /** Coil: life bit, turns over with every scan second; a client that sees it stand still knows that the PLC is dead. */
  life: 2,
  /** Holding register: belt speed, mm/s. */
  speed: 0,
} as const;

export interface PlcState {
  readonly phase: ConveyorPhase;
  readonly running: boolean;
  /** mm/s. */
  readonly speed: number;
  readonly stopRequested: boolean;
  readonly beacon: boolean;
}

export interface Plc {
  readonly port: number;
  readonly url: string;
  state(): PlcState;
  /** Hears the state whenever something in it changes. */
  on(event: "change", listener: (state: PlcState) => void): void;
  /** The reset button at the machine; false when refused. Never starts anything. */
  reset(): boolean;
  /** The start button at the machine; false when refused. */
  restart(): boolean;
  close(): Promise<void>;
}

const SCAN_MS = 20;
const SCANS_PER_LIFE = 50;
/** Exception 2, illegal data address (Modbus Application Protocol V1.1b3, 7). */
const ILLEGAL_ADDRESS = Object.assign(new Error("illegal data address"), { modbusErrorCode: 2 });

/**
 * A simulated PLC with a running conveyor, as a Modbus TCP slave on loopback. Port 0 picks a free one. Rejects when the
 * port is taken.
 */
export async function startPlc({ port: wanted = 0 }: { port?: number } = {}): Promise<Plc> {
  const port = wanted === 0 ? await freePort() : wanted;
  const conveyor = new Conveyor();
  const events = new EventEmitter<{ change: [PlcState] }>();
  let beacon = false;
  let scans = 0;

  const state = (): PlcState => ({
    phase: conveyor.phase,
    running: conveyor.phase === "running",
    speed: Math.round(conveyor.speed),
    stopRequested: conveyor.stopRequested,
    beacon,
  });
  let told = JSON.stringify(state());
  const tell = (): void => {
    const now = state();
    const text = JSON.stringify(now);
    if (text === told) return;
    told = text;
    events.emit("change", now);
  };
  const coils: Record<number, () => boolean> = {
    [PLC_MAP.stopRequest]: () => conveyor.stopRequested,
    [PLC_MAP.beacon]: () => beacon,
    [PLC_MAP.life]: () => Math.floor(scans / SCANS_PER_LIFE) % 2 === 1,
  };

  const server = new ServerTCP(
    {
      // Async, so that what is thrown becomes an exception reply.
      getCoil: async (address: number) => {
        const coil = coils[address];
        if (coil === undefined) throw ILLEGAL_ADDRESS;
        return coil();
      },
      setCoil: async (address: number, value: boolean) => {
        if (address === PLC_MAP.stopRequest) conveyor.request(value);
        else if (address === PLC_MAP.beacon) beacon = value;
        else throw ILLEGAL_ADDRESS;
        tell();
      },
      getHoldingRegister: async (address: number) => {
        if (address !== PLC_MAP.speed) throw ILLEGAL_ADDRESS;
        return Math.round(conveyor.speed);
      },
    },
    { host: "127.0.0.1", port },
  );
  server.on("socketError", () => {});
  await Promise.race([
    once(server, "initialized"),
    once(server, "serverError").then(([error]) => Promise.reject(error)),
  ]);

  let last = performance.now();
  const scan = setInterval(() => {
    const now = performance.now();
    conveyor.move(now - last);
    last = now;
    scans += 1;
    tell();
  }, SCAN_MS);

  const press = (button: () => boolean): boolean => {
    const done = button();
    tell();
    return done;
  };
  return {
    port,
    url: `modbus://127.0.0.1:${port}`,
    state,
    on: (event, listener) => void events.on(event, listener),
    reset: () => press(() => conveyor.reset()),
    restart: () => press(() => conveyor.restart()),
    close: async () => {
      clearInterval(scan);
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
