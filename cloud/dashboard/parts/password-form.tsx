import { useState } from "preact/hooks";
import { changePassword } from "../lib/session.ts";
import { words } from "../lib/words.ts";
import { TextField } from "./field.tsx";
import { useSend } from "./send.ts";

/** Characters of a new password, as the API asks for. */
const LEAST = 12;

const password = words(
  {
    old: "Password until now",
    next: "New password",
    nextHint: `${LEAST} or more characters. A sentence is easy to keep and hard to guess.`,
    again: "New password, again",
    differs: "The two are not the same. Write the new one twice.",
    short: `It has fewer than ${LEAST} characters. Make it longer.`,
    change: "Change password",
  },
  {
    old: "Bisheriges Passwort",
    next: "Neues Passwort",
    nextHint: `${LEAST} oder mehr Zeichen. Ein Satz ist leicht zu merken und schwer zu raten.`,
    again: "Neues Passwort, noch einmal",
    differs: "Die beiden sind nicht gleich. Das neue zweimal schreiben.",
    short: `Es hat weniger als ${LEAST} Zeichen. Ein längeres wählen.`,
    change: "Passwort ändern",
  },
);

/** Changes one's own password: the old one, and the new one twice. */
export function PasswordForm({
  autoFocus = false,
  onChanged,
}: {
  readonly autoFocus?: boolean;
  readonly onChanged?: () => void;
}) {
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
    onChanged?.();
  };
  const field = { type: "password", required: true, maxLength: 200 } as const;
  return (
    <form class="form" onSubmit={(event) => void submit(event)} noValidate>
      <TextField
        {...field}
        label={t.old}
        value={old}
        onValue={setOld}
        autoComplete="current-password"
        autoFocus={autoFocus}
      />
      <TextField
        {...field}
        label={t.next}
        hint={t.nextHint}
        error={wrong.next}
        value={next}
        onValue={setNext}
        autoComplete="new-password"
      />
      <TextField
        {...field}
        label={t.again}
        error={wrong.again}
        value={again}
        onValue={setAgain}
        autoComplete="new-password"
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
  );
}
