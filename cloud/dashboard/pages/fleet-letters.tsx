import { useState } from "preact/hooks";
import type { Answer } from "../../api/contract.ts";
import { call, wordsOf } from "../lib/api.ts";
import { bytes, number } from "../lib/format.ts";
import { usePages } from "../lib/load.ts";
import { Empty } from "../parts/empty.tsx";
import { Pager } from "../parts/pager.tsx";
import { Shown } from "../parts/pending.tsx";
import { Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { toast } from "../parts/toast.tsx";
import { fleet } from "./fleet.words.ts";

type Letter = Answer<"GET /api/dead-letters">["deadLetters"][number];

/** What was not taken in, and the way to try it again. */
export function Letters() {
  const t = fleet();
  const list = usePages(
    async (after, signal) => {
      const { deadLetters, next } = await call("GET /api/dead-letters", { query: after ? { after } : {}, signal });
      return { items: deadLetters, next };
    },
    { on: ["deadLetter"] },
  );
  return (
    <section class="card form">
      <p class="soft">{t.lettersHint}</p>
      <Shown of={list}>
        {(shown) =>
          shown.items.length === 0 ? (
            <Empty icon="done" title={t.lettersNone} />
          ) : (
            <>
              <Table
                caption={t.letters}
                rows={shown.items}
                id={({ id }) => id}
                columns={[
                  { title: t.received, cell: ({ receivedAt }) => <Time at={receivedAt} /> },
                  { title: t.from, cell: ({ identity }) => identity },
                  {
                    title: t.why,
                    cell: ({ rejection, reason, cut }) => (
                      <>
                        <b>{t.rejection[rejection]}</b>: {reason} {cut && <span class="soft">({t.cut})</span>}
                      </>
                    ),
                  },
                  { title: t.size, number: true, cell: ({ size }) => bytes(size) },
                  { title: t.tries, number: true, cell: ({ tries }) => number(tries) },
                  { title: t.replay, cell: (letter) => <Replay letter={letter} onDone={list.reload} /> },
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

function Replay({ letter: { id, identity, cut }, onDone }: { readonly letter: Letter; readonly onDone: () => void }) {
  const t = fleet();
  const [busy, setBusy] = useState(false);
  const replay = async () => {
    setBusy(true);
    try {
      const { fate } = await call("POST /api/dead-letters/:letter/replay", { params: { letter: id } });
      toast(t.fate[fate], fate === "dead" ? "failed" : "done");
      onDone();
    } catch (error) {
      toast(wordsOf(error), "failed");
    } finally {
      setBusy(false);
    }
  };
  return (
    <button type="button" disabled={busy || cut} aria-label={t.replayOf(identity)} onClick={() => void replay()}>
      {t.replay}
    </button>
  );
}
