import { computed, signal } from "@preact/signals";

/** The address bar as the dashboard reads it. */
const address = signal(location.pathname + location.search);
addEventListener("popstate", () => {
  address.value = location.pathname + location.search;
});

const url = computed(() => new URL(address.value, location.origin));
export const pathname = computed(() => url.value.pathname);
/** What stands behind `?`: filters, so that a view can be sent to somebody else. */
export const query = computed(() => url.value.searchParams);

export function navigate(to: string, { replace = false } = {}): void {
  if (to === location.pathname + location.search) return;
  if (replace) history.replaceState(null, "", to);
  else {
    history.pushState(null, "", to);
    scrollTo(0, 0);
  }
  address.value = to;
}

/** Changes some of what stands behind `?`; undefined and empty take it away. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const next = new URLSearchParams(query.peek());
  for (const [name, value] of Object.entries(changes))
    if (value) next.set(name, value);
    else next.delete(name);
  const text = next.toString();
  navigate(text === "" ? pathname.peek() : `${pathname.peek()}?${text}`, { replace: true });
}

/** The named parts of `path` under a pattern such as `/incidents/:id`; undefined when it does not match. */
export function match(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [want, have] = [pattern.split("/"), path.split("/")];
  if (want.length !== have.length) return undefined;
  const found: Record<string, string> = {};
  for (const [at, part] of want.entries()) {
    const given = have[at] ?? "";
    if (part.startsWith(":")) found[part.slice(1)] = decode(given);
    else if (part !== given) return undefined;
  }
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Links within the dashboard change the page without loading it anew.
addEventListener("click", (event) => {
  const link = (event.target as Element | null)?.closest?.("a[href]");
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target !== "" || link.hasAttribute("download")) return;
  if (link.pathname.startsWith("/api/") || link.getAttribute("href")?.startsWith("#")) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
});
