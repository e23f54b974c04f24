import { CameraAlarm } from "../src/alarm/alarm.ts";
import { type AlarmConfig, alarmSchema, cameraSchema } from "../src/config/schema.ts";
import { UsageError } from "../src/lib/failure.ts";
import { type Clip, readFootage } from "./footage.ts";
import { judge, type Summary, summarise } from "./judge.ts";
import { loadObservations, type Observation } from "./observations.ts";

export interface TuneOptions {
  footage: string;
  observations: string;
  /** Cost of a missed fall in units of the cost of a false stop. */
  cost: number;
  use: string;
  trials: number;
}

interface Seen {
  clip: Clip;
  frames: Observation[];
}

interface Trial {
  config: AlarmConfig;
  tier1: Summary;
  tier2: Summary;
  cost: number;
}

/**
 * `bench tune`: tries thresholds and votes on what `bench accuracy --observations` saw in the clips of one use, and prints the best by the cost
 * of a missed fall against that of a false alarm, with the curve around it.
 */
export function tune({ footage, observations, cost, use, trials }: TuneOptions): void {
  const clips = readFootage(footage).filter((clip) => clip.use === use);
  const seen: Seen[] = [];
  for (const clip of clips) {
    const frames = loadObservations(observations, clip.file);
    if (frames) seen.push({ clip, frames });
  }
  if (seen.length === 0)
    throw new UsageError(
      `--observations ${observations}: holds no clip of use ${use}; run bench accuracy --observations first`,
    );
  const random = generator(1);
  const start = alarmSchema.parse({});
  let best = run(start, seen, cost);
  print("as configured", best);
  for (let trial = 0; trial < trials; trial += 1) {
    const next = run(mutate(best.config, random), seen, cost);
    if (next.cost > best.cost || (next.cost === best.cost && random() < 0.5)) continue;
    const better = next.cost < best.cost;
    best = next;
    if (better) print(`trial ${trial}`, best);
  }
  process.stdout.write(`\n${JSON.stringify(best.config, null, 1)}\n`);
  process.stdout.write("\nscore of tier 1   recall %  precision %  false alarms/h\n");
  for (const score of [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) {
    const { tier1 } = run({ ...best.config, tier1: { ...best.config.tier1, score } }, seen, cost);
    process.stdout.write(
      `${score.toFixed(1).padStart(15)}  ${percent(tier1.recall)}  ${percent(tier1.precision)}  ${tier1.falsePerHour.toFixed(0).padStart(8)}\n`,
    );
  }
}

const percent = (share: number): string => (share * 100).toFixed(0).padStart(9);

function print(name: string, { tier1, tier2, cost }: Trial): void {
  const text = (s: Summary) =>
    `recall ${percent(s.recall).trim()} precision ${percent(s.precision).trim()} F1 ${percent(s.f1).trim()} false/h ${s.falsePerHour.toFixed(0)} delay ${s.delayS.toFixed(2)}`;
  process.stdout.write(
    `${name.padEnd(14)} cost ${cost.toFixed(1).padStart(6)}   tier 1: ${text(tier1)}   tier 2: ${text(tier2)}\n`,
  );
}

function run(config: AlarmConfig, seen: readonly Seen[], cost: number): Trial {
  const verdicts = seen.map(({ clip, frames }) => {
    const alarm = new CameraAlarm(cameraSchema.parse({ name: "clip", url: "file:///clip" }), config);
    const tier1: number[] = [];
    const tier2: number[] = [];
    for (const { at, people } of frames) {
      for (const { kind } of alarm.decide(people, { at, wallTime: at })) {
        if (kind === "suspected" || kind === "down") tier1.push(at / 1000);
        if (kind === "confirmed" || kind === "down") tier2.push(at / 1000);
      }
    }
    return { seconds: clip.seconds, tier1: judge(clip.falls, tier1), tier2: judge(clip.falls, tier2) };
  });
  const of = (tier: "tier1" | "tier2") => summarise(verdicts.map((v) => ({ verdict: v[tier], seconds: v.seconds })));
  const [tier1, tier2] = [of("tier1"), of("tier2")];
  const missed = (s: Summary) => s.falls * (1 - s.recall);
  // Delay breaks ties: a tenth of a second over all falls weighs as much as a tenth of a false alarm.
  const total =
    cost * (missed(tier1) + missed(tier2)) +
    0.5 * tier1.falseAlarms +
    tier2.falseAlarms +
    Math.max(0, tier1.delayS || 0) +
    0.5 * Math.max(0, tier2.delayS || 0);
  return { config, tier1, tier2, cost: total };
}

/** A neighbour of `config`: one or two settings changed. */
function mutate(config: AlarmConfig, random: () => number): AlarmConfig {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const next = structuredClone(config);
  for (let change = 0; change < 1 + Math.floor(random() * 2); change += 1) {
    switch (pick(["score1", "votes1", "score2", "votes2", "confirm", "recover", "down", "trust", "stood"])) {
      case "score1":
        next.tier1.score = pick([0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9]);
        break;
      case "votes1":
        next.tier1.asked = pick([3, 4, 5, 6, 8, 10]);
        next.tier1.needed = Math.min(next.tier1.asked, pick([2, 3, 4, 5, 6, 8]));
        break;
      case "score2":
        next.tier2.score = pick([0.3, 0.4, 0.5, 0.6, 0.7, 0.8]);
        break;
      case "votes2":
        next.tier2.asked = pick([6, 8, 10, 12, 15]);
        next.tier2.needed = Math.min(next.tier2.asked, pick([3, 4, 5, 6, 8, 10]));
        break;
      case "confirm":
        next.confirmAfterS = pick([0.4, 0.6, 0.8, 1, 1.2, 1.5]);
        break;
      case "recover":
        next.recoverWithinS = pick([2, 3, 4, 5]);
        break;
      case "down":
        next.down.minScore = pick([0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75]);
        break;
      case "trust":
        next.minScore = pick([0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6]);
        break;
      case "stood":
        next.stoodBefore = pick([0, 1, 2, 3, 5, 8]);
        break;
    }
  }
  return next;
}

/** Mulberry32: the same numbers every time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
