import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { me } from "./lib/api.ts";
import { falls, held, sound } from "./lib/attention.ts";
import { useKeys } from "./lib/keys.ts";
import { connection } from "./lib/live.ts";
import { navigate, pathname } from "./lib/router.ts";
import { may } from "./lib/session.ts";
import { Icon } from "./parts/icon.tsx";
import { Since } from "./parts/time.tsx";
import { Toasts } from "./parts/toast.tsx";
import { Help, Preferences } from "./preferences.tsx";
import { routes } from "./routes.ts";
import { shell } from "./shell.words.ts";

const dialog = signal<"help" | "preferences" | undefined>(undefined);
const close = () => {
  dialog.value = undefined;
};

/** What stands around every page: navigation, the open falls, whether all of it is true. */
export function Shell({ children }: { readonly children: ComponentChildren }) {
  const t = shell();
  const main = useRef<HTMLElement>(null);
  const path = pathname.value;
  const before = useRef(path);
  const shown = routes.filter((route) => route.nav && (!route.role || may(route.role)));

  // Who uses a screen reader hears the new page's title, not the old page's middle.
  useLayoutEffect(() => {
    if (before.current !== path) main.current?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);

  useKeys([
    { keys: "?", does: t.showHelp, run: () => (dialog.value = "help") },
    ...shown.map((route) => ({
      keys: `g ${route.nav?.key}`,
      does: t.goTo(t.pages[route.nav?.name ?? "incidents"]),
      run: () => navigate(route.path),
    })),
    { keys: "g w", does: t.goTo(t.wall), run: () => navigate("/wall") },
    { keys: "!", does: t.openFall, run: () => falls.peek()[0] && navigate(`/incidents/${falls.peek()[0]?.id}`) },
    { keys: "m", does: t.muteKey, run: () => (sound.value = !sound.peek()) },
  ]);

  return (
    <div class="shell">
      <a class="skip" href="#content">
        {t.skip}
      </a>
      <header class="side">
        <a class="brand" href="/incidents">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>Spotter</span>
        </a>
        <nav aria-label={t.navigation}>
          {shown.map(({ path: to, nav }) => (
            <a key={to} href={to} aria-current={path === to || path.startsWith(`${to}/`) ? "page" : undefined}>
              {nav && <Icon name={nav.icon} />}
              <span>{t.pages[nav?.name ?? "incidents"]}</span>
            </a>
          ))}
        </nav>
        <div class="side-end">
          <Silence />
          <Connection />
          <a class="quiet button" href="/wall" aria-label={t.wall} title={t.wall}>
            <Icon name="wall" />
          </a>
          <button
            type="button"
            class="quiet keys-button"
            aria-label={t.help}
            title={`${t.help} (?)`}
            onClick={() => (dialog.value = "help")}
          >
            <Icon name="keys" />
          </button>
          <button
            type="button"
            class="quiet"
            aria-label={t.preferences}
            title={`${t.preferences}: ${me.value?.name}`}
            onClick={() => (dialog.value = "preferences")}
          >
            <Icon name="person" />
          </button>
        </div>
      </header>
      <FallBar />
      <main id="content" ref={main} tabIndex={-1}>
        {children}
        <footer class="claim">{t.claim}</footer>
      </main>
      <Toasts />
      {dialog.value === "help" && <Help onClose={close} />}
      {dialog.value === "preferences" && <Preferences onClose={close} />}
    </div>
  );
}

/** Whether what is shown is what is. */
export function Connection() {
  const t = shell();
  return (
    <p class="connection" data-state={connection.value} role="status" title={t.connectionLong[connection.value]}>
      <span class="dot" aria-hidden="true" />
      {t.connection[connection.value]}
    </p>
  );
}

/** That falls come without a sound, while that is so against one's wish. */
export function Silence() {
  if (!sound.value || !held.value) return null;
  return (
    <p class="silence">
      <Icon name="mute" />
      {shell().held}
    </p>
  );
}

/** On every page while a fall waits for somebody. */
function FallBar() {
  const t = shell();
  const [newest] = falls.value;
  // Its own page says so larger.
  const shown = falls.value.length === 1 && pathname.value === `/incidents/${newest?.id}`;
  return (
    <div class="fall-bar" role="alert" hidden={!newest || shown}>
      {newest && !shown && (
        <a href={`/incidents/${newest.id}`}>
          <Icon name="fall" />
          <b>{t.falls(falls.value.length)}</b>
          <span>
            {[newest.zone, newest.camera, newest.site]
              .filter((part, at, all) => part && all.indexOf(part) === at)
              .join(" · ")}
          </span>
          <span class="fall-since">
            <Since at={newest.since} />
          </span>
        </a>
      )}
    </div>
  );
}
