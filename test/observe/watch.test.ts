import { describe, expect, it } from "vitest";
import { worst } from "../../src/observe/supervision.ts";
import { CameraWatch } from "../../src/observe/watch.ts";

function running(fps = 15): CameraWatch {
  const watch = new CameraWatch();
  watch.fault("");
  watch.opened(fps, 0);
  watch.frame(0);
  watch.judged(0);
  return watch;
}

describe("the supervision state of a camera", () => {
  it("is fault until vision has started", () => {
    expect(new CameraWatch().status(0).state).toBe("fault");
  });

  it("is armed while frames come and are judged", () => {
    expect(running().status(100)).toEqual({ state: "armed", reason: "" });
  });

  it("is blind after max(500 ms, 3 frame intervals) without a frame", () => {
    expect(running(15).status(500).state).toBe("armed");
    expect(running(15).status(501).state).toBe("blind");
    expect(running(5).status(600).state).toBe("armed");
    expect(running(5).status(601).state).toBe("blind");
  });

  it("is blind with the reason of the source while it is lost, and armed once it is back", () => {
    const watch = running();
    watch.lost("rtsp://hall: connection refused");
    expect(watch.status(10)).toEqual({ state: "blind", reason: "rtsp://hall: connection refused" });
    watch.opened(15, 5_000);
    expect(watch.status(5_100).state).toBe("armed");
  });

  it("is fault when frames arrive that nobody judges", () => {
    const watch = running();
    for (let at = 0; at <= 1_200; at += 66) watch.frame(at);
    expect(watch.status(1_250).state).toBe("fault");
  });

  it("is degraded with its reason, but blind goes before degraded", () => {
    const watch = running();
    watch.degraded("8 frames/s instead of 15");
    expect(watch.status(100)).toEqual({ state: "degraded", reason: "8 frames/s instead of 15" });
    watch.frozen("the picture has not changed for 2 s");
    expect(watch.status(100).state).toBe("blind");
  });
});

describe("the state of a device", () => {
  it("is that of its worst camera, and fault without any", () => {
    expect(worst(["armed", "blind", "degraded"])).toBe("blind");
    expect(worst(["armed"])).toBe("armed");
    expect(worst([])).toBe("fault");
  });
});
