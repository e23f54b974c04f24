import sharp from "sharp";
import type { AlarmStatus, DeviceView, News, Picture, Status, Verdict } from "../../src/api/device.ts";
import type { Person } from "../../src/vision/person.ts";

/** The device as the API sees it, with everything settable: a test puts it into the state it wants to see shown. */
export class FakeDevice implements DeviceView {
  current: Status = {
    device: { name: "hall-1", site: "plant-a", version: "0.1.0" },
    state: "armed",
    reason: "",
    now: Date.UTC(2026, 0, 5, 9, 30, 12),
    cameras: [
      {
        name: "press-line",
        state: "armed",
        reason: "",
        fps: 14.9,
        model: "spotter-eyes-512x288",
        frameAgeMs: 31,
        decisionMs: { p50: 38, p99: 61 },
        zones: [
          {
            name: "press",
            kind: "machine",
            polygon: [
              [0.08, 0.52],
              [0.62, 0.45],
              [0.94, 0.6],
              [0.9, 0.97],
              [0.1, 0.97],
            ],
            machine: "conveyor-1",
            enabled: true,
          },
        ],
      },
    ],
    machines: [{ name: "conveyor-1", state: "running", speed: 1, since: Date.UTC(2026, 0, 5, 6, 2) }],
    outputs: [
      { name: "stop-conveyor", kind: "modbus", state: "idle", ok: true, detail: "" },
      { name: "lamp", kind: "beacon", state: "idle", ok: true, detail: "" },
    ],
    alarms: [],
    cloud: { state: "connected", waiting: 0 },
  };
  seen: Person[] = [];
  shown: Picture | undefined;
  readonly calls: string[] = [];
  /** Widths of the pictures that were asked for. */
  readonly pictures: number[] = [];
  readonly #listeners = new Set<(news: News) => void>();

  status(): Status {
    return this.current;
  }

  picture(_camera: string, maxWidth: number): Picture | undefined {
    this.pictures.push(maxWidth);
    return this.shown;
  }

  people(): readonly Person[] {
    return this.seen;
  }

  acknowledge(id: string, who: string): Verdict {
    this.calls.push(`acknowledge ${id} by ${who}`);
    const alarm = this.#open(id);
    if (!alarm) return { ok: false, code: "unknown", reason: `there is no open alarm ${id}` };
    alarm.acknowledgedBy = who;
    this.#step(alarm, "acknowledged", `${who} took notice`);
    return { ok: true };
  }

  reset(id: string, who: string): Verdict {
    this.calls.push(`reset ${id} by ${who}`);
    const alarm = this.#open(id);
    if (!alarm) return { ok: false, code: "unknown", reason: `there is no open alarm ${id}` };
    if (alarm.resetRefused) return { ok: false, code: "refused", reason: alarm.resetRefused };
    alarm.open = false;
    this.#step(alarm, "cleared", `reset by ${who}`);
    for (const output of this.current.outputs) output.state = "idle";
    this.tell({ kind: "status" });
    return { ok: true };
  }

  enableZone(camera: string, zone: string, enabled: boolean): Verdict {
    this.calls.push(`zone ${camera}/${zone} ${enabled}`);
    const found = this.current.cameras[0]?.zones.find(({ name }) => name === zone);
    if (!found) return { ok: false, code: "unknown", reason: `camera ${camera} has no zone ${zone}` };
    found.enabled = enabled;
    return { ok: true };
  }

  async metrics(): Promise<string> {
    return "# HELP spotter_frames_in_total Frames that the source delivered.\nspotter_frames_in_total 7\n";
  }

