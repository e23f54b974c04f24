import { describe, expect, it } from "vitest";
import { holdOf } from "../../bench/footage.ts";
import { judge, quantile, summarise, wilson } from "../../bench/judge.ts";

const fall = { onset_s: 2, ground_s: 3 };

describe("the judge of a clip", () => {
  it("finds a fall by an alarm between onset and four seconds after the ground", () => {
    for (const at of [2, 3, 7])
      expect(judge([fall], [at])).toMatchObject({ found: 1, falseAlarms: 0, delays: [at - 3] });
    for (const at of [1.9, 7.1]) expect(judge([fall], [at])).toMatchObject({ found: 0, falseAlarms: 1 });
  });

  it("ignores further alarms within five seconds of the one that found the fall", () => {
    expect(judge([fall], [3, 5, 8])).toMatchObject({ found: 1, falseAlarms: 0 });
    expect(judge([fall], [3, 8.1])).toMatchObject({ found: 1, falseAlarms: 1 });
  });

  it("merges false alarms closer than five seconds", () => {
    expect(judge([], [1, 4, 12]).falseAt).toEqual([1, 12]);
  });

  it("gives each of two falls its own alarm", () => {
    const falls = [fall, { onset_s: 10, ground_s: 11 }];
    expect(judge(falls, [3.5, 11.5])).toMatchObject({ found: 2, falseAlarms: 0 });
    expect(judge(falls, [3.5])).toMatchObject({ found: 1, missedAt: [10] });
  });
});

describe("the last picture of a clip", () => {
  it("is held until a fall can no longer be found, three seconds at most", () => {
    expect(holdOf({ seconds: 10, falls: [fall] })).toBe(0);
    expect(holdOf({ seconds: 5.5, falls: [fall] })).toBe(1.5);
    expect(holdOf({ seconds: 3.1, falls: [fall] })).toBe(3);
  });

  it("is not held where nobody falls", () => {
    expect(holdOf({ seconds: 2, falls: [] })).toBe(0);
  });
});

describe("the summary of a source", () => {
  it("counts recall and precision over falls and alarms, and false alarms per hour over clips without falls", () => {
    const summary = summarise([
      { verdict: judge([fall], [3.5]), seconds: 10 },
      { verdict: judge([fall], []), seconds: 10 },
      { verdict: judge([], [1]), seconds: 1800 },
    ]);
    expect(summary).toMatchObject({ falls: 2, recall: 0.5, precision: 0.5, f1: 0.5, delayS: 0.5, falsePerHour: 2 });
  });

  it("has the interval of Wilson: 8 of 10 lies between 0.49 and 0.94", () => {
    const [low, high] = wilson(8, 10);
    expect(low).toBeCloseTo(0.49, 2);
    expect(high).toBeCloseTo(0.943, 3);
  });

  it("takes quantiles by nearest rank", () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(quantile([1, 2, 3, 4], 0.99)).toBe(4);
  });
});
