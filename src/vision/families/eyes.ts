import type { EyesEntry, Model } from "../catalogue.ts";
import type { Memory } from "../memory.ts";
import type { Eyes, Runtime } from "./family.ts";
import { openSpotterEyes } from "./spotter-eyes.ts";

/** The only switch on a model's family. */
export function openEyes(model: Model<EyesEntry>, memory: Memory, runtime: Runtime): Promise<Eyes> {
  const { entry } = model;
  switch (entry.family) {
    case "spotter-eyes":
      return openSpotterEyes({ ...model, entry }, memory, runtime);
    default:
      throw new Error(`family ${entry.family}`);
  }
}
