/** What `ingest` measures, under these names in CloudWatch, with the dimension `service`. */
export const MEASURES = {
  namespace: "Spotter",
  stored: "stored",
  duplicate: "duplicate",
  dead: "dead",
  failed: "failed",
  /** From the broker to the end of ingest, of the oldest event of a batch, ms. */
  age: "age",
} as const;
