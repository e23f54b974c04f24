import { span } from "../lib/format.ts";
import { Icon } from "../parts/icon.tsx";
import { settings } from "./settings.words.ts";
import type { Draft, Told } from "./settings-escalation.tsx";
import { escalation } from "./settings-escalation.words.ts";
import type { Person } from "./settings-people.tsx";
import type { Rota } from "./settings-rotas.tsx";

export interface Known {
  readonly people: readonly Person[];
  readonly rotas: readonly Rota[];
}

interface Line {
  readonly when: string;
  readonly who: string;
  /** Why it may reach nobody. */
  readonly warning: string | undefined;
}

/** The chain as sentences: when, whom, by what, and what is wrong with it. */
export function linesOf({ chain }: Pick<Draft, "chain">, known: Known): Line[] {
  const t = escalation();
  return [...chain]
    .sort((a, b) => a.afterMin - b.afterMin)
    .map((rung) => ({
      when: rung.afterMin > 0 ? t.afterTime(minutes(rung.afterMin)) : t.atOnce,
      ...whom(rung, known),
    }));
}

const minutes = (of: number) => span(of * 60_000);

function whom({ to, by }: Told, { people, rotas }: Known): Omit<Line, "when"> {
  const t = escalation();
  const way = settings().channel[by];
  const person = (id: string) => people.find((one) => one.person === id);
  const lacks = (one: Person) => !one.contacts.some(({ channel }) => channel === by);
  if ("person" in to) {
    const found = person(to.person);
    const warning = !found
      ? t.gone(to.person)
      : lacks(found)
        ? t.noContact(found.name, way)
        : found.quiet
          ? t.quietNow(found.name)
          : undefined;
    return { who: t.person(found?.name ?? to.person, way), warning };
  }
  const rota = rotas.find((one) => one.rota === to.onCall);
  const onDuty = rota?.now === undefined ? undefined : person(rota.now);
  const members = [...new Set(rota?.shifts.map((shift) => shift.person) ?? [])].flatMap((id) => person(id) ?? []);
  const unreachable = members.find(lacks);
  const warning = !rota
    ? t.gone(to.onCall)
    : unreachable
      ? t.noContact(unreachable.name, way)
      : onDuty
        ? undefined
        : t.nobodyOnCall;
  return { who: t.onCall(to.onCall, way, onDuty?.name ?? t.nobodyNow), warning };
}

/** What will happen, read from what stands in the form. */
export function Preview({ draft, known }: { readonly draft: Draft; readonly known: Known }) {
  const t = escalation();
  const lines = linesOf(draft, known);
  return (
    <section class="preview" aria-labelledby="preview-title">
      <h3 id="preview-title">{t.preview}</h3>
      {lines.length === 0 ? (
        <p class="preview-warning">
          <Icon name="degraded" />
          {t.previewNone}
        </p>
      ) : (
        <ol aria-live="polite">
          {lines.map(({ when, who, warning }, index) => (
            <li key={`${index} ${when}`}>
              <b>{when}</b>
              <span>{who}</span>
              {warning && (
                <span class="preview-warning">
                  <Icon name="degraded" />
                  {warning}
                </span>
              )}
            </li>
          ))}
          <li class="preview-again">
            <span>{t.repeats(minutes(draft.repeatMin))}</span>
          </li>
        </ol>
      )}
    </section>
  );
}
