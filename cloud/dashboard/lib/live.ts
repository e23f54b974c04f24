import { computed, effect, signal } from "@preact/signals";
import { me } from "./api.ts";
import { resume } from "./session.ts";

export type ChangeKind = "incident" | "device" | "deadLetter" | "notice";
interface Change {
  readonly kind: ChangeKind;
  readonly id: string;
  readonly cursor: string;
}

/** `away`: what is shown may no longer be true. */
export const connection = signal<"live" | "connecting" | "away">("connecting");

const listeners = new Set<(change: Change | "reset") => void>();
let source: WebSocket | undefined;
let cursor: string | undefined;
let failures = 0;
let retry: ReturnType<typeof setTimeout> | undefined;

/** Waits between two tries: a second at first, half a minute at last, and never all browsers at once. */
const FIRST_WAIT_MS = 1_000;
const LAST_WAIT_MS = 30_000;
const PROBE_MS = 15_000;

/** Who may listen; the same while a session is merely renewed. */
const listener = computed(() => {
  const { value } = me;
  return value && !value.mustChangePassword ? `${value.tenant}/${value.user}` : undefined;
});
effect(() => {
  cursor = undefined;
  disconnect();
  if (listener.value) connect();
});
// A socket may take minutes to find out that nobody is there any more; whoever relies on the page must know sooner.
setInterval(() => connection.peek() === "live" && resume().catch(lost), PROBE_MS);
addEventListener("offline", () => source && lost());
addEventListener("online", () => listener.peek() && connection.peek() !== "live" && connect());

function connect(): void {
  disconnect();
  const address = new URL("/api/live/socket", location.href.replace(/^http/, "ws"));
  if (cursor) address.searchParams.set("after", cursor);
  const socket = new WebSocket(address);
  source = socket;
  socket.onopen = () => {
    failures = 0;
    connection.value = "live";
  };
  socket.onmessage = ({ data }) => {
    const { event, ...change }: { event: "change" | "reset" } & Change = JSON.parse(data);
    cursor = event === "reset" ? undefined : change.cursor;
    tell(event === "reset" ? "reset" : change);
  };
  socket.onclose = () => source === socket && lost();
}

function lost(): void {
  disconnect();
  connection.value = "away";
  const wait = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.5 + Math.random() / 2);
  failures += 1;
  // Asking who is logged in tells a session that has ended from a network that is gone.
  retry = setTimeout(() => resume().then(() => listener.peek() && connect(), lost), wait);
}

function disconnect(): void {
  clearTimeout(retry);
  const socket = source;
  source = undefined;
  socket?.close();
}

function tell(change: Change | "reset"): void {
  for (const listener of listeners) listener(change);
}

/** Calls `hear` when something of these kinds has changed, or may have. Returns how to stop. */
export function onChange(kinds: readonly ChangeKind[], id: string | undefined, hear: () => void): () => void {
  if (kinds.length === 0) return () => {};
  let due: ReturnType<typeof setTimeout> | undefined;
  let heardAt = Number.NEGATIVE_INFINITY;
  // Messages have ids of their own, so any of them may be about this one.
  const isOther = (change: Change) => id !== undefined && change.kind !== "notice" && change.id !== id;
  const hearOne = (change: Change | "reset") => {
    if (change !== "reset" && (!kinds.includes(change.kind) || isOther(change))) return;
    due ??= setTimeout(
      () => {
        due = undefined;
        heardAt = performance.now();
        hear();
      },
      Math.max(BURST_MS, heardAt + CALM_MS - performance.now()),
    );
  };
  listeners.add(hearOne);
  return () => {
    clearTimeout(due);
    listeners.delete(hearOne);
  };
}

/** A burst is one change: heard so long after its first … */
const BURST_MS = 150;
/** … and, while changes pour in, no more often than this. */
const CALM_MS = 1_500;
