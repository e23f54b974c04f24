import { number } from "../lib/format.ts";
import type { Paged } from "../lib/load.ts";
import { common } from "./words.ts";

/** How much of a list is shown, and the way to the rest. */
export function Pager({ of }: { readonly of: Paged<unknown> }) {
  const t = common();
  return (
    <p class="pager">
      <span>{t.shown(number(of.items.length))}</span>
      {of.more && (
        <button type="button" onClick={of.more} disabled={of.loading}>
          {of.loading ? t.loading : t.more}
        </button>
      )}
    </p>
  );
}
