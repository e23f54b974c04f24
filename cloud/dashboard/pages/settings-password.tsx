import { useState } from "preact/hooks";
import { me } from "../lib/api.ts";
import { changePassword } from "../lib/session.ts";
import { words } from "../lib/words.ts";
import { TextField } from "../parts/field.tsx";
import { toast } from "../parts/toast.tsx";
import { settings } from "./settings.words.ts";
import { useSend } from "./settings-form.tsx";

const LEAST = 12;

const password = words(
  {
    hint: (name: string) => `For ${name}. Your other sessions end when you change it.`,
    old: "Password until now",
    next: "New password",
    nextHint: "12 or more characters. A sentence is easy to keep and hard to guess.",
    again: "New password, again",
    differs: "The two are not the same. Write the new one twice.",
    short: "It has fewer than 12 characters. Make it longer.",
    change: "Change password",
    changed: "Your password is changed.",
  },
  {
    hint: (name) => `Für ${name}. Ihre anderen Sitzungen enden, wenn Sie es ändern.`,
    old: "Bisheriges Passwort",
    next: "Neues Passwort",
    nextHint: "12 oder mehr Zeichen. Ein Satz ist leicht zu merken und schwer zu raten.",
    again: "Neues Passwort, noch einmal",
    differs: "Die beiden sind nicht gleich. Das neue zweimal schreiben.",
    short: "Es hat weniger als 12 Zeichen. Ein längeres wählen.",
    change: "Passwort ändern",
    changed: "Ihr Passwort ist geändert.",
  },
);

/** One's own password. */
export function Password() {
  const t = password();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [wrong, setWrong] = useState<{ readonly next?: string; readonly again?: string }>({});
  const { busy, refused, send } = useSend();
  const submit = async (event: Event) => {
    event.preventDefault();
    const found = {
      ...(next.length < LEAST ? { next: t.short } : {}),
      ...(next === again ? {} : { again: t.differs }),
    };
    setWrong(found);
    if (Object.keys(found).length > 0 || !(await send(() => changePassword(old, next)))) return;
    for (const empty of [setOld, setNext, setAgain]) empty("");
    toast(t.changed);
  };
  return (
    <section class="card form narrow" aria-labelledby="part-title">
      <h2 id="part-title">{settings().parts.password}</h2>
      <p class="soft">{t.hint(me.value?.name ?? "")}</p>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <TextField
          label={t.old}
          type="password"
          value={old}
          onValue={setOld}
          autoComplete="current-password"
          required
          maxLength={200}
        />
        <TextField
          label={t.next}
          hint={t.nextHint}
          error={wrong.next}
          type="password"
          value={next}
          onValue={setNext}
          autoComplete="new-password"
          required
          maxLength={200}
        />
        <TextField
          label={t.again}
          error={wrong.again}
          type="password"
          value={again}
          onValue={setAgain}
          autoComplete="new-password"
          required
          maxLength={200}
        />
        <p class="error" role="alert">
          {refused}
        </p>
        <div class="form-end">
          <button type="submit" class="primary" disabled={busy}>
            {t.change}
          </button>
        </div>
      </form>
    </section>
  );
}
