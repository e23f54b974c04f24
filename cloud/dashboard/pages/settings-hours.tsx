import { useId } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import { settings } from "./settings.words.ts";

export interface Hours {
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
}

const WEEK = [1, 2, 3, 4, 5, 6, 7];

/** `Mo–Fr 22:00–06:00`. */
export function hoursText({ days, from, to }: Hours): string {
  const t = settings();
  const short = t.dayShort.split(",");
  const name = (day: number) => short[day - 1] ?? "";
  const sorted = WEEK.filter((day) => days.includes(day));
  const runs: number[][] = [];
  for (const day of sorted) {
    const last = runs.at(-1);
    if (last && last.at(-1) === day - 1) last.push(day);
    else runs.push([day]);
  }
  const text = runs
    .map((run) => (run.length > 2 ? `${name(run[0] ?? 0)}–${name(run.at(-1) ?? 0)}` : run.map(name).join(", ")))
    .join(", ");
  return `${sorted.length === 7 ? t.everyDay : text} ${from}–${to}`;
}

/** Days, and a time from one hour to another; `label` names them for whoever hears them. */
export function HoursFields<Value extends Hours>(props: {
  readonly label: string;
  readonly value: Value;
  readonly onValue: (value: Value) => void;
}) {
  const { label, value, onValue } = props;
  const t = settings();
  const id = useId();
  const names = t.dayNames.split(",");
  const toggle = (day: number) =>
    onValue({
      ...value,
      days: value.days.includes(day) ? value.days.filter((one) => one !== day) : [...value.days, day].sort(),
    });
  return (
    <fieldset class="hours" aria-label={label}>
      <div class="day-boxes">
        {t.dayShort.split(",").map((short, index) => (
          <label key={short} title={names[index]}>
            <input type="checkbox" checked={value.days.includes(index + 1)} onChange={() => toggle(index + 1)} />
            <span aria-hidden="true">{short}</span>
            <span class="unseen">{names[index]}</span>
          </label>
        ))}
      </div>
      <div class="hours-times">
        <label for={`${id}-from`}>{t.from}</label>
        <input
          id={`${id}-from`}
          type="time"
          required
          value={value.from}
          onInput={(event) => onValue({ ...value, from: event.currentTarget.value })}
        />
        <label for={`${id}-to`}>{t.to}</label>
        <input
          id={`${id}-to`}
          type="time"
          required
          value={value.to}
          onInput={(event) => onValue({ ...value, to: event.currentTarget.value })}
        />
        {value.to <= value.from && <span class="hint">{t.nextDay}</span>}
      </div>
    </fieldset>
  );
}

/** A list of alike things that can be added to and taken from. */
export function Rows<Row>(props: {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly onRows: (rows: Row[]) => void;
  readonly blank: () => Row;
  readonly addText: string;
  /** Names a row for whoever hears it. */
  readonly name: (row: Row, index: number) => string;
  readonly limit: number;
  readonly hint?: string;
  readonly children: (row: Row, onRow: (row: Row) => void, index: number) => preact.ComponentChildren;
}) {
  const { title, rows, onRows, blank, addText, name, limit, hint, children } = props;
  const t = settings();
  const id = useId();
  return (
    <section class="rows" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {hint && <p class="hint">{hint}</p>}
      {rows.length > 0 && (
        <ol>
          {rows.map((row, index) => (
            <li key={index} class="row">
              <div class="row-fields">
                {children(row, (next) => onRows(rows.map((one, at) => (at === index ? next : one))), index)}
              </div>
              <button
                type="button"
                class="quiet"
                aria-label={t.removeOf(name(row, index))}
                title={t.remove}
                onClick={() => onRows(rows.filter((_, at) => at !== index))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ol>
      )}
      <button type="button" class="add" disabled={rows.length >= limit} onClick={() => onRows([...rows, blank()])}>
        <Icon name="plus" />
        {addText}
      </button>
    </section>
  );
}
