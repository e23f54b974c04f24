const began = performance.now();

/** A line on what has been done so far, for whoever waits. */
export function progress(text: string): void {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);
}
