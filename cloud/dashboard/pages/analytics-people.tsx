import { Bars } from "../charts/bars.tsx";
import { Chart } from "../charts/chart.tsx";
import { number, span } from "../lib/format.ts";
import { analytics } from "./analytics.words.ts";
import type { Figures } from "./analytics-count.ts";

/** How long falls waited for somebody. */
export function Response({ acknowledgement }: Pick<Figures, "acknowledgement">) {
  const t = analytics();
  const { acknowledged, missing, buckets } = acknowledgement;
  const points = [
    ...buckets.map(({ upToMs, count }) => ({
      label: upToMs === null ? t.longer : span(upToMs),
      name: upToMs === null ? t.longer : t.within(span(upToMs)),
      kind: "plain" as const,
      count,
    })),
    { label: t.never, name: t.never, kind: "missing" as const, count: missing },
  ];
  return (
    <section class="card">
      <Chart
        title={t.response}
        summary={t.responseSummary(number(acknowledged), number(missing))}
        points={points}
        read={({ name, count }) => `${name}: ${number(count)}`}
        id={({ label }) => label}
        columns={[
          { title: t.responseTime, cell: ({ name }) => name },
          { title: t.count, number: true, cell: ({ count }) => number(count) },
        ]}
      >
        {(stage) => (
          <Bars
            stage={stage}
            room={44}
            bars={points.map(({ label, kind, count }) => ({ label, parts: [{ kind, count }] }))}
          />
        )}
      </Chart>
    </section>
  );
}

/** What the incidents turned out to be. */
export function Found({ falseAlarms: { outcomes, unjudged } }: Pick<Figures, "falseAlarms">) {
  const t = analytics();
  const points = (["true", "false", "drill", "unjudged"] as const).map((outcome) => ({
    outcome,
    count: outcome === "unjudged" ? unjudged : outcomes[outcome],
  }));
  const kinds = { true: "fall", false: "plain", drill: "plain", unjudged: "missing" } as const;
  return (
    <section class="card">
      <Chart
        title={t.found}
        summary={unjudged === 0 ? t.foundAll : t.foundSummary(number(unjudged))}
        points={points}
        read={({ outcome, count }) => `${t.outcomes[outcome]}: ${number(count)}`}
        id={({ outcome }) => outcome}
        columns={[
          { title: t.outcome, cell: ({ outcome }) => t.outcomes[outcome] },
          { title: t.count, number: true, cell: ({ count }) => number(count) },
        ]}
      >
        {(stage) => (
          <Bars
            stage={stage}
            room={44}
            bars={points.map(({ outcome, count }) => ({
              label: t.outcomes[outcome],
              parts: [{ kind: kinds[outcome], count }],
            }))}
          />
        )}
      </Chart>
    </section>
  );
}
