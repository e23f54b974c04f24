import { useEffect, useRef, useState } from "preact/hooks";
import { call, wordsOf } from "../lib/api.ts";
import { millis } from "../lib/format.ts";
import { onChange } from "../lib/live.ts";
import { settings } from "./settings.words.ts";
import type { Channel, Person } from "./settings-people.tsx";
import { people } from "./settings-people.words.ts";

type Result = { readonly kind: "idle" | "waiting" | "delivered" | "failed"; readonly text: string };

/** After this nobody stares at the button any more, ms. */
const PATIENCE_MS = 60_000;
/** How often it is looked after while nothing is told, ms. */
const LOOK_MS = 2_000;

/** Sends a test message and tells what became of it. */
export function TestButton({ person, channel }: { readonly person: Person; readonly channel: Channel }) {
  const t = people();
  const [result, setResult] = useState<Result>({ kind: "idle", text: "" });
  const stop = useRef<() => void>(() => {});
  useEffect(() => () => stop.current(), []);

  const newest = async () => {
    const { notices } = await call("GET /api/notices", { query: { which: "all", limit: 50 } });
    return notices.find((one) => one.kind === "test" && one.person === person.person && one.channel === channel);
  };

  const test = async () => {
    setResult({ kind: "waiting", text: t.sending });
    try {
      const before = await newest();
      await call("POST /api/people/:person/test", { params: { person: person.person }, body: { channel } });
      follow(before?.id);
    } catch (error) {
      setResult({ kind: "failed", text: wordsOf(error) });
    }
  };

  const follow = (before: string | undefined) => {
    stop.current();
    const look = async () => {
      const notice = await newest();
      if (!notice || notice.id === before) return;
      const { state, at, deliveredAt = at, error = "", tries } = notice;
      if (state === "delivered") setResult({ kind: "delivered", text: t.delivered(millis(deliveredAt - at)) });
      else if (state === "failed") setResult({ kind: "failed", text: t.failed(error) });
      else if (tries > 0) setResult({ kind: "waiting", text: t.again(error) });
      if (state !== "waiting") stop.current();
    };
    // What cannot be read now is read at the next look.
    const tryLook = () => void look().catch(() => {});
    const stopHearing = onChange(["notice"], undefined, tryLook);
    const looking = setInterval(tryLook, LOOK_MS);
    const giveUp = setTimeout(() => {
      stop.current();
      setResult((now) => (now.text === t.sending ? { kind: "failed", text: t.lost } : now));
    }, PATIENCE_MS);
    stop.current = () => {
      stopHearing();
      clearInterval(looking);
      clearTimeout(giveUp);
    };
    tryLook();
  };

  return (
    <span class="test">
      <button
        type="button"
        disabled={result.kind === "waiting"}
        aria-label={t.testOf(person.name, settings().channel[channel])}
        onClick={() => void test()}
      >
        {t.test}
      </button>
      <span role="status" data-result={result.kind}>
        {result.text}
      </span>
    </span>
  );
}
