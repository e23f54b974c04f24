import type { ComponentChildren } from "preact";
import { number } from "../lib/format.ts";
import { Legend } from "./chart.tsx";
import { charts } from "./words.ts";

export interface Rank {
  readonly id: string;
  readonly name: ComponentChildren;
  readonly falls: number;
  readonly nearMisses: number;
}

/** Falls and near misses of several things, each as a length and as numbers. */
export function Ranks(props: { readonly title: string; readonly of: string; readonly rows: readonly Rank[] }) {
  const { title, of, rows } = props;
  const c = charts();
  const most = Math.max(1, ...rows.map(({ falls, nearMisses }) => falls + nearMisses));
  const share = (count: number) => `${(100 * count) / most}%`;
  return (
    <section class="card chart">
      <header class="chart-head">
        <h2>{title}</h2>
        <Legend
          of={[
            ["fall", c.fallsTitle],
            ["nearMiss", c.nearMissesTitle],
          ]}
        />
      </header>
      <table class="ranks">
        <caption class="unseen">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{of}</th>
            <th scope="col">{c.fallsTitle}</th>
            <th scope="col">{c.nearMissesTitle}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, falls, nearMisses }) => (
            <tr key={id}>
              <td>
                {name}
                <span class="length" aria-hidden="true">
                  <span class="swatch" data-kind="fall" style={{ width: share(falls) }} />
                  <span class="swatch" data-kind="nearMiss" style={{ width: share(nearMisses) }} />
                </span>
              </td>
              <td>{number(falls)}</td>
              <td>{number(nearMisses)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
