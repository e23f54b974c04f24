import { clockTime, day, duration, moment, shortDay } from "../lib/format.ts";
import { now } from "../lib/now.ts";
import { common } from "./words.ts";

/** A time; the whole of it, date and all, when pointed at. */
export function Time({
  at,
  whole = false,
  timeZone,
}: {
  readonly at: number;
  readonly whole?: boolean;
  readonly timeZone?: string;
}) {
  const named = whole ? day : dayOf(at, timeZone);
  const text = [named?.(at, timeZone), clockTime(at, timeZone)].filter(Boolean).join(", ");
  return (
    <time dateTime={new Date(at).toISOString()} title={moment(at, timeZone)}>
      {text}
    </time>
  );
}

/** How a day is named: not at all today, without the year within it. */
function dayOf(at: number, timeZone: string | undefined): typeof day | undefined {
  if (day(now.value, timeZone) === day(at, timeZone)) return undefined;
  return new Date(now.value).getFullYear() === new Date(at).getFullYear() ? shortDay : day;
}

/** How long ago it is; counts on. */
export function Ago({ at }: { readonly at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={moment(at)}>
      {common().ago(duration(now.value - at))}
    </time>
  );
}

/** How long it has lasted; counts on. */
export function Since({ at }: { readonly at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={moment(at)}>
      {duration(now.value - at)}
    </time>
  );
}
