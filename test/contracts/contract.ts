import { afterAll, afterEach, describe } from "vitest";

/** A suite that every adapter of a port passes. The run's log says which adapter went through it, on which engine. */
export function describeContract(title: string, body: () => void): void {
  describe(title, () => {
    let [ran, failed] = [0, 0];
    body();
    afterEach(({ task }) => {
      ran += 1;
      if (task.result?.state === "fail") failed += 1;
    });
    afterAll(() => {
      process.stdout.write(`contract: ${title}: ${ran - failed} of ${ran} passed\n`);
    });
  });
}
