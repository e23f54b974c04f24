import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../../api/contract.ts";
import { call } from "../lib/api.ts";
import { logIn } from "../lib/session.ts";
import { LANGUAGES, language, words } from "../lib/words.ts";
import { TextField } from "../parts/field.tsx";
import { PasswordForm } from "../parts/password-form.tsx";
import { useSend } from "../parts/send.ts";

const login = words(
  {
    title: "Log in",
    user: "User name",
    password: "Password",
    enter: "Log in",
    entering: "Logging in",
    with: (provider: string) => `Sign in with ${provider}`,
    or: "or",
    notLetIn: "The sign-in did not work: it took too long, or nobody has let your account in here. Ask an admin.",
    changeTitle: "Choose a password of your own",
    changeWhy: "The one you came with was made by somebody else. Nothing else works until you have changed it.",
    language: "Deutsch",
  },
  {
    title: "Anmelden",
    user: "Benutzername",
    password: "Passwort",
    enter: "Anmelden",
    entering: "Meldet an",
    with: (provider) => `Mit ${provider} anmelden`,
    or: "oder",
    notLetIn:
      "Die Anmeldung ging nicht: Sie hat zu lange gedauert, oder das Konto ist hier nicht zugelassen. Admin fragen.",
    changeTitle: "Ein eigenes Passwort wählen",
    changeWhy: "Das bisherige hat jemand anders gewählt. Bis es geändert ist, geht sonst nichts.",
    language: "English",
  },
);

type Provider = Answer<"GET /api/session/providers">["providers"][number];

export function LogIn() {
  const t = login();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [providers, setProviders] = useState<readonly Provider[]>([]);
  const { busy, refused, send } = useSend();
  const submit = async (event: Event) => {
    event.preventDefault();
    await send(() => logIn(user.trim(), password));
  };
  // The API sends back to here whoever a provider's word did not let in.
  const turnedAway = new URLSearchParams(location.search).has("sign-in") ? t.notLetIn : undefined;
  useEffect(() => {
    // Without the list the password still lets one in.
    call("GET /api/session/providers").then(
      (answer) => setProviders(answer.providers),
      () => {},
    );
  }, []);
  return (
    <Alone title={t.title}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <TextField
          label={t.user}
          value={user}
          onValue={setUser}
          autoComplete="username"
          required
          maxLength={100}
          autoFocus
        />
        <TextField
          label={t.password}
          type="password"
          value={password}
          onValue={setPassword}
          autoComplete="current-password"
          required
          maxLength={200}
        />
        <p class="error" role="alert">
          {refused ?? turnedAway}
        </p>
        <button type="submit" class="primary" disabled={busy}>
          {busy ? t.entering : t.enter}
        </button>
      </form>
      {providers.length > 0 && (
        <div class="form providers">
          <p class="soft">{t.or}</p>
          {providers.map(({ provider, name }) => (
            <a
              key={provider}
              class="button"
              target="_self"
              href={`/api/session/oidc/${encodeURIComponent(provider)}/start`}
            >
              {t.with(name)}
            </a>
          ))}
        </div>
      )}
    </Alone>
  );
}

export function ChangePassword() {
  const t = login();
  return (
    <Alone title={t.changeTitle}>
      <p class="soft">{t.changeWhy}</p>
      <PasswordForm autoFocus />
    </Alone>
  );
}

function Alone({ title, children }: { readonly title: string; readonly children: preact.ComponentChildren }) {
  const other = LANGUAGES.find((one) => one !== language.value) ?? "en";
  return (
    <main class="alone">
      <p class="brand">
        <img src="/icon.svg" alt="" width="28" height="28" />
        Spotter
      </p>
      <section class="card" aria-labelledby="alone-title">
        <h1 id="alone-title">{title}</h1>
        {children}
      </section>
      <button type="button" class="quiet" lang={other} onClick={() => (language.value = other)}>
        {login().language}
      </button>
    </main>
  );
}
