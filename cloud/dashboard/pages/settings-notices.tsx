import { useState } from "preact/hooks";
import type { Answer } from "../../api/contract.ts";
import { call, wordsOf } from "../lib/api.ts";
import { number } from "../lib/format.ts";
import { usePages } from "../lib/load.ts";
import { query, setQuery } from "../lib/router.ts";
import { words } from "../lib/words.ts";
import { Empty } from "../parts/empty.tsx";
import { Choice } from "../parts/field.tsx";
import { Pager } from "../parts/pager.tsx";
import { Shown } from "../parts/pending.tsx";
import { Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { toast } from "../parts/toast.tsx";
import { settings } from "./settings.words.ts";

type Notice = Answer<"GET /api/notices">["notices"][number];

const notices = words(
  {
    hint: "What was sent to people. What failed has been tried for two hours; put right what is wrong and try it again. Kept for 90 days.",
    which: "Show",
    failed: "failed",
    all: "all",
    noneFailed: "No message has failed",
    none: "No message has been sent yet",
    when: "When",
    what: "What",
    to: "To",
    became: "What became of it",
    states: { waiting: "on its way", delivered: "delivered", failed: "failed" },
    tries: (tries: string) => `${tries} tries`,
    replay: "Try again",
    replayOf: (subject: string) => `Try again: ${subject}`,
    again: "It is tried again.",
  },
  {
    hint: "Was Personen gesendet wurde. Was gescheitert ist, wurde zwei Stunden lang versucht; den Fehler beheben und erneut versuchen. 90 Tage aufbewahrt.",
    which: "Zeigen",
    failed: "gescheiterte",
    all: "alle",
    noneFailed: "Keine Nachricht ist gescheitert",
    none: "Noch wurde keine Nachricht gesendet",
    when: "Wann",
    what: "Was",
    to: "An",
    became: "Was daraus wurde",
    states: { waiting: "unterwegs", delivered: "zugestellt", failed: "gescheitert" },
    tries: (tries) => `${tries} Versuche`,
    replay: "Erneut versuchen",
    replayOf: (subject) => `Erneut versuchen: ${subject}`,
    again: "Es wird erneut versucht.",
  },
);

/** Messages to people, those that failed first of all. */
export function Notices() {
  const t = notices();
  const which = query.value.get("which") === "all" ? "all" : "failed";
  const list = usePages(
    async (after, signal) => {
      const page = await call("GET /api/notices", { query: { which, ...(after ? { after } : {}) }, signal });
      return { items: page.notices, next: page.next };
    },
    { on: ["notice"], deps: [which] },
  );
  return (
    <section class="card form" aria-labelledby="part-title">
      <h2 id="part-title">{settings().parts.notices}</h2>
      <p class="soft">{t.hint}</p>
      <Choice
        label={t.which}
        value={which}
        options={[
          ["failed", t.failed],
          ["all", t.all],
        ]}
        onValue={(next) => setQuery({ which: next === "failed" ? undefined : next })}
      />
      <Shown of={list}>
        {(shown) =>
          shown.items.length === 0 ? (
            <Empty icon="done" title={which === "failed" ? t.noneFailed : t.none} />
          ) : (
            <>
              <Table
                caption={settings().parts.notices}
                rows={shown.items}
                id={({ id }) => id}
                columns={[
                  { title: t.when, cell: ({ at }) => <Time at={at} /> },
                  { title: t.what, cell: (notice) => <What of={notice} /> },
                  {
                    title: t.to,
                    cell: ({ person, channel, address }) => (
                      <>
                        {person} <small>{`${settings().channel[channel]}: ${address}`}</small>
                      </>
                    ),
                  },
                  {
                    title: t.became,
                    cell: ({ state, tries, error }) => (
                      <>
                        <b data-notice={state}>{t.states[state]}</b> <small>{t.tries(number(tries))}</small>
                        {error && <p class="camera-reason">{error}</p>}
                      </>
                    ),
                  },
                  {
                    title: t.replay,
                    cell: (notice) => notice.state === "failed" && <Replay notice={notice} onDone={list.reload} />,
                  },
                ]}
              />
              <Pager of={shown} />
            </>
          )
        }
      </Shown>
    </section>
  );
}

function What({ of: { subject, about } }: { readonly of: Notice }) {
  if (typeof about.incident !== "string") return <span>{subject}</span>;
  return <a href={`/incidents/${encodeURIComponent(about.incident)}`}>{subject}</a>;
}

function Replay({ notice, onDone }: { readonly notice: Notice; readonly onDone: () => void }) {
  const t = notices();
  const [busy, setBusy] = useState(false);
  const replay = async () => {
    setBusy(true);
    try {
      await call("POST /api/notices/:notice/replay", { params: { notice: notice.id } });
      toast(t.again);
      onDone();
    } catch (error) {
      toast(wordsOf(error), "failed");
    } finally {
      setBusy(false);
    }
  };
  return (
    <button type="button" disabled={busy} aria-label={t.replayOf(notice.subject)} onClick={() => void replay()}>
      {t.replay}
    </button>
  );
}
