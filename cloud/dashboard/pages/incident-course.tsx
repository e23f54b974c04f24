import { millis, number } from "../lib/format.ts";
import type { Incident, Moment } from "../lib/incident.ts";
import { incident } from "./incident.words.ts";

type Words = ReturnType<typeof incident>;
const LANES = ["device", "outputs", "cloud", "people"] as const;
type Lane = (typeof LANES)[number];

/** From the frame to the acknowledgement: the figures, a scale, what the decision took, and every moment. */
export function Course({ of, moments }: { readonly of: Incident; readonly moments: readonly Moment[] }) {
  const t = incident();
  const first = (...whats: Moment["what"][]) => moments.find(({ what, ms }) => whats.includes(what) && ms !== null)?.ms;
  const decided = first("decision");
  const output = first("output confirmed", "output written");
  const cloud = first("received");
  const acknowledged = of.acknowledged && of.acknowledged.at - of.since;
  return (
    <>
      <dl class="figures">
        <Figure name={t.course.decided} ms={decided} otherwise={t.course.none} />
        <Figure name={t.course.output} ms={output} otherwise={t.course.none} />
        <Figure name={t.course.cloud} ms={cloud} otherwise={t.course.notYet} />
        <Figure name={t.course.acknowledged} ms={acknowledged} otherwise={t.course.notYet} />
      </dl>
      <Scale moments={moments} />
      <Stages of={of} />
      <details class="moments">
        <summary>{t.course.all}</summary>
        <ol>
          {[...moments].sort(byTime).map((moment, at) => (
            <li key={at} data-lane={laneOf(moment)}>
              <span class="moment-time">{moment.ms === null ? "–" : millis(moment.ms)}</span>
              <span>
                {nameOf(moment, t)}
                {moment.text && moment.what !== "stage" && <small>{moment.text}</small>}
              </span>
            </li>
          ))}
        </ol>
        <p class="hint">{t.course.clocks}</p>
      </details>
    </>
  );
}

function Figure({
  name,
  ms,
  otherwise,
}: {
  readonly name: string;
  readonly ms: number | null | undefined;
  readonly otherwise: string;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-none={ms === undefined || ms === null}>{ms === undefined || ms === null ? otherwise : millis(ms)}</dd>
    </div>
  );
}

function byTime(a: Moment, b: Moment): number {
  return (a.ms ?? Number.POSITIVE_INFINITY) - (b.ms ?? Number.POSITIVE_INFINITY);
}

function laneOf({ what }: Moment): Lane | undefined {
  if (what === "decision") return "device";
  if (what.startsWith("output")) return "outputs";
  if (what === "received") return "cloud";
  return what === "action" ? "people" : undefined;
}

function nameOf({ what, of }: Moment, { course, change }: Words): string {
  const kind = change[of as keyof typeof change] ?? of;
  switch (what) {
    case "frame":
      return course.frame;
    case "stage":
      return course.stage[of as keyof typeof course.stage] ?? of;
    case "decision":
      return course.decision(kind);
    case "recorded":
      return course.recorded(kind);
    case "received":
      return course.received(kind);
    case "output written":
      return course.written(of);
    case "output confirmed":
      return course.confirmed(of);
    case "output failed":
      return course.failed(of);
    case "action":
      return course.action[of as keyof typeof course.action] ?? of;
  }
}

/** Marks of the scale, ms: milliseconds matter at its left, hours at its right. */
const MARKS = [1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000];

function Scale({ moments }: { readonly moments: readonly Moment[] }) {
  const t = incident();
  const timed = moments.filter((moment) => moment.ms !== null && laneOf(moment));
  if (timed.length === 0) return null;
  const longest = Math.max(100, ...timed.map(({ ms }) => ms ?? 0));
  const end = MARKS.find((mark) => mark >= longest) ?? longest;
  const place = (ms: number) => `${(Math.log10(Math.max(1, ms)) / Math.log10(end)) * 100}%`;
  return (
    <figure class="scale">
      <figcaption class="unseen">{t.course.scale}</figcaption>
      <div class="scale-marks" aria-hidden="true">
        {MARKS.filter((mark) => mark <= end).map((mark) => (
          <span key={mark} style={{ left: place(mark) }}>
            <span>{markName(mark)}</span>
          </span>
        ))}
      </div>
      <ul>
        {LANES.map((lane) => (
          <li key={lane} class="scale-lane" data-lane={lane}>
            <span class="scale-name">{t.course.lanes[lane]}</span>
            <ul class="scale-track">
              {timed
                .filter((moment) => laneOf(moment) === lane)
                .map((moment, at) => {
                  const text = `${nameOf(moment, t)}, ${millis(moment.ms ?? 0)}`;
                  return (
                    <li
                      key={at}
                      style={{ left: place(moment.ms ?? 0) }}
                      title={text}
                      data-failed={moment.what === "output failed"}
                    >
                      <span class="unseen">{text}</span>
                    </li>
                  );
                })}
            </ul>
          </li>
        ))}
      </ul>
    </figure>
  );
}

function markName(ms: number): string {
  if (ms < 1_000) return `${number(ms)} ms`;
  if (ms < 60_000) return `${number(ms / 1_000)} s`;
  return ms < 3_600_000 ? `${number(ms / 60_000)} min` : `${number(ms / 3_600_000)} h`;
}

/** Changes that a frame decided; the others are done by people. */
const BY_FRAME = ["suspected", "confirmed", "recovered", "down"];

/** Bars as long as each stage took, one row for each change that a frame decided; all rows on one scale. */
function Stages({ of }: { readonly of: Incident }) {
  const t = incident();
  const rows = of.steps
    .filter(({ kind }) => BY_FRAME.includes(kind))
    .map(({ event, kind, stages = {} }) => ({
      event,
      kind: t.change[kind as keyof typeof t.change] ?? kind,
      stages: Object.entries(stages).filter(([name, ms]) => name !== "actuate" && ms > 0),
    }))
    .filter(({ stages }) => stages.length > 0);
  if (rows.length === 0) return null;
  const sums = rows.map(({ stages }) => stages.reduce((sum, [, ms]) => sum + ms, 0));
  const longest = Math.max(...sums);
  return (
    <section class="stages" aria-labelledby="stages">
      <h3 id="stages">{t.course.stages}</h3>
      <ul>
        {rows.map(({ event, kind, stages }, at) => (
          <li key={event}>
            <p>
              <span>{kind}</span>
              <b>{millis(sums[at] ?? 0)}</b>
            </p>
            <div class="stage-bar" aria-hidden="true" style={{ width: `${((sums[at] ?? 0) / longest) * 100}%` }}>
              {stages.map(([name, ms]) => (
                <span key={name} data-stage={name} style={{ flexGrow: ms }} />
              ))}
            </div>
            <ul class="stage-legend">
              {stages.map(([name, ms]) => (
                <li key={name} data-stage={name}>
                  {t.course.stage[name as keyof typeof t.course.stage] ?? name} {millis(ms)}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}
