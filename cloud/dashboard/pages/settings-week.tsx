import { settings } from "./settings.words.ts";
import type { Hours } from "./settings-hours.tsx";

interface Piece {
  /** Minutes since midnight. */
  readonly from: number;
  readonly to: number;
  readonly person: string;
}

const DAY = 24 * 60;
const COLOURS = 5;

const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** What of a week's day each shift covers, earlier shifts last so that they lie on top; `to` before `from` reaches into the next day. */
export function piecesOf(shifts: readonly (Hours & { readonly person: string })[], day: number): Piece[] {
  const before = day === 1 ? 7 : day - 1;
  return shifts.toReversed().flatMap(({ days, from, to, person }) => {
    const [begins, ends] = [minutes(from), minutes(to)];
    const over = ends <= begins;
    return [
      ...(days.includes(day) ? [{ from: begins, to: over ? DAY : ends, person }] : []),
      ...(over && ends > 0 && days.includes(before) ? [{ from: 0, to: ends, person }] : []),
    ];
  });
}

/** A week at a glance. The list below it says the same in words. */
export function Week(props: {
  readonly shifts: readonly (Hours & { readonly person: string })[];
  readonly nameOf: (person: string) => string;
}) {
  const { shifts, nameOf } = props;
  const people = [...new Set(shifts.map(({ person }) => person))];
  const share = (of: number) => `${(100 * of) / DAY}%`;
  return (
    <div class="week" aria-hidden="true">
      {settings()
        .dayShort.split(",")
        .map((name, index) => (
          <div key={name} class="week-day">
            <span>{name}</span>
            <div class="week-bar">
              {piecesOf(shifts, index + 1).map(({ from, to, person }) => (
                <span
                  key={`${from}/${to}/${person}`}
                  data-colour={people.indexOf(person) % COLOURS}
                  title={nameOf(person)}
                  style={{ insetInlineStart: share(from), width: share(to - from) }}
                >
                  {nameOf(person)}
                </span>
              ))}
            </div>
          </div>
        ))}
    </div>
  );
}
