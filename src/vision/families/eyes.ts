import type { EyesEntry, Model } from "../catalogue.ts";
import type { Memory } from "../memory.ts";
import { openBlazePose } from "./blazepose.ts";
import type { Eyes, Runtime } from "./family.ts";
import { openSpotterEyes } from "./spotter-eyes.ts";
import { openTopDown } from "./topdown.ts";

/** The only switch on a model's family. */
export function openEyes(model: Model<EyesEntry>, memory: Memory, runtime: Runtime): Promise<Eyes> {
  const { entry } = model;
  switch (entry.family) {
    case "spotter-eyes":
      return openSpotterEyes({ ...model, entry }, memory, runtime);
    case "topdown":
      return openTopDown({ ...model, entry }, memory, runtime);
    case "blazepose":
      return openBlazePose({ ...model, entry }, memory, runtime);
  }
}
