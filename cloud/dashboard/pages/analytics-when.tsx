import { Bars } from "../charts/bars.tsx";
import { Chart, Legend } from "../charts/chart.tsx";
import { HeatMap, heatStride } from "../charts/heat-map.tsx";
import { charts } from "../charts/words.ts";
import { day, number } from "../lib/format.ts";
import { query, setQuery } from "../lib/router.ts";
import { Choice } from "../parts/field.tsx";
import { analytics } from "./analytics.words.ts";
import { type Count, counted, type Figures } from "./analytics-count.ts";

const KINDS = ["both", "falls", "nearMisses"] as const;
type Kind = (typeof KINDS)[number];

/** Hour by day of the week. */
export function When({ hours }: Pick<Figures, "hours">) {
  const t = analytics();
  const c = charts();
  const kind = KINDS.find((one) => one === query.value.get("show")) ?? "both";
  const of = ({ falls, nearMisses }: Count) => ({ both: falls + nearMisses, falls, nearMisses })[kind];
  const cells = hours.map((count, index) => ({ ...count, index, count: of(count) }));
  const most = cells.reduce((best, cell) => (cell.count > best.count ? cell : best), { index: 0, count: 0 });
  const sum = cells.reduce((all, { count }) => all + count, 0);
  const place = (index: number) => `${c.days.split(",")[Math.floor(index / 24)]}, ${hourOf(index)}`;
  return (
    <section class="card">
      <Chart
        title={t.when}
        summary={sum === 0 ? t.whenNone : t.whenSummary(number(sum), place(most.index))}
        points={cells}
        read={(cell) => `${place(cell.index)}: ${counted(cell)}`}
        id={({ index }) => String(index)}
        stride={heatStride}
        columns={[
          { title: c.day, cell: ({ index }) => c.days.split(",")[Math.floor(index / 24)] },
          { title: c.hour, cell: ({ index }) => hourOf(index) },
          { title: t.falls, number: true, cell: ({ falls }) => number(falls) },
          { title: t.nearMisses, number: true, cell: ({ nearMisses }) => number(nearMisses) },
        ]}
        isRow={({ falls, nearMisses }) => falls + nearMisses > 0}
        legend={
          <Choice<Kind>
            label={t.show}
            value={kind}
            options={[
              ["both", t.both],
              ["falls", t.falls],
              ["nearMisses", t.nearMisses],
            ]}
            onValue={(next) => setQuery({ show: next === "both" ? undefined : next })}
          />
        }
      >
        {(stage) => <HeatMap counts={cells.map(({ count }) => count)} stage={stage} />}
      </Chart>
    </section>
  );
}

/** `14:00–15:00`. */
function hourOf(index: number): string {
  const at = (hour: number) => `${String(hour % 24).padStart(2, "0")}:00`;
  return `${at(index % 24)}–${at((index % 24) + 1)}`;
}

/** Falls and near misses by day or week. */
export function Trend({ trend: { step, points } }: Pick<Figures, "trend">) {
  const t = analytics();
  const c = charts();
  const whole = (date: string) =>
    step === "week" ? t.weekOf(day(Date.parse(date), "UTC")) : day(Date.parse(date), "UTC");
  const sum = points.reduce((all, point) => all + point.falls + point.nearMisses, 0);
  const most = points.reduce((best, point) =>
    point.falls + point.nearMisses > best.falls + best.nearMisses ? point : best,
  );
  const length = step === "week" ? t.weekCount(points.length) : t.dayCount(points.length);
  return (
    <section class="card">
      <Chart
        title={step === "week" ? t.trendWeek : t.trend}
        summary={sum === 0 ? t.trendNone : t.trendSummary(number(sum), length, whole(most.date))}
        points={points}
        read={(point) => `${whole(point.date)}: ${counted(point)}`}
        id={({ date }) => date}
        columns={[
          { title: t.date, cell: ({ date }) => whole(date) },
          { title: t.falls, number: true, cell: ({ falls }) => number(falls) },
          { title: t.nearMisses, number: true, cell: ({ nearMisses }) => number(nearMisses) },
        ]}
        legend={
          <Legend
            of={[
              ["fall", c.fallsTitle],
              ["nearMiss", c.nearMissesTitle],
            ]}
          />
        }
      >
        {(stage) => (
          <Bars
            stage={stage}
            bars={points.map(({ date, falls, nearMisses }) => ({
              label: day(Date.parse(date), "UTC").replace(/[ .]*\d{4}$/, ""),
              parts: [
                { kind: "fall", count: falls },
                { kind: "nearMiss", count: nearMisses },
              ],
            }))}
          />
        )}
      </Chart>
    </section>
  );
}
