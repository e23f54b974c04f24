import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { number } from "../lib/format.ts";
import type { Track } from "../lib/incident.ts";
import { useKeys } from "../lib/keys.ts";
import { ASPECT, BONES, type Box, boxOf, hipsOf, type Joint, jointsAt, torsoAngle, WHOLE } from "../lib/pose.ts";
import { Empty } from "../parts/empty.tsx";
import { Icon } from "../parts/icon.tsx";
import { incident } from "./incident.words.ts";

type Change = keyof ReturnType<typeof incident>["change"];
const SPEEDS = [0.25, 0.5, 1] as const;
/** From this torso angle on a body is drawn as lying, degrees. */
const LYING = 60;

/** The person's last seconds before each change, as joints alone. */
export function Replay({ tracks }: { readonly tracks: readonly Track[] }) {
  const t = incident();
  const usable = tracks.filter(({ poses }) => poses.length > 1);
  const [chosen, setChosen] = useState<string>();
  const track = usable.find(({ event }) => event === chosen) ?? usable.at(-1);
  if (!track)
    return (
      <Empty icon="nearMiss" title={t.replay.none}>
        <p>{t.replay.noneMore}</p>
      </Empty>
    );
  return (
    <>
      {usable.length > 1 && (
        <fieldset class="choice-options replay-choice" aria-label={t.replay.title}>
          {usable.map(({ event, kind }) => (
            <button key={event} type="button" aria-pressed={event === track.event} onClick={() => setChosen(event)}>
              {t.change[kind as Change] ?? kind}
            </button>
          ))}
        </fieldset>
      )}
      <Player key={track.event} track={track} />
    </>
  );
}

function Player({ track }: { readonly track: Track }) {
  const t = incident().replay;
  const last = track.poses.length - 1;
  const position = useSignal(last);
  const playing = useSignal(false);
  const speed = useSignal<number>(1);
  const whole = useSignal(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  const near = useMemo(() => boxOf(track), [track]);
  const curves = useMemo(() => curvesOf(track), [track]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const draw = () => paint(element, track, position.peek(), whole.peek() ? WHOLE : near);
    const stop = [position.subscribe(draw), whole.subscribe(draw)];
    const sized = new ResizeObserver(draw);
    sized.observe(element);
    return () => {
      for (const end of stop) end();
      sized.disconnect();
    };
  }, [track]);

  useEffect(() => {
    if (!playing.value) return;
    let before = performance.now();
    let frame = requestAnimationFrame(function next(at) {
      const moved = position.peek() + ((at - before) * speed.peek()) / track.stepMs;
      before = at;
      position.value = Math.min(last, moved);
      if (moved < last) frame = requestAnimationFrame(next);
      else playing.value = false;
    });
    return () => cancelAnimationFrame(frame);
  }, [playing.value]);

  const toggle = () => {
    if (!playing.peek() && position.peek() >= last) position.value = 0;
    playing.value = !playing.peek();
  };
  const go = (to: number) => {
    playing.value = false;
    position.value = Math.min(last, Math.max(0, to));
  };
  useKeys([{ keys: "p", does: incident().keys.play, run: toggle }]);
  const onKey = (event: KeyboardEvent) => {
    const now = position.peek();
    const moves: Record<string, () => void> = {
      ArrowRight: () => go(Math.floor(now) + 1),
      ArrowLeft: () => go(Math.ceil(now) - 1),
      Home: () => go(0),
      End: () => go(last),
    };
    // Space on a button presses that button.
    if (!(event.target instanceof HTMLButtonElement)) moves[" "] = toggle;
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };

  const beforeMs = track.endsMsBefore + (last - position.value) * track.stepMs;
  const told =
    beforeMs < 50
      ? t.at
      : t.before(`${number(beforeMs / 1000, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} s`);
  const joints = jointsAt(track, position.value);
  const angle = torsoAngle(joints);
  const hips = hipsOf(joints);
  return (
    <fieldset class="player" aria-label={t.title} aria-describedby="replay-keys" onKeyDown={onKey}>
      <canvas ref={canvas} class="player-stage" role="img" aria-label={`${t.person}, ${told}`} onClick={toggle} />
      <div class="player-controls">
        <button
          type="button"
          class="primary player-play"
          onClick={toggle}
          aria-label={playing.value ? t.pause : t.play}
        >
          <Icon name={playing.value ? "pause" : "play"} />
        </button>
        <input
          type="range"
          min={0}
          max={last}
          step="any"
          value={position.value}
          aria-label={t.position}
          aria-valuetext={told}
          onInput={(event) => go(Number(event.currentTarget.value))}
        />
        <output class="player-time">{told}</output>
      </div>
      <div class="player-curves">
        <Curve
          name={t.torso}
          value={angle === undefined ? "–" : `${number(angle, { maximumFractionDigits: 0 })}°`}
          points={curves.torso}
          at={position.value / last}
        />
        <Curve
          name={t.hips}
          value={hips ? number(1 - hips[1], { style: "percent", maximumFractionDigits: 0 }) : "–"}
          points={curves.hips}
          at={position.value / last}
        />
      </div>
      <div class="player-options">
        <fieldset class="choice-options" aria-label={t.speed}>
          {SPEEDS.map((one) => (
            <button key={one} type="button" aria-pressed={speed.value === one} onClick={() => (speed.value = one)}>
              {number(one, { maximumFractionDigits: 2 })}×
            </button>
          ))}
        </fieldset>
        <button type="button" aria-pressed={whole.value} onClick={() => (whole.value = !whole.peek())}>
          {t.zoom}
        </button>
      </div>
      <p class="hint" id="replay-keys">
        {t.about} {t.keys}
      </p>
    </fieldset>
  );
}

