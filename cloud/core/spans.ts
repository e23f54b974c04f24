/** Sequences received without a gap, with the device's wall clock (ms) at both ends. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Sequences that have not come: given up by the device, or still on their way. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  /** Between these wall times, ms; undefined before the first event that came. */
  readonly afterMs: number | undefined;
  readonly beforeMs: number;
}

/** More pieces than this are no outage any more; the oldest two then count as one, and their gap as given up. */
const MAX_SPANS = 1_000;

/** `spans`, in order and apart from one another, with one more sequence. The same, whatever order sequences come in. */
export function withSequence(spans: readonly Span[], sequence: number, wallMs: number): readonly Span[] {
  // The first span that ends at or behind the place before `sequence`: all before it stay as they are.
  let at = spans.length;
  while (at > 0 && (spans[at - 1] as Span).to >= sequence - 1) at -= 1;
  let joined: Span = { from: sequence, to: sequence, fromMs: wallMs, toMs: wallMs };
  let end = at;
  for (let span = spans[end]; span !== undefined && span.from <= sequence + 1; span = spans[end]) {
    if (span.from <= sequence && sequence <= span.to) return spans;
    joined =
      span.to < sequence
        ? { ...joined, from: span.from, fromMs: span.fromMs }
        : { ...joined, to: span.to, toMs: span.toMs };
    end += 1;
  }
  const all = [...spans.slice(0, at), joined, ...spans.slice(end)];
  const [first, second, ...rest] = all;
  if (all.length <= MAX_SPANS || !first || !second) return all;
  return [{ from: first.from, fromMs: first.fromMs, to: second.to, toMs: second.toMs }, ...rest];
}

/** What is missing between 1 and the newest sequence. */
export function gapsIn(spans: readonly Span[]): Gap[] {
  const gaps: Gap[] = [];
  let before: Span | undefined;
  for (const span of spans) {
    const from = (before?.to ?? 0) + 1;
    if (span.from > from) gaps.push({ from, to: span.from - 1, afterMs: before?.toMs, beforeMs: span.fromMs });
    before = span;
  }
  return gaps;
}
