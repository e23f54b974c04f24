import type { ComponentChildren } from "preact";
import type { Loaded } from "../lib/load.ts";
import { common } from "./words.ts";

/** Bars in the place of what is still on its way. */
export function Pending({ lines = 6 }: { readonly lines?: number }) {
  return (
    <div class="pending" role="status" aria-label={common().loading}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class="pending-bar" />
      ))}
    </div>
  );
}

/** What was loaded, or that it is on its way, or why it is not there. What is there stays while it is loaded anew. */
export function Shown<Data>(props: {
  readonly of: Loaded<Data>;
  readonly lines?: number;
  readonly children: (data: Data) => ComponentChildren;
}) {
  const { of, lines = 6, children } = props;
  const t = common();
  return (
    <>
      {of.error && (
        <div class="failed" role="alert">
          <p>
            <b>{t.loadFailed}.</b> {of.error}
          </p>
          <button type="button" onClick={of.reload}>
            {t.retry}
          </button>
        </div>
      )}
      {of.data === undefined ? !of.error && <Pending lines={lines} /> : children(of.data)}
    </>
  );
}
