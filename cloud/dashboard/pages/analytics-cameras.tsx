import { Chart, Legend } from "../charts/chart.tsx";
import { Lines } from "../charts/lines.tsx";
import { number, percent, span } from "../lib/format.ts";
import { Icon } from "../parts/icon.tsx";
import { analytics } from "./analytics.words.ts";
import type { Figures } from "./analytics-count.ts";

type Camera = Figures["cameras"][number];

/** The sensitivity report: each camera with what a reader should look at. */
export function Cameras({ cameras }: Pick<Figures, "cameras">) {
  const t = analytics();
  return (
    <section class="card report">
      <h2>{t.cameras}</h2>
      <p class="soft">{t.camerasHint}</p>
      <ul>
        {cameras.map((camera) => (
          <li key={JSON.stringify([camera.device, camera.camera])}>
            <Report of={camera} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Report({ of: camera }: { readonly of: Camera }) {
  const t = analytics();
  const { advice, outcomes, falsePerDay, precision, blindMs, knownMs } = camera;
  const figures: [string, string][] = [
    [t.fallAlarms, number(camera.falls)],
    [t.nearMisses, number(camera.nearMisses)],
    [t.falseDay, falsePerDay === null ? "–" : number(falsePerDay, { maximumFractionDigits: 2 })],
    [t.precision, precision === null ? "–" : `${percent(precision)} (${number(outcomes.true + outcomes.false)})`],
    [t.blind, knownMs === 0 ? "–" : t.blindOf(span(blindMs), fine(blindMs / knownMs))],
  ];
  return (
    <article class="report-camera">
      <header>
        <h3>{camera.camera}</h3>
        <small>{camera.device}</small>
      </header>
      <ul class="advice">
        {advice.map((one) => (
          <li key={one} data-pressing={one !== "few judged"}>
            <Icon name={one === "few judged" ? "suspected" : "degraded"} />
            <span>{adviceOf(camera, one)}</span>
          </li>
        ))}
        {advice.length === 0 && (
          <li>
            <Icon name="done" />
            <span>{t.adviceNone}</span>
          </li>
        )}
      </ul>
      <dl class="facts">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {(camera.thresholds[0]?.trueKept ?? 0) + (camera.thresholds[0]?.falseKept ?? 0) > 0 && (
        <details>
          <summary>{t.thresholds}</summary>
          <Thresholds of={camera} />
        </details>
      )}
    </article>
  );
}

function adviceOf({ suggested }: Camera, advice: Camera["advice"][number]): string {
  const t = analytics();
  return advice === "separable" ? t.advice.separable(two(suggested ?? 0)) : t.advice[advice];
}

const fine = (share: number) => number(share, { style: "percent", maximumFractionDigits: 1 });
const two = (value: number) => number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function Thresholds({ of: { camera, thresholds, suggested } }: { readonly of: Camera }) {
  const t = analytics();
  // The lowest threshold keeps what any listed one would keep.
  const all = { yes: thresholds[0]?.trueKept ?? 0, no: thresholds[0]?.falseKept ?? 0 };
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const mark = thresholds.findIndex(({ at }) => at === suggested);
  const summary = t.keptSummary(number(all.yes), number(all.no));
  return (
    <Chart
      inner
      title={`${t.thresholds}: ${camera}`}
      summary={suggested === null ? summary : `${summary} ${t.keptBest(two(suggested))}`}
      points={thresholds}
      read={({ at, trueKept, falseKept }) =>
        t.kept(two(at), t.of(number(trueKept), number(all.yes)), t.of(number(falseKept), number(all.no)))
      }
      id={({ at }) => String(at)}
      columns={[
        { title: t.threshold, cell: ({ at }) => two(at) },
        { title: t.keptTrue, number: true, cell: ({ trueKept }) => number(trueKept) },
        { title: t.keptFalse, number: true, cell: ({ falseKept }) => number(falseKept) },
      ]}
      legend={
        <Legend
          of={[
            ["fall", t.keptTrue],
            ["plain", t.keptFalse],
          ]}
        />
      }
    >
      {(stage) => (
        <Lines
          stage={stage}
          labels={thresholds.map(({ at }) => two(at))}
          mark={mark < 0 ? undefined : mark}
          lines={[
            { kind: "fall", values: thresholds.map(({ trueKept }) => share(trueKept, all.yes)) },
            { kind: "plain", values: thresholds.map(({ falseKept }) => share(falseKept, all.no)) },
          ]}
        />
      )}
    </Chart>
  );
}
