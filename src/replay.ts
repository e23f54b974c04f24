import { existsSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { CameraAlarm } from "./alarm/alarm.ts";
import type { AlarmChange } from "./alarm/change.ts";
import { type AlarmConfig, type CameraConfig, cameraSchema } from "./config/schema.ts";
import type { Frame } from "./frames/frame.ts";
import { holdLast } from "./frames/hold.ts";
import { openSource } from "./frames/open.ts";
import { Pace } from "./frames/pace.ts";
import { systemClock } from "./lib/clock.ts";
import { asError, UsageError } from "./lib/failure.ts";
import type { Logger } from "./observe/log.ts";
import type { Person } from "./vision/person.ts";
import type { Vision } from "./vision/vision.ts";

export interface ReplayOptions {
  vision: Vision;
  alarm: AlarmConfig;
  log: Logger;
  /** Zones, frame rate and reader are taken from here; the clip's name and pace are filled in. */
  camera?: Partial<CameraConfig>;
  /** Seconds for which the last frame is shown again, for clips that end right after the landing. */
  holdS?: number;
  /** The clip is played so many times slower, for clips that were sped up. */
  slower?: number;
  /** Called for every judged frame; `paint` it before returning if pixels are wanted. */
  onFrame?: (frame: Frame, people: readonly Person[], changes: readonly AlarmChange[]) => void;
}

export interface ReplayedChange {
  /** Seconds in the clip, as it was played. */
  at: number;
  change: AlarmChange;
}

/**
 * Judges every frame of a clip on the clip's own clock, as the camera service would have judged it live with all the time in the
 * world: no frame is dropped for lateness, so the same clip gives the same changes, always. Rejects with UsageError
 * when there is no such file or it is no video, with the decoder's reason.
 */
export async function replay(clip: string, options: ReplayOptions): Promise<ReplayedChange[]> {
  const { vision, alarm: alarmConfig, log, holdS = 0, slower = 1, onFrame } = options;
  const path = resolve(clip);
  if (!existsSync(path)) throw new UsageError(`${clip}: there is no such file; give the path of a video`);
  const name = cameraName(path);
  const camera: CameraConfig = {
    ...cameraSchema.parse({ name, url: `file://${path}` }),
    ...options.camera,
    name,
    url: `file://${path}`,
    pace: "clip",
    loop: false,
  };
  const source = holdLast(await openSource(camera, { clock: systemClock, log }), { holdS, slower });
  const alarm = new CameraAlarm(camera, alarmConfig);
  const eye = vision.eye(camera.name);
  const changes: ReplayedChange[] = [];
  const stop = new AbortController();
  const pace = new Pace(camera.fps);
  let failure: unknown;
  let judging = Promise.resolve();

  const judge = async (frame: Frame): Promise<void> => {
    try {
      if (failure === undefined && pace.pick(frame.capturedAt)) {
        const looked = await eye.look(() => frame, 0);
        if (looked) {
          const decided = alarm.decide(looked.look.people, { at: frame.capturedAt, wallTime: frame.wallTime });
          for (const change of decided) changes.push({ at: change.at / 1000, change });
          onFrame?.(frame, looked.look.people, decided);
        }
      }
    } catch (thrown) {
      failure = thrown;
      stop.abort();
    } finally {
      frame.release();
    }
  };

  const played = source.run(
    {
      opened: () => {},
      frame: (frame) => {
        judging = judging.then(() => judge(frame));
      },
    },
    stop.signal,
  );
  await played.catch((thrown) => {
    throw new UsageError(asError(thrown).message);
  });
  await judging;
  if (failure !== undefined) throw failure;
  return changes;
}

function cameraName(path: string): string {
  const slug = basename(path, extname(path))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return slug.slice(0, 63) || "clip";
}
