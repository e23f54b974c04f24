import type { InferenceSession, Tensor } from "onnxruntime-node";

export type { Tensor } from "onnxruntime-node";

/** ONNX Runtime as the families see it; handed in by the worker, the only file that imports the runtime itself. */
export interface Runtime {
  /** Loads a model on the configured provider. Throws naming `name` when the bytes are no model. */
  load(name: string, bytes: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  uint8(data: Uint8Array, shape: readonly number[]): Tensor;
  float32(data: Float32Array, shape: readonly number[]): Tensor;
  int64(data: BigInt64Array, shape: readonly number[]): Tensor;
}

/** One kind of model that sees people, ready to run on the shared picture of its worker. */
export interface Eyes {
  /**
   * Looks at the picture that lies in shared memory. `hints` rows say where the camera's tracks were last seen.
   * Fills the shared rows (see ROW), in input pixels, and returns how many it filled.
   */
  look(hints: number): Promise<number>;
}

/** Throws naming both sides when a model's inputs and outputs are not the ones its family needs. */
export function checkContract(name: string, session: InferenceSession, inputs: string[], outputs: string[]): void {
  const has = (values: readonly InferenceSession.ValueMetadata[]) =>
    values.map((value) => (value.isTensor ? `${value.type} [${value.shape.join(",")}]` : value.name)).join(" and ");
  const found = `takes ${has(session.inputMetadata)} and gives ${has(session.outputMetadata)}`;
  const wanted = `takes ${inputs.join(" and ")} and gives ${outputs.join(" and ")}`;
  if (found !== wanted) {
    throw new Error(
      `model "${name}" ${found}, but its family ${wanted}; correct the catalogue's family and input, or the file`,
    );
  }
}
