import { UsageError } from "../src/lib/failure.ts";
import type { Seen } from "./choose.ts";
import { type Clip, holdOf } from "./footage.ts";
import type { Read } from "./leave-one-out.ts";
import { loadObservations } from "./observations.ts";

/** Folders of kept observations: one for all, and others for the source that their models never saw. */
export interface Kept {
  folder: string;
  /** By source that is left out: what models that never saw it saw, in any clip. */
  without: Readonly<Record<string, string>>;
}

/** Reads `source=folder` as given to `--kept-without`. Throws UsageError for another form. */
export function keptWithout(pair: string, before: Record<string, string> = {}): Record<string, string> {
  const [source, folder] = pair.split("=");
  if (!source || !folder)
    throw new UsageError(`--kept-without ${pair}: write source=folder, such as upfall=out/without-upfall`);
  return { ...before, [source]: folder };
}

/**
 * Kept observations by source, each read once. A fold's own folder comes first; a clip that is not in it is taken from the common one.
 * Throws UsageError when there is nothing at all.
 */
export function readKept(clips: readonly Clip[], { folder, without }: Kept): Read {
  const groups = new Map<string, readonly Seen[]>();
  const one = (source: string, own: string | undefined): readonly Seen[] => {
    const key = `${source} ${own ?? ""}`;
    const before = groups.get(key);
    if (before) return before;
    const group = clips
      .filter((clip) => clip.source === source)
      .flatMap((clip) => {
        const frames =
          (own === undefined ? undefined : loadObservations(own, clip.file)) ?? loadObservations(folder, clip.file);
        // Kept with a longer hold, perhaps: what is not judged live is not judged here.
        const end = (clip.seconds + holdOf(clip)) * 1000;
        return frames ? [{ clip, frames: frames.filter(({ at }) => at <= end) }] : [];
      });
    groups.set(key, group);
    return group;
  };
  return (source, leftOut) => one(source, without[leftOut]);
}

export function sourcesOf(clips: readonly Clip[]): string[] {
  return [...new Set(clips.map((clip) => clip.source))];
}

/** Throws UsageError when no clip at all was looked at before. */
export function demandKept(groups: readonly (readonly Seen[])[], option: string, folder: string): void {
  if (groups.some((group) => group.length > 0)) return;
  throw new UsageError(`${option} ${folder}: holds none of these clips; run bench accuracy --observations first`);
}
