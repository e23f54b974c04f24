/** A time at a place. */
export interface LocalTime {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** 0..23. */
  readonly hour: number;
  /** Minutes since midnight. */
  readonly minute: number;
  /** ISO 8601: 1 Monday to 7 Sunday. */
  readonly weekday: number;
}

const MINUTE = 60_000;
/** Clocks are put forward and back at such times of UTC, ms. */
const QUARTER = 15 * MINUTE;
/** Offsets that are kept: a year of quarters in one time zone. */
const MAX_KEPT = 35_040;

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/** The time `ms` (since 1970) on a clock in that IANA time zone, whatever the season. Throws RangeError for a zone that is none. */
export function localTime(ms: number, timeZone: string): LocalTime {
  const there = new Date(ms + offset(ms, timeZone));
  return {
    date: there.toISOString().slice(0, 10),
    hour: there.getUTCHours(),
    minute: there.getUTCHours() * 60 + there.getUTCMinutes(),
    weekday: there.getUTCDay() || 7,
  };
}

/** How far the clock there is ahead of UTC, ms; asking for it costs a hundred times what remembering it does. */
function offset(ms: number, timeZone: string): number {
  const quarter = Math.floor(ms / QUARTER) * QUARTER;
  const name = `${timeZone} ${quarter}`;
  const known = offsets.get(name);
  if (known !== undefined) return known;
  if (offsets.size >= MAX_KEPT) offsets.clear();
  const { year, month, day, hour, minute } = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(quarter)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<string, number>;
  const ahead = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute) - Math.floor(quarter / MINUTE) * MINUTE;
  offsets.set(name, ahead);
  return ahead;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  formats.set(timeZone, format);
  return format;
}