  subscribe(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  tell(news: News): void {
    for (const listener of this.#listeners) listener(news);
  }

  /** A person falls beside the machine: the machine stops, an alarm stands. */
  fall(resetRefused: string | null = null): void {
    const at = this.current.now;
    const outputs = [
      ["stop-conveyor", "confirmed", 0.9, 4.2],
      ["lamp", "commanded", 0.4, null],
    ] as const;
    this.current.alarms.unshift({
      id: "r1-7",
      camera: "press-line",
      zone: "press",
      machine: "conveyor-1",
      track: 7,
      stage: "confirmed",
      tier: 2,
      open: true,
      acknowledgedBy: null,
      resetRefused,
      steps: [
        {
          kind: "suspected",
          at,
          decisionMs: 41.3,
          score: 0.91,
          why: "torso 78° from upright, hip fell 1.4 picture heights per second; 4 of 5 frames voted",
          receipts: [
            {
              actuator: "lamp",
              state: "active",
              outcome: "commanded",
              writtenMs: 0.3,
              confirmedMs: null,
              detail: "",
            },
          ],
        },
        {
          kind: "confirmed",
          at: at + 1130,
          decisionMs: 39.8,
          score: 0.97,
          why: "still lying 1.1 s after the fall; 11 of 12 frames voted",
          receipts: outputs.map(([actuator, outcome, writtenMs, confirmedMs]) => ({
            actuator,
            state: "active" as const,
            outcome,
            writtenMs,
            confirmedMs,
            detail: "",
          })),
        },
      ],
    });
    for (const output of this.current.outputs) output.state = "active";
    this.current.machines = [{ name: "conveyor-1", state: "stopped", speed: 0, since: at + 1500 }];
    this.tell({ kind: "status" });
  }

  #open(id: string): AlarmStatus | undefined {
    return this.current.alarms.find((alarm) => alarm.id === id && alarm.open);
  }

  #step(alarm: AlarmStatus, kind: "acknowledged" | "cleared", why: string): void {
    alarm.stage = kind;
    alarm.steps.push({ kind, at: this.current.now, decisionMs: null, score: 0, why, receipts: [] });
    this.tell({ kind: "status" });
  }
}

/** A grey hall with a floor, 640 x 360; `sequence` and age as told. */
export async function picture(sequence: number, ageMs: number): Promise<Picture> {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"><rect width="640" height="360" fill="#9aa5a8"/>' +
    '<rect y="190" width="640" height="170" fill="#7d7a72"/><rect x="380" y="120" width="200" height="110" fill="#2f6d8a"/>' +
    '<rect x="20" y="60" width="70" height="150" fill="#b8a06a"/></svg>';
  const { data, info } = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, sequence, ageMs };
}

/** Upright at x (0-1), or lying there. */
export function person(track: number, x: number, lies: boolean): Person {
  const upright: [number, number][] = [
    [0, 0.02],
    [0.01, 0],
    [-0.01, 0],
    [0.02, 0.01],
    [-0.02, 0.01],
    [0.03, 0.1],
    [-0.03, 0.1],
    [0.04, 0.2],
    [-0.04, 0.2],
    [0.045, 0.29],
    [-0.045, 0.29],
    [0.02, 0.28],
    [-0.02, 0.28],
    [0.022, 0.42],
    [-0.022, 0.42],
    [0.024, 0.55],
    [-0.024, 0.55],
  ];
  const keypoints = upright.flatMap(([dx, dy]) =>
    lies ? [x + dy * 0.55, 0.82 + dx * 1.2, 0.9] : [x + dx, 0.3 + dy, 0.9],
  );
  return {
    track,
    box: lies ? { x1: x - 0.02, y1: 0.75, x2: x + 0.33, y2: 0.89 } : { x1: x - 0.06, y1: 0.27, x2: x + 0.06, y2: 0.87 },
    keypoints: Float32Array.from(keypoints),
    score: 0.9,
    lying: lies ? 0.95 : 0.02,
    posture: lies
      ? { fall: 0.2, fallen: 0.75, upright: 0.02, low: 0.03 }
      : { fall: 0.01, fallen: 0, upright: 0.96, low: 0.03 },
    coasting: false,
    since: 0,
    seen: 40,
    torsoAngle: lies ? 82 : 4,
    dropSpeed: 0,
  };
}
