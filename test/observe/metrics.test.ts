import { expect, it } from "vitest";
import { Metrics } from "../../src/observe/metrics.ts";

it("tells how much memory the process has, and how much of its heap is taken and in use", async () => {
  const text = await new Metrics().registry.metrics();
  const bytes = (part: string) =>
    Number(new RegExp(`^spotter_memory_bytes\\{part="${part}"\\} (\\d+)$`, "m").exec(text)?.[1]);
  expect(bytes("heap_used")).toBeGreaterThan(1e6);
  expect(bytes("heap")).toBeGreaterThanOrEqual(bytes("heap_used"));
  expect(bytes("resident")).toBeGreaterThan(bytes("heap"));
});
