import { language } from "./words.ts";

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function once<Format extends Intl.NumberFormat | Intl.DateTimeFormat>(
  options: object,
  make: (locale: string) => Format,
) {
  // English as plants write it: day before month, 24 hours.
  const locale = language.value === "de" ? "de-DE" : "en-GB";
  const name = `${locale} ${JSON.stringify(options)}`;
  const format = (made.get(name) as Format | undefined) ?? make(locale);
  made.set(name, format);
  return format;
}

const date = (ms: number, options: Intl.DateTimeFormatOptions) =>
  once(options, (locale) => new Intl.DateTimeFormat(locale, options)).format(ms);

/** `14:03:09`, on the viewer's clock unless a time zone is given. */
export function clockTime(ms: number, timeZone?: string): string {
  return date(ms, { hour: "2-digit", minute: "2-digit", second: "2-digit", ...(timeZone ? { timeZone } : {}) });
}

/** `27 Nov`, for days of this year. */
export function shortDay(ms: number, timeZone?: string): string {
  return date(ms, { day: "numeric", month: "short", ...(timeZone ? { timeZone } : {}) });
}

/** `27 Nov 2026`. */
export function day(ms: number, timeZone?: string): string {
  return date(ms, { day: "numeric", month: "short", year: "numeric", ...(timeZone ? { timeZone } : {}) });
}

/** `27 Nov 2026, 14:03:09`. */
export function moment(ms: number, timeZone?: string): string {
  return `${day(ms, timeZone)}, ${clockTime(ms, timeZone)}`;
}

export function number(value: number, options: Intl.NumberFormatOptions = { maximumFractionDigits: 1 }): string {
  return once(options, (locale) => new Intl.NumberFormat(locale, options)).format(value);
}

/** A share of one: `82 %`. */
export function percent(share: number): string {
  return number(share, { style: "percent", maximumFractionDigits: 0 });
}

/** Milliseconds as people read them: one decimal below ten, seconds from a thousand on. */
export function millis(ms: number): string {
  if (Math.abs(ms) >= 60_000) return duration(ms);
  if (Math.abs(ms) >= 1_000) return `${number(ms / 1_000, { maximumFractionDigits: Math.abs(ms) < 10_000 ? 2 : 1 })} s`;
  return `${number(ms, { maximumFractionDigits: Math.abs(ms) < 10 ? 1 : 0 })} ms`;
}

/** `4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ${Math.floor((s % 3_600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3_600)} h`;
}

/** A length that stands still: `15 min`, not `15 min 0 s`. */
export function span(ms: number): string {
  return duration(ms).replace(/ 0 \S+$/, "");
}

/** `1.4 MB`. */
export function bytes(size: number): string {
  const [unit, by] = size < 1_000 ? ["byte", 1] : size < 1_000_000 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  return number(size / Number(by), { style: "unit", unit: String(unit), maximumFractionDigits: 1 });
}
