import { effect, signal } from "@preact/signals";
import { call, me } from "./api.ts";
import { isShelved, type Summary } from "./incident.ts";
import { onChange } from "./live.ts";
import { recall, remember } from "./memory.ts";
import { now } from "./now.ts";

/** Falls that nobody has acknowledged and nobody has put aside, newest first. */
export const falls = signal<readonly Summary[]>([]);

export const sound = signal(recall("sound", ["on", "off"], "on") === "on");
effect(() => remember("sound", sound.value ? "on" : "off"));

/** Browsers keep a page silent until somebody has touched it once; whoever relies on the sound must know. */
export const held = signal(false);

const known = new Set<string>();
let stop: (() => void) | undefined;

effect(() => {
  const ready = me.value && !me.value.mustChangePassword;
  if (!ready) {
    stop?.();
    stop = undefined;
    falls.value = [];
    known.clear();
  } else stop ??= follow();
});

function follow(): () => void {
  listen();
  let [busy, again] = [false, false];
  const look = async (): Promise<void> => {
    again = busy;
    if (busy) return;
    busy = true;
    // What cannot be read now is read at the next change or after the next reconnect.
    await read().catch(() => {});
    busy = false;
    if (again) void look();
  };
  void look();
  const stopHearing = onChange(["incident"], undefined, () => void look());
  const every = setInterval(() => (falls.peek().length > 0 ? chime() : undefined), REPEAT_MS);
  return () => {
    stopHearing();
    clearInterval(every);
  };
}

async function read(): Promise<void> {
  const { incidents } = await call("GET /api/incidents", { query: { state: "active", severity: "fall", limit: 100 } });
  const open = incidents.filter((one) => !isShelved(one, now.peek()));
  falls.value = open;
  if (open.some(({ id }) => !known.has(id))) chime();
  for (const { id } of open) known.add(id);
}

/** While a fall waits for somebody, the sound comes again. */
const REPEAT_MS = 20_000;
/** Hz and s: two tones that go down, heard through machine noise better than a high one. */
const TONES = [
  [880, 0],
  [660, 0.22],
  [880, 0.5],
  [660, 0.72],
] as const;
let audio: AudioContext | undefined;

function listen(): void {
  if (audio) return;
  const context = new AudioContext();
  audio = context;
  const see = () => {
    held.value = context.state !== "running";
  };
  context.onstatechange = see;
  see();
  for (const touch of ["pointerdown", "keydown"])
    addEventListener(touch, () => void (context.state === "running" || context.resume().catch(() => {})));
}

function chime(): void {
  if (!sound.peek() || audio?.state !== "running") return;
  for (const [hz, after] of TONES) {
    const at = audio.currentTime + after;
    const tone = new OscillatorNode(audio, { frequency: hz, type: "triangle" });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.5, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.21);
  }
}
