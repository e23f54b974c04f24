import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SilenceWatch, silenceLimit } from "../../src/frames/silence.ts";
import { systemClock } from "../../src/lib/clock.ts";

describe("silence", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => vi.useRealTimers());

  it("is allowed for three frame intervals, but at least half a second", () => {
    expect(silenceLimit(1000 / 15)).toBe(500);
    expect(silenceLimit(400)).toBe(1200);
  });

  it("is told once, exactly when the limit after the last frame is over", () => {
    const told: number[] = [];
    const watch = new SilenceWatch(systemClock, 66, () => told.push(systemClock.now()));
    const start = systemClock.now();
    vi.advanceTimersByTime(300);
    watch.heard(systemClock.now(), 66);
    vi.advanceTimersByTime(499);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(2000);
    expect(told).toEqual([start + 800]);
  });

  it("is not told after the watch was stopped", () => {
    const told: number[] = [];
    const watch = new SilenceWatch(systemClock, 66, () => told.push(1));
    watch.stop();
    vi.advanceTimersByTime(5000);
    expect(told).toEqual([]);
  });
});
