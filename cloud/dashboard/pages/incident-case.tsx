import { useState } from "preact/hooks";
import type { Answer } from "../../api/contract.ts";
import { call, wordsOf } from "../lib/api.ts";
import { number } from "../lib/format.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Time } from "../parts/time.tsx";
import { incident } from "./incident.words.ts";

type CaseFile = Answer<"GET /api/incidents/:incident/case">;

/** Makes the evidence file; what it is and its hashes are shown before it is saved. */
export function CaseDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const t = incident().case;
  const [made, setMade] = useState<CaseFile>();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const make = async () => {
    setBusy(true);
    setRefused("");
    try {
      setMade(await call("GET /api/incidents/:incident/case", { params: { incident: id } }));
    } catch (error) {
      setRefused(wordsOf(error));
    }
    setBusy(false);
  };
  return (
    <Dialog title={t.title} onClose={onClose}>
      <div class="form">
        <p class="soft">{t.about}</p>
        <p class="error" role="alert">
          {refused}
        </p>
        {made && (
          <dl class="hashes">
            <div>
              <dt>{t.hash}</dt>
              <dd>
                <code>{made.sha256}</code>
                <small>
                  {t.audit(number(made.audit.sequence))} · <Time at={made.exportedAt} whole /> · {made.exportedBy}
                </small>
              </dd>
            </div>
            {made.parts.map(({ name, sha256 }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <code>{sha256}</code>
                </dd>
              </div>
            ))}
          </dl>
        )}
        <p class="form-end">
          {made ? (
            <button type="button" class="primary" onClick={() => save(made)}>
              <Icon name="download" />
              {t.download}
            </button>
          ) : (
            <button type="button" class="primary" disabled={busy} onClick={() => void make()}>
              {busy ? t.making : t.make}
            </button>
          )}
        </p>
      </div>
    </Dialog>
  );
}

function save(made: CaseFile): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(made, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `spotter-case-${made.incident}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
