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

const formats = new Map<string, Intl.DateTimeFormat>();

/** The time `ms` (since 1970) on a clock in that IANA time zone, whatever the season. Throws RangeError for a zone that is none. */
export function localTime(ms: number, timeZone: string): LocalTime {
  const { year, month, day, hour, minute } = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<string, number>;
  const [y = 0, m = 0, d = 0, h = 0, min = 0] = [year, month, day, hour, minute];
  return {
    date: `${String(y).padStart(4, "0")}-${two(m)}-${two(d)}`,
    hour: h,
    minute: h * 60 + min,
    weekday: new Date(Date.UTC(y, m - 1, d)).getUTCDay() || 7,
  };
}

const two = (value: number) => String(value).padStart(2, "0");

/** Making a format costs a hundred times what using it does. */
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
