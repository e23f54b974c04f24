import { me } from "../lib/api.ts";
import { words } from "../lib/words.ts";
import { PasswordForm } from "../parts/password-form.tsx";
import { toast } from "../parts/toast.tsx";
import { settings } from "./settings.words.ts";

const password = words(
  {
    hint: (name: string) => `For ${name}. Your other sessions end when you change it.`,
    changed: "Your password is changed.",
  },
  {
    hint: (name) => `Für ${name}. Ihre anderen Sitzungen enden, wenn Sie es ändern.`,
    changed: "Ihr Passwort ist geändert.",
  },
);

/** One's own password. */
export function Password() {
  const t = password();
  return (
    <section class="card form narrow" aria-labelledby="part-title">
      <h2 id="part-title">{settings().parts.password}</h2>
      <p class="soft">{t.hint(me.value?.name ?? "")}</p>
      <PasswordForm onChanged={() => toast(t.changed)} />
    </section>
  );
}
