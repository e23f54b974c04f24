import type { FallEntry, Model } from "../catalogue.ts";
import { MAX_TRACKS, type Memory, POSTURES, SLOTS } from "../memory.ts";
import { ROW } from "../person.ts";
import { checkContract, type Runtime } from "./family.ts";

export interface FallModel {
  /** Judges the first `tracks` histories in shared memory and leaves their postures there. */
  judge(tracks: number): Promise<number>;
}

/** `track` float32 [N,20,57] and `present` float32 [N,20] in, `posture` float32 [N,4] out. */
export async function openFallModel(model: Model<FallEntry>, memory: Memory, runtime: Runtime): Promise<FallModel> {
  const { file, name } = model.entry;
  const session = await runtime.load(name, model.bytes[file]!);
  checkContract(name, session, [`float32 [N,${SLOTS},${ROW}]`, `float32 [N,${SLOTS}]`], [`float32 [N,${POSTURES}]`]);
  const tensors = Array.from({ length: MAX_TRACKS }, (_, i) => {
    const n = i + 1;
    const first = (all: Float32Array, ...shape: number[]) =>
      runtime.float32(all.subarray(0, n * shape.reduce((a, b) => a * b, 1)), [n, ...shape]);
    return {
      feeds: {
        track: first(memory.history, SLOTS, ROW),
        present: first(memory.present, SLOTS),
      },
      fetches: { posture: first(memory.posture, POSTURES) },
    };
  });
  return {
    async judge(tracks) {
      const { feeds, fetches } = tensors[tracks - 1]!;
      await session.run(feeds, fetches);
      return 0;
    },
  };
}
