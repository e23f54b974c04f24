import type { Answer } from "../../api/contract.ts";
import { charts } from "../charts/words.ts";

export type Figures = Answer<"GET /api/analytics">;
export type Count = Figures["hours"][number];

/** `2 falls, 1 near miss`. */
export function counted({ falls, nearMisses }: Count): string {
  const { falls: fallsOf, nearMisses: nearMissesOf } = charts();
  return `${fallsOf(falls)}, ${nearMissesOf(nearMisses)}`;
}
