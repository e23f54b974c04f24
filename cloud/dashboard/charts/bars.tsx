import { useId } from "preact/hooks";
import { number } from "../lib/format.ts";
import type { Stage } from "./chart.tsx";
import { every, ticks } from "./scale.ts";

export interface Bar {
  readonly label: string;
  /** One on the other, from below; each kind has its colour and pattern. */
  readonly parts: readonly { readonly kind: "fall" | "nearMiss" | "plain" | "missing"; readonly count: number }[];
}

const HEIGHT = 220;
const LEFT = 34;
const RIGHT = 14;
const BOTTOM = 26;
const TOP = 10;

/** Bars over a line of names, counts at the left. */
export function Bars({
  bars,
  room = 62,
  stage,
}: {
  readonly bars: readonly Bar[];
  readonly room?: number;
  readonly stage: Stage;
}) {
  const pattern = useId();
  const { width, at, onAt } = stage;
  const most = Math.max(0, ...bars.map(({ parts }) => parts.reduce((sum, { count }) => sum + count, 0)));
  const marks = ticks(most, 4);
  const top = marks.at(-1) ?? 1;
  const y = (count: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / top);
  const each = (width - LEFT - RIGHT) / Math.max(1, bars.length);
  const skip = every(bars.length, width - LEFT - RIGHT, room);
  return (
    <svg class="plot" viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} aria-hidden="true">
      <Hatch id={pattern} />
      {marks.map((mark) => (
        <g key={mark}>
          <line class="grid" x1={LEFT} x2={width - RIGHT} y1={y(mark)} y2={y(mark)} />
          <text class="axis" x={LEFT - 8} y={y(mark)} dy="0.32em" text-anchor="end">
            {number(mark)}
          </text>
        </g>
      ))}
      {bars.map(({ label, parts }, index) => {
        const left = LEFT + index * each;
        let below = 0;
        return (
          <g key={index} onPointerEnter={() => onAt(index)} data-at={at === index}>
            <rect class="hit" x={left} y={TOP} width={each} height={HEIGHT - TOP - BOTTOM} />
            {parts.map(({ kind, count }) => {
              const [from, to] = [y(below), y(below + count)];
              below += count;
              const gap = Math.min(6, each * 0.15);
              const box = { x: left + gap, y: to, width: Math.max(1, each - 2 * gap), height: from - to };
              return (
                count > 0 && (
                  <g key={kind}>
                    <rect class="plot-bar" data-kind={kind} {...box} />
                    {kind === "nearMiss" && <rect fill={`url(#${pattern})`} {...box} />}
                  </g>
                )
              );
            })}
            {index % skip === 0 && (
              <text class="axis" x={left + each / 2} y={HEIGHT - 6} text-anchor="middle">
                {label}
              </text>
            )}
          </g>
        );
      })}
      <line class="floor" x1={LEFT} x2={width - RIGHT} y1={y(0)} y2={y(0)} />
    </svg>
  );
}

/** Tells near misses from falls without colour. */
export function Hatch({ id }: { readonly id: string }) {
  return (
    <defs>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="hatch" width="2" height="6" />
      </pattern>
    </defs>
  );
}
