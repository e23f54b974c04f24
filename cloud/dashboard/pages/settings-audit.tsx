import { useState } from "preact/hooks";
import type { Answer } from "../../api/contract.ts";
import { call, wordsOf } from "../lib/api.ts";
import { number } from "../lib/format.ts";
import { usePages } from "../lib/load.ts";
import { words } from "../lib/words.ts";
import { Icon } from "../parts/icon.tsx";
import { Pager } from "../parts/pager.tsx";
import { Shown } from "../parts/pending.tsx";
import { Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { settings } from "./settings.words.ts";

type Entry = Answer<"GET /api/audit">["entries"][number];
type Checked = Answer<"GET /api/audit/check">;

/** Digits of a hash that tell it from every other at a glance. */
const SHORT = 12;

const audit = words(
  {
    hint: "Who did what. Each entry holds the hash of the one before, so that none can be changed, taken out or put in unnoticed.",
    check: "Check the chain",
    checking: "Checking",
    whole: (count: string, hash: string) => `Whole: ${count} entries, the last has the hash ${hash}.`,
    broken: (at: string) =>
      `Broken: entry ${at} does not fit the one before it. Keep the database as it is and find out who touched it.`,
    sequence: "No.",
    when: "When",
    who: "Who",
    nobody: "nobody yet",
    did: "Did",
    of: "Of",
    detail: "Detail",
    hash: "Hash",
  },
  {
    hint: "Wer was getan hat. Jeder Eintrag enthält den Hash des vorigen, damit keiner unbemerkt geändert, entfernt oder eingefügt werden kann.",
    check: "Kette prüfen",
    checking: "Prüft",
    whole: (count, hash) => `Unversehrt: ${count} Einträge, der letzte hat den Hash ${hash}.`,
    broken: (at) =>
      `Gebrochen: Eintrag ${at} passt nicht zum vorigen. Die Datenbank so lassen, wie sie ist, und klären, wer sie angefasst hat.`,
    sequence: "Nr.",
    when: "Wann",
    who: "Wer",
    nobody: "noch niemand",
    did: "Tat",
    of: "Woran",
    detail: "Einzelheiten",
    hash: "Hash",
  },
);

/** Who did what, and whether nobody has tampered with it. */
export function Audit() {
  const t = audit();
  const list = usePages(async (after, signal) => {
    const { entries, next } = await call("GET /api/audit", { query: after ? { after } : {}, signal });
    return { items: entries, next };
  });
  return (
    <section class="card form" aria-labelledby="part-title">
      <header class="page-head">
        <h2 id="part-title">{settings().parts.audit}</h2>
      </header>
      <p class="soft">{t.hint}</p>
      <Check />
      <Shown of={list}>
        {(shown) => (
          <>
            <Table
              caption={settings().parts.audit}
              rows={shown.items}
              id={({ sequence }) => String(sequence)}
              columns={[
                { title: t.sequence, number: true, cell: ({ sequence }) => number(sequence) },
                { title: t.when, cell: ({ at }) => <Time at={at} /> },
                { title: t.who, cell: ({ user }) => (user === "-" ? <i>{t.nobody}</i> : <b>{user}</b>) },
                { title: t.did, cell: ({ action }) => action },
                { title: t.of, cell: ({ subject }) => subject },
                { title: t.detail, cell: (entry) => <Detail of={entry} /> },
                {
                  title: t.hash,
                  cell: ({ hash }) => <code title={hash}>{hash.slice(0, SHORT)}</code>,
                },
              ]}
            />
            <Pager of={shown} />
          </>
        )}
      </Shown>
    </section>
  );
}

function Detail({ of: { detail } }: { readonly of: Entry }) {
  const parts = Object.entries(detail);
  if (parts.length === 0) return null;
  return (
    <ul class="detail">
      {parts.map(([name, value]) => (
        <li key={name}>
          <span class="soft">{name}</span> {typeof value === "string" ? value : JSON.stringify(value)}
        </li>
      ))}
    </ul>
  );
}

function Check() {
  const t = audit();
  const [checked, setChecked] = useState<Checked>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const check = async () => {
    setBusy(true);
    setError(undefined);
    try {
      setChecked(await call("GET /api/audit/check"));
    } catch (thrown) {
      setError(wordsOf(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="chain-check">
      <button type="button" disabled={busy} onClick={() => void check()}>
        {busy ? t.checking : t.check}
      </button>
      <p role="status" data-whole={checked?.whole}>
        {checked && (
          <>
            <Icon name={checked.whole ? "done" : "degraded"} />
            {checked.whole
              ? t.whole(number(checked.head.sequence), checked.head.hash.slice(0, SHORT))
              : t.broken(number(checked.brokenAt ?? 0))}
          </>
        )}
        {error}
      </p>
    </div>
  );
}
