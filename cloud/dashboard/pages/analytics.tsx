import { call } from "../lib/api.ts";
import { day, number, span } from "../lib/format.ts";
import { useLoad } from "../lib/load.ts";
import { now } from "../lib/now.ts";
import { query, setQuery } from "../lib/router.ts";
import { Empty } from "../parts/empty.tsx";
import { Choice, SelectField } from "../parts/field.tsx";
import { Shown } from "../parts/pending.tsx";
import { analytics } from "./analytics.words.ts";
import { Cameras } from "./analytics-cameras.tsx";
import type { Figures } from "./analytics-count.ts";
import { Found, Response } from "./analytics-people.tsx";
import { Trend, When } from "./analytics-when.tsx";
import { Shifts, Where } from "./analytics-where.tsx";

const SPANS = ["7", "30", "90", "365"] as const;
type Span = (typeof SPANS)[number];
const DAY_MS = 24 * 3_600_000;

/** What incidents say together. */
export default function Analytics() {
  const t = analytics();
  const days = SPANS.find((one) => one === query.value.get("days")) ?? "30";
  const site = query.value.get("site") ?? "";
  const sites = useLoad((signal) => call("GET /api/sites", { signal }));
  const figures = useLoad(
    (signal) => {
      // To the next full minute, so that what is happening is in it.
      const to = Math.ceil(now.peek() / 60_000) * 60_000;
      const asked = { from: to - Number(days) * DAY_MS, to, ...(site ? { site } : {}) };
      return call("GET /api/analytics", { query: asked, signal });
    },
    { deps: [days, site] },
  );
  return (
    <>
      <header class="page-head">
        <h1>{t.title}</h1>
        {figures.data && <p class="soft">{t.period(day(figures.data.from), day(figures.data.to - 1))}</p>}
        <div class="end unprinted">
          <button type="button" onClick={() => print()}>
            {t.print}
          </button>
        </div>
      </header>
      <div class="analytics-find">
        <Choice<Span>
          label={t.span}
          value={days}
          options={SPANS.map((one) => [one, t.days[one]] as const)}
          onValue={(next) => setQuery({ days: next === "30" ? undefined : next })}
        />
        {(sites.data?.sites.length ?? 0) > 1 && (
          <SelectField
            label={t.site}
            value={site}
            options={[["", t.everySite], ...(sites.data?.sites ?? []).map((one) => [one.site, one.name] as const)]}
            onValue={(next) => setQuery({ site: next })}
          />
        )}
      </div>
      <Shown of={figures}>{(data) => <All figures={data} />}</Shown>
    </>
  );
}

function All({ figures }: { readonly figures: Figures }) {
  const t = analytics();
  const { total, complete, from } = figures;
  const anything = total.falls + total.nearMisses + total.suspected + figures.falseAlarms.outcomes.false > 0;
  return (
    <div class="analytics">
      {!complete && <p class="failed">{t.cut(day(from))}</p>}
      <Tiles of={figures} />
      {anything ? (
        <>
          <When hours={figures.hours} />
          <Trend trend={figures.trend} />
          <div class="columns">
            <Where zones={figures.zones} />
            <Shifts shifts={figures.shifts} />
          </div>
          <div class="columns">
            <Response acknowledgement={figures.acknowledgement} />
            <Found falseAlarms={figures.falseAlarms} />
          </div>
        </>
      ) : (
        <Empty icon="done" title={t.nothing}>
          <p>{t.nothingHint}</p>
        </Empty>
      )}
      {figures.cameras.length > 0 && <Cameras cameras={figures.cameras} />}
    </div>
  );
}

/** The four figures to remember. */
function Tiles({ of: { total, acknowledgement, falseAlarms } }: { readonly of: Figures }) {
  const t = analytics();
  const { p50Ms, p95Ms } = acknowledgement;
  const { perCameraDay, cameraDays, outcomes } = falseAlarms;
  const tiles: [name: string, value: string, hint: string][] = [
    [t.falls, number(total.falls), t.realOnly],
    [t.nearMisses, number(total.nearMisses), t.suspected(number(total.suspected))],
    p50Ms === null ? [t.median, "–", t.nobody] : [t.median, span(p50Ms), t.medianHint(span(p95Ms ?? p50Ms))],
    perCameraDay === null
      ? [t.falseRate, "–", t.noRate]
      : [
          t.falseRate,
          number(perCameraDay, { maximumFractionDigits: 2 }),
          t.falseHint(number(outcomes.false), number(cameraDays)),
        ],
  ];
  return (
    <dl class="tiles">
      {tiles.map(([name, value, hint]) => (
        <div key={name} class="card tile">
          <dt>{name}</dt>
          <dd>
            <b>{value}</b>
            <small>{hint}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}
