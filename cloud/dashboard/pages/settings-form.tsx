import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { useSend } from "../parts/send.ts";
import { toast } from "../parts/toast.tsx";
import { common } from "../parts/words.ts";
import { settings } from "./settings.words.ts";

/** A form over the page that saves and goes away; or stays, and says why not. */
export function FormDialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly save: () => Promise<unknown>;
  /** False: something is missing, and the form says what. */
  readonly check?: () => boolean;
  readonly onSaved: () => void;
  readonly children: ComponentChildren;
}) {
  const { title, onClose, save, check = () => true, onSaved, children } = props;
  const { busy, refused, send } = useSend();
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!check() || !(await send(save))) return;
    toast(settings().saved);
    onSaved();
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        {children}
        <p class="error" role="alert">
          {refused}
        </p>
        <div class="form-end">
          <button type="button" onClick={onClose}>
            {common().cancel}
          </button>
          <button type="submit" class="primary" disabled={busy}>
            {common().save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Removes something after a question. */
export function RemoveButton(props: {
  readonly name: string;
  readonly remove: () => Promise<unknown>;
  readonly onDone: () => void;
}) {
  const { name, remove, onDone } = props;
  const t = settings();
  const [asked, setAsked] = useState(false);
  const { busy, refused, send } = useSend();
  const sure = async () => {
    if (!(await send(remove))) return;
    toast(t.removed);
    setAsked(false);
    onDone();
  };
  return (
    <>
      <button type="button" aria-label={t.removeOf(name)} onClick={() => setAsked(true)}>
        {t.remove}
      </button>
      {asked && (
        <Dialog title={t.removeOf(name)} onClose={() => setAsked(false)}>
          <div class="form">
            <p>{t.removeSure(name)}</p>
            <p class="error" role="alert">
              {refused}
            </p>
            <div class="form-end">
              <button type="button" onClick={() => setAsked(false)}>
                {common().cancel}
              </button>
              <button type="button" class="primary" disabled={busy} onClick={() => void sure()}>
                {t.remove}
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** Name, and the short name that follows it until somebody writes another; only new things have a choice. */
export function NameFields(props: {
  readonly name: string;
  readonly id: string;
  readonly isNew: boolean;
  readonly onValue: (name: string, id: string) => void;
}) {
  const { name, id, isNew, onValue } = props;
  const t = settings();
  return (
    <>
      <TextField
        label={t.name}
        value={name}
        onValue={(next) => onValue(next, isNew && id === slug(name) ? slug(next) : id)}
        autoFocus
        required
        maxLength={100}
      />
      {isNew && (
        <TextField
          label={t.id}
          hint={t.idHint}
          value={id}
          onValue={(next) => onValue(name, next)}
          required
          maxLength={64}
          pattern="[a-z0-9]([a-z0-9\-]{0,62}[a-z0-9])?"
          autoCapitalize="none"
          spellcheck={false}
        />
      )}
    </>
  );
}

const GERMAN: Readonly<Record<string, string>> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss" };

/** Text as a short name: `Anne Müller` is `anne-mueller`, `José` is `jose`. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => GERMAN[letter] ?? "")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 64)
    .replace(/^-|-$/g, "");
}

export function TimeZoneField({
  value,
  onValue,
}: {
  readonly value: string;
  readonly onValue: (zone: string) => void;
}) {
  const list = useId();
  return (
    <>
      <TextField
        label={settings().timeZone}
        value={value}
        onValue={onValue}
        list={list}
        required
        maxLength={64}
        spellcheck={false}
      />
      <datalist id={list}>
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}

/** Where this browser is. */
export const ownTimeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
