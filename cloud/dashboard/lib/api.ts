import { signal } from "@preact/signals";
import { ApiError, client } from "../../api/client.ts";
import type { Answer } from "../../api/contract.ts";
import { common } from "../parts/words.ts";
import { skew } from "./now.ts";

export type Me = Answer<"GET /api/session">;

/** Who is logged in; null: nobody; undefined: not known yet. */
export const me = signal<Me | null | undefined>(undefined);

/** A clock that differs by less shows the same ages, ms; HTTP tells whole seconds. */
const SAME_CLOCK_MS = 2_000;

const ask = client({
  csrf: () => me.peek()?.csrf,
  fetch: async (input, init) => {
    const answer = await fetch(input, init);
    const ahead = Date.parse(answer.headers.get("date") ?? "") - Date.now();
    if (Math.abs(ahead - skew.peek()) > SAME_CLOCK_MS) skew.value = Math.abs(ahead) > SAME_CLOCK_MS ? ahead : 0;
    return answer;
  },
});

/** Asks the cloud. A session that has ended leads to the log-in. Rejects with ApiError. */
export const call: typeof ask = async (key, ...request) => {
  try {
    return await ask(key, ...request);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401 && me.peek()) me.value = null;
    throw error;
  }
};

/** A reason for people: what was refused and what to do, or that nobody answered. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof ApiError) || error.status === 0) return common().noAnswer;
  return [error.message, error.remedy]
    .filter((text) => text !== "")
    .map(sentence)
    .join(" ");
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
