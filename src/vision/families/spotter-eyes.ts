import type { EyesEntry, Model } from "../catalogue.ts";
import { bytesOf, MAX_ROWS, type Memory } from "../memory.ts";
import { ROW } from "../person.ts";
import { checkContract, type Eyes, type Runtime } from "./family.ts";

type Entry = Extract<EyesEntry, { family: "spotter-eyes" }>;

/** Our own models: `picture` uint8 [1,H,W,3] in, `people` float32 [1,20,57] out, written straight into shared memory. */
export async function openSpotterEyes(model: Model<Entry>, memory: Memory, runtime: Runtime): Promise<Eyes> {
  const { file, input, name } = model.entry;
  const session = await runtime.load(name, model.bytes[file]!);
  const shape = [1, input.height, input.width, 3];
  checkContract(name, session, [`uint8 [${shape}]`], [`float32 [1,${MAX_ROWS},${ROW}]`]);
  const picture = memory.picture.subarray(0, bytesOf(input));
  const feeds = { [session.inputNames[0]!]: runtime.uint8(picture, shape) };
  const fetches = { [session.outputNames[0]!]: runtime.float32(memory.rows, [1, MAX_ROWS, ROW]) };
  return {
    async look() {
      await session.run(feeds, fetches);
      return MAX_ROWS;
    },
  };
}
