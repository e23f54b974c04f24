import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../../api/contract.ts";
import { call, wordsOf } from "../lib/api.ts";
import { changePassword, logIn } from "../lib/session.ts";
import { LANGUAGES, language, words } from "../lib/words.ts";
import { TextField } from "../parts/field.tsx";

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
    old: "Password until now",
    next: "New password",
    nextHint: "12 or more characters. A sentence is easy to keep and hard to guess.",
    again: "New password, again",
    differs: "The two are not the same. Write the new one twice.",
    short: "It has fewer than 12 characters. Make it longer.",
    change: "Change password",
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
    old: "Bisheriges Passwort",
    next: "Neues Passwort",
    nextHint: "12 oder mehr Zeichen. Ein Satz ist leicht zu merken und schwer zu raten.",
    again: "Neues Passwort, noch einmal",
    differs: "Die beiden sind nicht gleich. Das neue zweimal schreiben.",
    short: "Es hat weniger als 12 Zeichen. Ein längeres wählen.",
    change: "Passwort ändern",
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
      <form class="form" onSubmit={send(() => logIn(user.trim(), password))}>
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
        <Refusal reason={refused ?? turnedAway} />
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
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [wrong, setWrong] = useState<{ next?: string; again?: string }>({});
  const { busy, refused, send } = useSend();
  const change = async () => {
    const found = { ...(next.length < 12 ? { next: t.short } : {}), ...(next === again ? {} : { again: t.differs }) };
    setWrong(found);
    if (Object.keys(found).length === 0) await changePassword(old, next);
  };
  return (
    <Alone title={t.changeTitle}>
      <form class="form" onSubmit={send(change)} noValidate>
        <p class="soft">{t.changeWhy}</p>
        <TextField
          label={t.old}
          type="password"
          value={old}
          onValue={setOld}
          autoComplete="current-password"
          required
          maxLength={200}
          autoFocus
        />
        <TextField
          label={t.next}
          type="password"
          value={next}
          onValue={setNext}
          autoComplete="new-password"
          hint={t.nextHint}
          error={wrong.next}
          required
          maxLength={200}
        />
        <TextField
          label={t.again}
          type="password"
          value={again}
          onValue={setAgain}
          autoComplete="new-password"
          error={wrong.again}
          required
          maxLength={200}
        />
        <Refusal reason={refused} />
        <button type="submit" class="primary" disabled={busy}>
          {t.change}
        </button>
      </form>
    </Alone>
  );
}

function useSend() {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const send = (action: () => Promise<void>) => (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    action()
      .catch((error) => setRefused(wordsOf(error)))
      .finally(() => setBusy(false));
  };
  return { busy, refused, send };
}

function Refusal({ reason }: { readonly reason: string | undefined }) {
  return (
    <p class="error" role="alert">
      {reason}
    </p>
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
