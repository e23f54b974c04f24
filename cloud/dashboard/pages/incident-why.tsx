import { number, percent } from "../lib/format.ts";
import type { Incident, Step } from "../lib/incident.ts";
import { incident } from "./incident.words.ts";

/** The change that made the incident what it is, or the last before it with numbers. */
export function decidingStep({ steps }: Incident): Step | undefined {
  return (
    steps.findLast(({ kind, evidence }) => evidence && (kind === "confirmed" || kind === "down")) ??
    steps.findLast(({ evidence }) => evidence) ??
    steps.find(({ why }) => why)
  );
}

/** What was measured, in numbers and pictures of them. */
export function Why({ step }: { readonly step: Step }) {
  const t = incident().why;
  const { evidence } = step;
  if (!evidence) return <p>{step.why}</p>;
  const { votes, asked, fall, fallen, lying, torsoAngle, dropSpeed, visible } = evidence;
  return (
    <dl class="why">
      <Measure name={t.votes} value={t.votesOf(number(votes), number(asked))} share={asked > 0 ? votes / asked : 0} />
      {step.kind === "suspected" ? (
        <Measure name={t.fall} value={percent(fall)} share={fall} />
      ) : (
        <Measure name={t.fallen} value={percent(fallen)} share={fallen} />
      )}
      <Measure name={t.lying} value={percent(lying)} share={lying} />
      {step.score !== undefined && (
        <Measure name={t.score} value={number(step.score, { maximumFractionDigits: 2 })} share={step.score} />
      )}
      <div class="measure">
        <dt>{t.torso}</dt>
        <dd>
          {torsoAngle === null ? t.notSeen : `${number(torsoAngle, { maximumFractionDigits: 0 })}°`}
          {torsoAngle !== null && (
            <svg class="dial" viewBox="-12 -12 24 13" aria-hidden="true">
              <path class="dial-arc" d="M-11 0A11 11 0 0 1 11 0" />
              <path class="dial-hand" d="M0 0V-9.5" transform={`rotate(${Math.min(90, Math.max(-90, torsoAngle))})`} />
            </svg>
          )}
        </dd>
      </div>
      <div class="measure">
        <dt>{t.drop}</dt>
        <dd>{dropSpeed === null ? t.notSeen : t.dropUnit(number(dropSpeed))}</dd>
      </div>
      <Measure name={t.visible} value={t.visibleOf(number(visible))} share={visible / 17} />
    </dl>
  );
}

function Measure({ name, value, share }: { readonly name: string; readonly value: string; readonly share: number }) {
  return (
    <div class="measure">
      <dt>{name}</dt>
      <dd>
        {value}
        <span class="bar" aria-hidden="true">
          <span style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />
        </span>
      </dd>
    </div>
  );
}
