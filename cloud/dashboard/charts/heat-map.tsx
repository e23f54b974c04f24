import type { Stage } from "./chart.tsx";
import { shade } from "./scale.ts";
import { charts } from "./words.ts";

const SHADES = 5;
const HOURS = 24;
const DAYS = 7;
/** Narrower than this the hours go down instead of across. */
const NARROW = 560;
const LABEL = 34;
const GAP = 2;

/** Whether hours go down at that width. */
const isTall = (width: number) => width < NARROW;

/** What up and down, left and right mean in `hourly` values. */
export function heatStride(width: number) {
  return isTall(width) ? { x: HOURS, y: 1 } : { x: 1, y: HOURS };
}

/** Hour by day of the week; 7 × 24 counts, Monday 00:00 first. Deeper is more, and the number stands in it. */
export function HeatMap({ counts, stage }: { readonly counts: readonly number[]; readonly stage: Stage }) {
  const { width, at, onAt } = stage;
  const tall = isTall(width);
  const most = Math.max(1, ...counts);
  const [columns, rows] = tall ? [DAYS, HOURS] : [HOURS, DAYS];
  const each = (width - LABEL) / columns;
  const high = tall ? 26 : Math.min(44, Math.max(26, each));
  const top = 20;
  const height = top + rows * high;
  const dayNames = charts().shortDays.split(",");
  const name = (index: number, isDay: boolean) => (isDay ? dayNames[index] : String(index).padStart(2, "0"));
  return (
    <svg class="plot" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      {Array.from({ length: columns }, (_, column) => (
        <text key={column} class="axis" x={LABEL + (column + 0.5) * each} y={13} text-anchor="middle">
          {tall || column % (each < 26 ? 3 : 1) === 0 ? name(column, tall) : ""}
        </text>
      ))}
      {Array.from({ length: rows }, (_, row) => (
        <text key={row} class="axis" x={0} y={top + (row + 0.5) * high} dy="0.32em">
          {name(row, !tall)}
        </text>
      ))}
      {counts.map((count, index) => {
        const [day, hour] = [Math.floor(index / HOURS), index % HOURS];
        const [column, row] = tall ? [day, hour] : [hour, day];
        const box = {
          x: LABEL + column * each + GAP / 2,
          y: top + row * high + GAP / 2,
          width: Math.max(1, each - GAP),
          height: high - GAP,
        };
        return (
          <g key={index} class="heat-cell" data-at={at === index} onPointerEnter={() => onAt(index)}>
            <rect {...box} rx={3} data-shade={shade(count, most, SHADES)} />
            {count > 0 && (
              <text
                class="heat-count"
                data-shade={shade(count, most, SHADES)}
                x={box.x + box.width / 2}
                y={box.y + box.height / 2}
                dy="0.34em"
                text-anchor="middle"
              >
                {count}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
