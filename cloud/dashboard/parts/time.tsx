import { clockTime, day, duration, moment } from "../lib/format.ts";
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
  const today = day(now.value, timeZone) === day(at, timeZone);
  const text = whole
    ? moment(at, timeZone)
    : today
      ? clockTime(at, timeZone)
      : `${day(at, timeZone)}, ${clockTime(at, timeZone)}`;
  return (
    <time dateTime={new Date(at).toISOString()} title={moment(at, timeZone)}>
      {text}
    </time>
  );
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
