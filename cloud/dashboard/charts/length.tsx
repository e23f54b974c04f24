/** A number as a length beside it, for the cell of a table; the number itself stands there in words. */
export function Length(props: {
  readonly parts: readonly { readonly kind: string; readonly count: number }[];
  readonly most: number;
}) {
  const { parts, most } = props;
  return (
    <span class="length" aria-hidden="true">
      {parts.map(({ kind, count }) => (
        <span key={kind} class="swatch" data-kind={kind} style={{ width: `${(100 * count) / Math.max(1, most)}%` }} />
      ))}
    </span>
  );
}
