import { effect, signal } from "@preact/signals";
import { recall, remember } from "./memory.ts";

export const LOOKS = ["auto", "light", "dark"] as const;
export type Look = (typeof LOOKS)[number];

/** `auto`: as the viewer's system has it. */
export const look = signal<Look>(recall("look", LOOKS, "auto"));
export const contrast = signal(recall("contrast", ["more", "normal"], wantsContrast() ? "more" : "normal"));

function wantsContrast(): boolean {
  return matchMedia("(prefers-contrast: more)").matches;
}

effect(() => {
  document.documentElement.dataset.look = look.value;
  remember("look", look.value);
});
effect(() => {
  document.documentElement.dataset.contrast = contrast.value;
  if (contrast.value !== (wantsContrast() ? "more" : "normal")) remember("contrast", contrast.value);
});
