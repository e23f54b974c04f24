import { me } from "./lib/api.ts";
import { sound } from "./lib/attention.ts";
import { keysOn, setKeysOn, shortcuts } from "./lib/keys.ts";
import { contrast, LOOKS, look } from "./lib/look.ts";
import { logOut } from "./lib/session.ts";
import { language } from "./lib/words.ts";
import { Dialog } from "./parts/dialog.tsx";
import { Choice, Switch } from "./parts/field.tsx";
import { shell } from "./shell.words.ts";

/** How this browser shows the dashboard, and the way out. */
export function Preferences({ onClose }: { readonly onClose: () => void }) {
  const t = shell();
  const { name = "", role = "operator" } = me.value ?? {};
  return (
    <Dialog title={t.preferences} onClose={onClose}>
      <div class="form">
        <p class="soft">{t.loggedIn(name, t.roles[role])}</p>
        <Choice
          label={t.language}
          value={language.value}
          options={[
            ["en", "English"],
            ["de", "Deutsch"],
          ]}
          onValue={(value) => (language.value = value)}
        />
        <Choice
          label={t.look}
          value={look.value}
          options={LOOKS.map((one) => [one, t.looks[one]] as const)}
          onValue={(value) => (look.value = value)}
        />
        <Choice
          label={t.contrast}
          value={contrast.value}
          options={[
            ["normal", t.contrasts.normal],
            ["more", t.contrasts.more],
          ]}
          onValue={(value) => (contrast.value = value)}
        />
        <Choice
          label={t.sound}
          value={sound.value ? "on" : "off"}
          options={[
            ["on", t.on],
            ["off", t.off],
          ]}
          onValue={(value) => (sound.value = value === "on")}
        />
        <p class="form-end">
          <button type="button" onClick={() => void logOut().finally(onClose)}>
            {t.logOut}
          </button>
        </p>
      </div>
    </Dialog>
  );
}

/** Every key that acts here and now. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  const t = shell();
  return (
    <Dialog title={t.keysTitle} onClose={onClose}>
      <div class="form">
        <dl class="key-list">
          {shortcuts().map(({ keys, does }) => (
            <div key={keys}>
              <dt>
                {keys.split(" ").map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <p class="soft">{t.keysElsewhere}</p>
        <Switch label={t.keysOn} on={keysOn.value} onValue={setKeysOn} />
        <p class="hint">{t.keysHint}</p>
      </div>
    </Dialog>
  );
}
