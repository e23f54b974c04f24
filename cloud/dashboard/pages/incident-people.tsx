import type { Answer } from "../../api/contract.ts";
import { number } from "../lib/format.ts";
import type { Action, Incident } from "../lib/incident.ts";
import { Time } from "../parts/time.tsx";
import { common } from "../parts/words.ts";
import { incident } from "./incident.words.ts";

type Told = Answer<"GET /api/incidents/:incident/escalation">;
type LogEntry = NonNullable<Told["escalation"]>["log"][number];

interface Line {
  readonly at: number;
  readonly text: string;
  readonly by?: string;
  readonly more?: string;
  readonly until?: number;
  readonly kind: "deed" | "told" | "failed";
}

/** Who was told and who did what, in the order in which it happened. */
export function People({ of, told }: { readonly of: Incident; readonly told: Told | undefined }) {
  const t = incident().people;
  const lines = [
    ...of.actions.map(deedLine),
    ...deviceDeed(of),
    ...(told?.escalation?.log ?? []).map(toldLine),
    ...(told?.notices ?? [])
      .filter(({ state }) => state === "failed")
      .map(({ at, person, error = "" }): Line => ({ at, text: t.failed(person, error), kind: "failed" })),
  ].sort((a, b) => a.at - b.at);
  const { stopped, rung } = told?.escalation ?? {};
  return (
    <>
      {lines.length === 0 ? (
        <p class="soft">{t.none}</p>
      ) : (
        <ol class="people">
          {lines.map(({ at, text, by, more, until, kind }, index) => (
            <li key={index} data-kind={kind}>
              <Time at={at} />
              <div>
                <p>
                  {by && <b>{by}</b>} {text}
                  {until !== undefined && (
                    <>
                      {" "}
                      {t.until} <Time at={until} />
                    </>
                  )}
                </p>
                {more && <blockquote>{more}</blockquote>}
              </div>
            </li>
          ))}
        </ol>
      )}
      {told?.escalation && (
        <p class="soft">{stopped ? t.stopped[stopped] : rung !== undefined && t.next(number(rung + 1))}</p>
      )}
    </>
  );
}

function deedLine({ at, by, kind, reason, outcome, until }: Action): Line {
  const t = incident();
  const was = outcome ? ` · ${t.people.was(common().outcome[outcome])}` : "";
  const line = { at, by, text: `${t.course.action[kind]}${was}`, more: reason, kind: "deed" } as const;
  return until === undefined ? line : { ...line, until };
}

function deviceDeed({ acknowledged }: Incident): Line[] {
  if (acknowledged?.where !== "device") return [];
  const t = incident();
  return [{ at: acknowledged.at, by: acknowledged.by, text: t.change.acknowledged, kind: "deed" }];
}

function toldLine({ at, person, by, result }: LogEntry): Line {
  const t = incident().people;
  const text = {
    told: t.told(person, t.by[by]),
    nobody: t.nobody,
    "quiet hours": t.quiet(person),
    "not reachable so": t.unreachable(person, t.by[by]),
  }[result];
  return { at, text, kind: result === "told" ? "told" : "failed" };
}
