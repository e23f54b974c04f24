import type { Mishap } from "./mishap.ts";
import { type ClipResult, summaries, type TierName } from "./result.ts";

const percent = (share: number): string => (Number.isNaN(share) ? "-" : `${Math.round(share * 100)}`);
const range = ([low, high]: [number, number]): string => `${percent(low)}-${percent(high)}`;

/** Both tiers as tables, one line per source, use and in total. */
export function tables(results: readonly ClipResult[]): string {
  const all = summaries(results);
  const lines: string[] = [];
  for (const tier of ["tier1", "tier2"] as const) {
    lines.push("", tier);
    lines.push("source        clips falls  recall % (95 %)  precision % (95 %)  F1 %  delay s  false/h without falls");
    for (const [name, s] of Object.entries(all[tier]))
      lines.push(
        [
          name.padEnd(13),
          String(s.clips).padStart(5),
          String(s.falls).padStart(5),
          `${percent(s.recall)} (${range(s.recall95)})`.padStart(16),
          `${percent(s.precision)} (${range(s.precision95)})`.padStart(19),
          percent(s.f1).padStart(5),
          (Number.isNaN(s.delayS) ? "-" : s.delayS.toFixed(2)).padStart(8),
          (Number.isNaN(s.falsePerHour) ? "-" : s.falsePerHour.toFixed(0)).padStart(8),
        ].join(" "),
      );
  }
  return `${lines.join("\n")}\n`;
}

/** One line for a mishap: what, in which clip and tier, when, and the measured reason. */
export function mishapLine(file: string, { kind, tiers, at, why }: Mishap): string {
  return `${kind.padEnd(11)}  ${tiersOf(tiers).padEnd(8)}  ${file}  ${at.toFixed(2)} s  ${why}\n`;
}

export function tiersOf(tiers: readonly TierName[]): string {
  return `tier ${tiers.map((tier) => tier.slice(-1)).join("+")}`;
}
