import { percent } from "../lib/format.ts";
import type { Stage } from "./chart.tsx";
import { every } from "./scale.ts";

export interface Line {
  readonly kind: "fall" | "plain";
  /** Shares of one. */
  readonly values: readonly number[];
}

const HEIGHT = 190;
const LEFT = 44;
const RIGHT = 14;
const BOTTOM = 26;
const TOP = 12;

/** Shares over a line of numbers, and the number that stands out. */
export function Lines(props: {
  readonly labels: readonly string[];
  readonly lines: readonly Line[];
  /** Index of the label to mark. */
  readonly mark: number | undefined;
  readonly stage: Stage;
}) {
  const { labels, lines, mark, stage } = props;
  const { width, at, onAt } = stage;
  const each = (width - LEFT - RIGHT) / Math.max(1, labels.length - 1);
  const x = (index: number) => LEFT + index * each;
  const y = (share: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - share);
  const skip = every(labels.length, width - LEFT, 46);
  return (
    <svg class="plot" viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} aria-hidden="true">
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line class="grid" x1={LEFT} x2={width - RIGHT} y1={y(share)} y2={y(share)} />
          <text class="axis" x={LEFT - 8} y={y(share)} dy="0.32em" text-anchor="end">
            {percent(share)}
          </text>
        </g>
      ))}
      {mark !== undefined && <line class="mark" x1={x(mark)} x2={x(mark)} y1={TOP} y2={HEIGHT - BOTTOM} />}
      {at !== undefined && <line class="at" x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} />}
      {lines.map(({ kind, values }) => (
        <g key={kind}>
          <polyline
            class="plot-line"
            data-kind={kind}
            points={values.map((value, index) => `${x(index)},${y(value)}`).join(" ")}
          />
          {values.map((value, index) => {
            const key = labels[index];
            return kind === "fall" ? (
              <circle key={key} class="plot-dot" data-kind={kind} cx={x(index)} cy={y(value)} r={4} />
            ) : (
              <rect
                key={key}
                class="plot-dot"
                data-kind={kind}
                x={x(index) - 3.5}
                y={y(value) - 3.5}
                width={7}
                height={7}
              />
            );
          })}
        </g>
      ))}
      {labels.map((label, index) => (
        <g key={label} onPointerEnter={() => onAt(index)}>
          <rect class="hit" x={x(index) - each / 2} y={0} width={each} height={HEIGHT} />
          {index % skip === 0 && (
            <text class="axis" x={x(index)} y={HEIGHT - 6} text-anchor="middle">
              {label}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}
