import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { recall, remember } from "./memory.ts";

/** One thing that a key, or two in a row such as `g i`, does. */
export interface Shortcut {
  readonly keys: string;
  /** For people, in the help. */
  readonly does: string;
  readonly run: () => void;
}

/** What each part of the page that stands there now has to offer, as it was last drawn. */
const offers: { current: readonly Shortcut[] }[] = [];

/** All that is in force. */
export function shortcuts(): readonly Shortcut[] {
  return offers.flatMap((offer) => offer.current);
}

/** Single keys get in the way of speech input, so people may switch them off (WCAG 2.1, 2.1.4). */
export const keysOn = signal(recall("keys", ["on", "off"], "on") === "on");
export function setKeysOn(on: boolean): void {
  keysOn.value = on;
  remember("keys", on ? "on" : "off");
}

/** These keys work while the component is on the page: from the moment that it can be seen. */
export function useKeys(list: readonly Shortcut[]): void {
  const offer = useRef(list);
  offer.current = list;
  useLayoutEffect(() => {
    offers.push(offer);
    return () => {
      offers.splice(offers.indexOf(offer), 1);
    };
  }, []);
}

/** The second of two keys is waited for no longer, ms. */
const PAIR_MS = 1_500;
let first = { key: "", at: 0 };

addEventListener("keydown", (event) => {
  if (!keysOn.peek() || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const target = event.target as Element | null;
  if (target?.closest?.("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  const pair = event.timeStamp - first.at < PAIR_MS ? `${first.key} ${event.key}` : "";
  const list = shortcuts();
  const found = list.findLast(({ keys }) => keys === pair) ?? list.findLast(({ keys }) => keys === event.key);
  first = { key: event.key, at: event.timeStamp };
  if (!found) return;
  first = { key: "", at: 0 };
  event.preventDefault();
  found.run();
});
