import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a test waits for comes when it comes: a busy machine is no failure.
    expect: { poll: { timeout: 20_000 } },
    // Two cores is the smallest machine that runs this suite; real engines (RTSP server, broker) share them.
    maxWorkers: 2,
    pool: "forks",
  },
});
