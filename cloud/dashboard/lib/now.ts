import { signal } from "@preact/signals";

/** The cloud's clock minus this viewer's, ms; the client keeps it from the answers' dates. */
export const skew = signal(0);

/** The cloud's time, ms since 1970, renewed every second: what shows an age reads it. */
export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) now.value = Date.now() + skew.peek();
}, 1_000);
document.addEventListener("visibilitychange", () => {
  now.value = Date.now() + skew.peek();
});
