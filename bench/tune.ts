import { type AlarmConfig, alarmSchema } from "../src/config/schema.ts";
import { UsageError } from "../src/lib/failure.ts";
import { choose, costOf, type Seen } from "./choose.ts";
import { readFootage } from "./footage.ts";
import { type Summary, summarise } from "./judge.ts";
import { materialWithout } from "./leave-one-out.ts";
import { demandKept, readKept, sourcesOf } from "./material.ts";
import { rejudge } from "./rejudge.ts";
import { resultOf, type TierName } from "./result.ts";

export interface TuneOptions {
  footage: string;
  observations: string;
  /** A missed fall in a hundred costs as much as so many false alarms per hour. */
  cost: number;
  starts: number;
  /** A source of which nothing is used; it is judged in the end. */
  leaveOut?: string;
}

/**
 * `bench tune`: chooses thresholds by what `bench accuracy --observations` saw in the `use: train` clips, and prints what they
 * bring beside the defaults, the settings, and the curve of tier 1's score.
 */
export function tune({ footage, observations, cost, starts, leaveOut }: TuneOptions): void {
  const clips = readFootage(footage);
  const sources = sourcesOf(clips);
  if (leaveOut !== undefined && !sources.includes(leaveOut))
    throw new UsageError(`--leave-out ${leaveOut}: the footage has ${sources.join(", ")}`);
  const read = readKept(clips, { folder: observations, without: {} });
  const material = materialWithout(leaveOut ?? "", sources, read);
  demandKept(material, "--observations", observations);
  const base = alarmSchema.parse({});
  const { config, optimum, falls, clips: count } = choose(material, { base, cost, starts });
  const print = (name: string, settings: AlarmConfig, seen: readonly (readonly Seen[])[]) =>
    process.stdout.write(
      `${name.padEnd(24)} cost ${costOf(seen, settings, cost).toFixed(0).padStart(4)}   ${told(seen.flat(), settings)}\n`,
    );
  process.stdout.write(
    `${falls} falls in ${count} clips to choose by${leaveOut ? `, none of ${leaveOut}` : ""}; ${optimum.asked} settings tried\n\n`,
  );
  print("as configured", base, material);
  print("chosen", config, material);
  if (leaveOut !== undefined) {
    const own = [read(leaveOut, leaveOut)];
    print(`${leaveOut}, as configured`, base, own);
    print(`${leaveOut}, chosen`, config, own);
  }
  process.stdout.write(`\n${JSON.stringify(config, null, 1)}\n`);
  process.stdout.write("\nscore of tier 1   recall %  precision %  false alarms/h\n");
  for (const score of [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) {
    const { tier1 } = judged(material.flat(), { ...config, tier1: { ...config.tier1, score } });
    process.stdout.write(
      `${score.toFixed(1).padStart(15)}  ${percent(tier1.recall)}  ${percent(tier1.precision)}  ${tier1.falsePerHour.toFixed(0).padStart(8)}\n`,
    );
  }
}

const percent = (share: number): string => (share * 100).toFixed(0).padStart(9);

function told(seen: readonly Seen[], config: AlarmConfig): string {
  const { tier1, tier2 } = judged(seen, config);
  const text = (s: Summary) =>
    `recall ${percent(s.recall).trim()} precision ${percent(s.precision).trim()} F1 ${percent(s.f1).trim()} false/h ${s.falsePerHour.toFixed(0)} delay ${s.delayS.toFixed(2)}`;
  return `tier 1: ${text(tier1)}   tier 2: ${text(tier2)}`;
}

function judged(seen: readonly Seen[], config: AlarmConfig): Record<TierName, Summary> {
  const results = seen.map(({ clip, frames }) => resultOf(clip, config, rejudge(frames, config)));
  const of = (tier: TierName) =>
    summarise(results.map(({ clip, verdicts }) => ({ verdict: verdicts[tier], seconds: clip.seconds })));
  return { tier1: of("tier1"), tier2: of("tier2") };
}
