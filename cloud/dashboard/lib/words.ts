import { effect, signal } from "@preact/signals";
import { recall, remember } from "./memory.ts";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What the page speaks; whoever reads it while drawing is drawn anew when it changes. */
export const language = signal<Language>(recall("language", LANGUAGES, preferred()));
function preferred(): Language {
  return LANGUAGES.find((one) => navigator.languages.find((tag) => /^(de|en)\b/.test(tag))?.startsWith(one)) ?? "en";
}

effect(() => {
  document.documentElement.lang = language.value;
  remember("language", language.value);
});

type Word = string | ((...of: never[]) => string);
type Words = { readonly [name: string]: Word | Words };
/** The same names, each a text or a function of the same arguments. */
type Same<W> = {
  readonly [K in keyof W]: W[K] extends string
    ? string
    : W[K] extends (...of: infer Of) => string
      ? (...of: Of) => string
      : Same<W[K]>;
};

/** The words of one part of the dashboard in every language; one that is missing anywhere does not compile. */
export function words<W extends Words>(en: W, de: Same<W>): () => Same<W> {
  return () => (language.value === "de" ? de : (en as unknown as Same<W>));
}
