import { signal } from "@preact/signals";
import { Icon } from "./icon.tsx";
import { common } from "./words.ts";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: "done" | "failed";
}

const toasts = signal<readonly Toast[]>([]);
let count = 0;
/** What went well is said for so long, ms; what did not stays until it is dismissed. */
const SHOWN_MS = 6_000;
const MAX_TOASTS = 4;

export function toast(text: string, kind: Toast["kind"] = "done"): void {
  count += 1;
  const id = count;
  toasts.value = [...toasts.peek(), { id, text, kind }].slice(-MAX_TOASTS);
  if (kind === "done") setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
  toasts.value = toasts.peek().filter((one) => one.id !== id);
}

/** Where toasts appear; once, in the shell. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, kind }) => (
        <div class="toast" key={id} data-kind={kind}>
          <p>{text}</p>
          <button type="button" class="quiet" aria-label={common().dismiss} onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
