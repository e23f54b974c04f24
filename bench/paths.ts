import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

/** Where clips with known fall times lie; not part of the repository. */
export const footageDir = process.env.SPOTTER_FOOTAGE ?? resolve(root, "../shared/footage");
/** Public models to compare with; not part of the repository. */
export const modelsDir = process.env.SPOTTER_MODELS ?? resolve(root, "../shared/models");
/** Pictures that the models may learn from, some of them held out; not part of the repository. */
export const trainDir = process.env.SPOTTER_TRAIN ?? resolve(root, "../shared/train");