/** Both curves as shares 0..1 from the bottom, undefined where nothing was seen. */
function curvesOf(track: Track) {
  const poses = track.poses.map((_, at) => jointsAt(track, at));
  const share = (value: number | undefined, full: number) =>
    value === undefined ? undefined : Math.min(1, Math.max(0, value / full));
  return {
    torso: poses.map((joints) => share(torsoAngle(joints), 120)),
    hips: poses.map((joints) =>
      share(hipsOf(joints)?.[1] === undefined ? undefined : 1 - (hipsOf(joints)?.[1] ?? 0), 1),
    ),
  };
}

interface CurveProps {
  readonly name: string;
  readonly value: string;
  readonly points: readonly (number | undefined)[];
  /** 0..1 of the width. */
  readonly at: number;
}

function Curve({ name, value, points, at }: CurveProps) {
  const step = 100 / Math.max(1, points.length - 1);
  let pen = "M";
  const path = points
    .map((share, index) => {
      if (share === undefined) {
        pen = "M";
        return "";
      }
      const text = `${pen}${(index * step).toFixed(2)} ${(38 - share * 36).toFixed(2)}`;
      pen = "L";
      return text;
    })
    .join("");
  return (
    <div class="curve">
      <p>
        <small>{name}</small> <b>{value}</b>
      </p>
      <svg viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">
        <path class="curve-line" d={path} />
        <path class="curve-at" d={`M${(at * 100).toFixed(2)} 0V40`} />
      </svg>
    </div>
  );
}

const STANDING = [63, 224, 197] as const;
const FALLEN = [255, 90, 79] as const;

function paint(canvas: HTMLCanvasElement, track: Track, at: number, box: Box): void {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  if (width === 0 || height === 0) return;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.clearRect(0, 0, width, height);
  // Joints are in picture widths and heights; the box keeps the picture's shape.
  const unit = Math.min(width / (box.size * ASPECT), height / box.size);
  const offset = [(width - box.size * ASPECT * unit) / 2, (height - box.size * unit) / 2] as const;
  const place = ([x, y]: NonNullable<Joint>) =>
    [offset[0] + (x - box.x) * ASPECT * unit, offset[1] + (y - box.y) * unit] as const;
  const line = Math.max(2, Math.min(width, height) / 90);
  context.lineCap = "round";
  context.lineJoin = "round";

  const [left, top] = place([0, 0]);
  const [right, bottom] = place([1, 1]);
  context.strokeStyle = "rgb(255 255 255 / 0.16)";
  context.lineWidth = devicePixelRatio;
  context.strokeRect(left, top, right - left, bottom - top);

  trail(context, track, at, place, line);
  for (const ghost of [4, 2])
    if (at - ghost >= 0) body(context, jointsAt(track, at - ghost), place, line, 0.1 + 0.08 / ghost);
  body(context, jointsAt(track, at), place, line, 1);
}

type Place = (joint: NonNullable<Joint>) => readonly [number, number];

/** Where the hips went so far. */
function trail(context: CanvasRenderingContext2D, track: Track, at: number, place: Place, line: number): void {
  context.beginPath();
  for (let pose = 0; pose <= at; pose += 1) {
    const hips = hipsOf(jointsAt(track, pose));
    if (hips) context.lineTo(...place(hips));
  }
  context.strokeStyle = "rgb(255 255 255 / 0.28)";
  context.lineWidth = line * 0.5;
  context.setLineDash([line, line * 1.6]);
  context.stroke();
  context.setLineDash([]);
}

function body(context: CanvasRenderingContext2D, joints: Joint[], place: Place, line: number, alpha: number): void {
  const lying = Math.min(1, Math.max(0, (torsoAngle(joints) ?? 0) / LYING));
  const colour = STANDING.map((from, channel) => Math.round(from + ((FALLEN[channel] ?? from) - from) * lying));
  context.globalAlpha = alpha;
  context.strokeStyle = `rgb(${colour.join(" ")})`;
  context.fillStyle = context.strokeStyle;
  context.lineWidth = line;
  for (const [from, to] of BONES) {
    const [a, b] = [joints[from], joints[to]];
    if (!a || !b) continue;
    context.beginPath();
    context.moveTo(...place(a));
    context.lineTo(...place(b));
    context.stroke();
  }
  for (const [joint, found] of joints.entries()) {
    if (!found || (joint > 0 && joint < 5)) continue;
    context.beginPath();
    context.arc(...place(found), joint === 0 ? line * 1.9 : line * 0.8, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}
