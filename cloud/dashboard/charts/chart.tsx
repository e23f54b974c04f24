import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { type Column, Table } from "../parts/table.tsx";
import { charts } from "./words.ts";

/** What draws a chart gets: how wide it may be in CSS pixels, and which value the reader is at. */
export interface Stage {
  readonly width: number;
  /** Index of the value under the pointer or keyboard; undefined: none. */
  readonly at: number | undefined;
  readonly onAt: (index: number) => void;
}

/**
 * A figure: a picture for the eyes, a line that reads the value under pointer or keyboard, and the same numbers as a table.
 * The picture is drawn at the width it has, so that its letters stay as large as all others.
 */
export function Chart<Point>(props: {
  readonly title: string;
  /** What it shows as a whole, in a sentence. */
  readonly summary: string;
  readonly points: readonly Point[];
  /** One value in words. */
  readonly read: (point: Point) => string;
  readonly columns: readonly Column<Point>[];
  readonly id: (point: Point) => string;
  /** Which values the table has; all unless given. */
  readonly isRow?: (point: Point) => boolean;
  /** How many values further up and down go; as left and right unless given. */
  readonly stride?: (width: number) => { readonly x: number; readonly y: number };
  readonly legend?: ComponentChildren;
  /** Of a chart within something that has a title itself. */
  readonly inner?: boolean;
  readonly children: (stage: Stage) => ComponentChildren;
}) {
  const {
    title,
    summary,
    points,
    read,
    columns,
    id,
    isRow = () => true,
    stride = () => ({ x: 1, y: -1 }),
    legend,
    inner,
    children,
  } = props;
  const Heading = inner ? "h3" : "h2";
  const name = useId();
  const stage = useRef<HTMLDivElement>(null);
  const width = useWidth(stage);
  const [at, setAt] = useState<number>();
  const point = at === undefined ? undefined : points[at];
  const go = (event: KeyboardEvent) => {
    const { x, y } = stride(width);
    const last = points.length - 1;
    const from = at ?? -1;
    const moves: Record<string, number | undefined> = {
      ArrowRight: from + x,
      ArrowLeft: from - x,
      ArrowDown: from + y,
      ArrowUp: from - y,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (next === undefined || last < 0) return;
    event.preventDefault();
    setAt(at === undefined ? (event.key === "End" ? last : 0) : next < 0 || next > last ? at : next);
  };
  return (
    <figure class="chart" aria-labelledby={`${name}-title`}>
      <figcaption class="chart-head">
        <Heading id={`${name}-title`}>{title}</Heading>
        {legend}
      </figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: a picture whose values are read one by one is no fieldset */}
      <div
        ref={stage}
        class="chart-stage"
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its values are gone through with the arrow keys
        tabIndex={0}
        aria-labelledby={`${name}-title`}
        aria-describedby={`${name}-keys`}
        onKeyDown={go}
        onBlur={() => setAt(undefined)}
        onPointerLeave={() => setAt(undefined)}
      >
        {width > 0 && children({ width, at, onAt: setAt })}
      </div>
      <p class="unseen" id={`${name}-keys`}>
        {charts().keys}
      </p>
      <p class="chart-read" aria-live="polite">
        {point === undefined ? summary : read(point)}
      </p>
      <details class="chart-table">
        <summary>{charts().table}</summary>
        <Table caption={title} columns={columns} rows={points.filter(isRow)} id={id} />
      </details>
    </figure>
  );
}

/** The width of an element, CSS pixels, as it changes; 0 before it is known. */
function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** Names of what is drawn, each beside a piece of it. */
export function Legend({ of }: { readonly of: readonly (readonly [kind: string, name: string])[] }) {
  return (
    <ul class="legend">
      {of.map(([kind, name]) => (
        <li key={kind}>
          <span class="swatch" data-kind={kind} aria-hidden="true" />
          {name}
        </li>
      ))}
    </ul>
  );
}
