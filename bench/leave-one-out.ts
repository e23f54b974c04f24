import { type Choice, type ChooseOptions, choose, type Seen } from "./choose.ts";
import type { Observation } from "./observations.ts";
import { rejudge } from "./rejudge.ts";
import { type ClipResult, resultOf } from "./result.ts";

export interface Fold {
  /** The source that is judged, and from which nothing was chosen. */
  source: string;
  choice: Choice;
  judged: { result: ClipResult; frames: Observation[] }[];
}

/** What was seen in the clips of `source`, by the models that the fold without `leftOut` uses. */
export type Read = (source: string, leftOut: string) => readonly Seen[];

/** What settings for `leftOut` may be chosen by: the \`use: train\` clips of every other source. Nothing of \`leftOut\` is read. */
export function materialWithout(leftOut: string, sources: readonly string[], read: Read): (readonly Seen[])[] {
  return sources
    .filter((source) => source !== leftOut)
    .map((source) => trainOf(read(source, leftOut)))
    .filter((group) => group.length > 0);
}

/**
 * Leave-one-source-out: each source of \`judged\` is judged, all its clips, by settings chosen on the \`use: train\` clips of the other
 * sources.
 */
export function* leaveOneOut(
  sources: readonly string[],
  judged: readonly string[],
  read: Read,
  options: ChooseOptions,
): Generator<Fold> {
  for (const source of judged) {
    const choice = choose(materialWithout(source, sources, read), options);
    const { config } = choice;
    const own = read(source, source).map(({ clip, frames }) => ({
      result: resultOf(clip, config, rejudge(frames, config)),
      frames,
    }));
    yield { source, choice, judged: own };
  }
}

const train = new WeakMap<readonly Seen[], readonly Seen[]>();

/** The same list for the same clips, so that what was found out about it is found again. */
function trainOf(group: readonly Seen[]): readonly Seen[] {
  const own = train.get(group) ?? group.filter(({ clip }) => clip.use === "train");
  train.set(group, own);
  return own;
}
