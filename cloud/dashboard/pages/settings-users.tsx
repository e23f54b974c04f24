import { useState } from "preact/hooks";
import type { Answer } from "../../api/contract.ts";
import { call, me } from "../lib/api.ts";
import { useLoad } from "../lib/load.ts";
import { words } from "../lib/words.ts";
import { Choice, SelectField, Switch, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Shown } from "../parts/pending.tsx";
import { Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { settings } from "./settings.words.ts";
import { FormDialog } from "./settings-form.tsx";

type User = Answer<"GET /api/users">["users"][number];
type Site = Answer<"GET /api/sites">["sites"][number];
type Role = User["role"];

/** A user that sees every site, those to come among them. */
const EVERY_SITE = "*";

const users = words(
  {
    hint: "Who may log in. Everything they do is in the audit log.",
    add: "Let somebody in",
    newTitle: "A new user",
    login: "Login",
    loginHint: "What they log in with: letters a-z, digits, dots, hyphens, _ and @. It cannot be changed later.",
    role: "Role",
    roles: { operator: "operator", safety: "safety", admin: "admin" },
    rolesLong: {
      operator: "Sees everything at their sites, acknowledges incidents.",
      safety: "Also closes and puts aside, sees analytics and the audit log, says who is told.",
      admin: "Also lets users and devices in.",
    },
    sees: "Sees",
    every: "all sites",
    some: "only these",
    seen: "Last seen",
    never: "never",
    out: "shut out",
    signs: "Logs in",
    signsWith: { password: "with a password", oidc: "at the provider" },
    with: "Logs in",
    password: "Password",
    passwordNew: "12 or more characters. They must change it at the first login; tell them in person.",
    passwordChange: "Leave it empty to keep the one that is there. A new one must be changed at the next login.",
    make: "Make one",
    disabled: "Shut out",
    disabledHint: "Nobody logs in with this name; open sessions end at once.",
    yourself: "This is you: role and access are changed by another admin.",
  },
  {
    hint: "Wer sich anmelden darf. Alles, was sie tun, steht im Protokoll.",
    add: "Jemanden zulassen",
    newTitle: "Ein neuer Benutzer",
    login: "Anmeldename",
    loginHint: "Womit die Person sich anmeldet: a-z, Ziffern, Punkte, Bindestriche, _ und @. Später nicht zu ändern.",
    role: "Rolle",
    roles: { operator: "Bediener", safety: "Sicherheit", admin: "Verwalter" },
    rolesLong: {
      operator: "Sieht alles an ihren Standorten, bestätigt Vorfälle.",
      safety: "Schließt auch und stellt zurück, sieht Analyse und Protokoll, sagt, wem gemeldet wird.",
      admin: "Lässt auch Benutzer und Geräte zu.",
    },
    sees: "Sieht",
    every: "alle Standorte",
    some: "nur diese",
    seen: "Zuletzt da",
    never: "nie",
    out: "ausgesperrt",
    signs: "Anmeldung",
    signsWith: { password: "mit Passwort", oidc: "beim Anbieter" },
    with: "Meldet sich an",
    password: "Passwort",
    passwordNew: "12 oder mehr Zeichen. Bei der ersten Anmeldung muss es geändert werden; persönlich mitteilen.",
    passwordChange:
      "Leer lassen, um das vorhandene zu behalten. Ein neues muss bei der nächsten Anmeldung geändert werden.",
    make: "Eines erzeugen",
    disabled: "Aussperren",
    disabledHint: "Mit diesem Namen meldet sich niemand mehr an; offene Sitzungen enden sofort.",
    yourself: "Das sind Sie: Rolle und Zugang ändert ein anderer Verwalter.",
  },
);

/** Everybody who may log in. */
export function Users() {
  const t = users();
  const s = settings();
  const list = useLoad(async (signal) => {
    const [{ users: all }, { sites }] = await Promise.all([
      call("GET /api/users", { signal }),
      call("GET /api/sites", { signal }),
    ]);
    return { all, sites };
  });
  const [edited, setEdited] = useState<User | "new">();
  return (
    <section class="card form" aria-labelledby="part-title">
      <header class="page-head">
        <h2 id="part-title">{s.parts.users}</h2>
        <div class="end">
          <button type="button" class="primary" onClick={() => setEdited("new")}>
            <Icon name="plus" />
            {t.add}
          </button>
        </div>
      </header>
      <p class="soft">{t.hint}</p>
      <Shown of={list}>
        {({ all, sites }) => (
          <Table
            caption={s.parts.users}
            rows={all}
            id={({ user }) => user}
            columns={[
              {
                title: s.name,
                cell: ({ name, user, disabled }) => (
                  <>
                    <b>{name}</b> <small>{user}</small> {disabled && <span class="badge">{t.out}</span>}
                  </>
                ),
              },
              { title: t.role, cell: ({ role }) => t.roles[role] },
              { title: t.sees, cell: (user) => seenBy(user, sites) },
              { title: t.signs, cell: ({ signsIn }) => t.signsWith[signsIn] },
              {
                title: t.seen,
                cell: ({ lastSeenAt }) => (lastSeenAt === undefined ? t.never : <Time at={lastSeenAt} />),
              },
              {
                title: s.edit,
                cell: (user) => (
                  <button type="button" aria-label={s.editOf(user.name)} onClick={() => setEdited(user)}>
                    {s.edit}
                  </button>
                ),
              },
            ]}
          />
        )}
      </Shown>
      {edited && (
        <UserForm
          user={edited === "new" ? undefined : edited}
          sites={list.data?.sites ?? []}
          onClose={() => setEdited(undefined)}
          onSaved={list.reload}
        />
      )}
    </section>
  );
}

function seenBy({ sites: seen }: User, sites: readonly Site[]): string {
  if (seen.includes(EVERY_SITE)) return users().every;
  return seen.map((site) => sites.find((one) => one.site === site)?.name ?? site).join(", ") || "–";
}

function UserForm(props: {
  readonly user: User | undefined;
  readonly sites: readonly Site[];
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const { user, sites, onClose, onSaved } = props;
  const t = users();
  const s = settings();
  const [name, setName] = useState(user?.name ?? "");
  const [login, setLogin] = useState(user?.user ?? "");
  const [role, setRole] = useState<Role>(user?.role ?? "operator");
  const [every, setEvery] = useState(user ? user.sites.includes(EVERY_SITE) : true);
  const [seen, setSeen] = useState<readonly string[]>(user?.sites.filter((site) => site !== EVERY_SITE) ?? []);
  const [signsIn, setSignsIn] = useState(user?.signsIn ?? "password");
  const [password, setPassword] = useState("");
  const [disabled, setDisabled] = useState(user?.disabled ?? false);
  const isMe = user?.user === me.value?.user;
  const common = { name, sites: every ? [EVERY_SITE] : [...seen], ...(password === "" ? {} : { password }) };
  const save = (): Promise<unknown> =>
    user
      ? call("PATCH /api/users/:user", {
          params: { user: login },
          body: isMe ? { name } : { ...common, role, disabled },
        })
      : call("POST /api/users", { body: { ...common, user: login, role } });
  const toggle = (site: string) => setSeen(seen.includes(site) ? seen.filter((one) => one !== site) : [...seen, site]);
  return (
    <FormDialog title={user ? s.editOf(user.name) : t.newTitle} onClose={onClose} save={save} onSaved={onSaved}>
      <TextField label={s.name} value={name} onValue={setName} autoFocus required maxLength={100} autoComplete="off" />
      {!user && (
        <TextField
          label={t.login}
          hint={t.loginHint}
          value={login}
          onValue={setLogin}
          required
          maxLength={100}
          pattern="[a-z0-9]([a-z0-9._@\-]{0,98}[a-z0-9])?"
          autoCapitalize="none"
          autoComplete="off"
          spellcheck={false}
        />
      )}
      {isMe && <p class="hint">{t.yourself}</p>}
      {!isMe && (
        <>
          <Choice<Role>
            label={t.role}
            value={role}
            options={(["operator", "safety", "admin"] as const).map((one) => [one, t.roles[one]] as const)}
            onValue={setRole}
          />
          <p class="hint">{t.rolesLong[role]}</p>
          <Choice
            label={t.sees}
            value={every ? "every" : "some"}
            options={[
              ["every", t.every],
              ["some", t.some],
            ]}
            onValue={(next) => setEvery(next === "every")}
          />
          {!every && (
            <fieldset class="checks" aria-label={t.some}>
              {sites.map(({ site, name: of }) => (
                <label key={site}>
                  <input type="checkbox" checked={seen.includes(site)} onChange={() => toggle(site)} />
                  <span>{of}</span>
                </label>
              ))}
            </fieldset>
          )}
          {!user && (
            <SelectField
              label={t.with}
              value={signsIn}
              options={(["password", "oidc"] as const).map((one) => [one, t.signsWith[one]] as const)}
              onValue={(next) => setSignsIn(next === "oidc" ? "oidc" : "password")}
            />
          )}
          {signsIn === "password" && (
            <div class="secret">
              <TextField
                label={t.password}
                hint={user ? t.passwordChange : t.passwordNew}
                value={password}
                onValue={setPassword}
                required={!user}
                minLength={12}
                maxLength={200}
                autoComplete="off"
                spellcheck={false}
              />
              <button type="button" onClick={() => setPassword(randomPassword())}>
                {t.make}
              </button>
            </div>
          )}
          {user && (
            <>
              <Switch label={t.disabled} on={disabled} onValue={setDisabled} />
              <p class="hint">{t.disabledHint}</p>
            </>
          )}
        </>
      )}
    </FormDialog>
  );
}

/** Letters and digits that nobody mistakes for one another. */
const CLEAR = "abcdefghjkmnpqrstuvwxyz23456789";

/** Four times five of them, 99 bits: to be read out over a telephone if need be. */
function randomPassword(): string {
  const pick = (random: number) => CLEAR.charAt(random % CLEAR.length);
  const group = () => [...crypto.getRandomValues(new Uint32Array(5))].map(pick).join("");
  return [group(), group(), group(), group()].join("-");
}
