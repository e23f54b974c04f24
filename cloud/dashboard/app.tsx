import { effect, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { me, wordsOf } from "./lib/api.ts";
import { falls } from "./lib/attention.ts";
import "./lib/look.ts";
import { match, navigate, pathname } from "./lib/router.ts";
import { resume } from "./lib/session.ts";
import { ChangePassword, LogIn } from "./pages/login.tsx";
import { Empty } from "./parts/empty.tsx";
import { Pending } from "./parts/pending.tsx";
import { common } from "./parts/words.ts";
import { type PageProps, routes } from "./routes.ts";
import { Shell } from "./shell.tsx";
import { shell } from "./shell.words.ts";

interface Place {
  readonly Page: ComponentType<PageProps>;
  readonly params: PageProps["params"];
  readonly bare: boolean;
}

/** The page that is shown: the one before stays until the next is there. */
const place = signal<Place | "nowhere" | "failed" | undefined>(undefined);
const refused = signal<string | undefined>(undefined);

effect(() => {
  const path = pathname.value;
  if (path === "/") return navigate("/incidents", { replace: true });
  const found = routes.map((route) => ({ route, params: match(route.path, path) })).find(({ params }) => params);
  if (!found?.params) {
    place.value = "nowhere";
    return;
  }
  const { route, params } = found;
  route.load().then(
    (module) => {
      if (pathname.peek() === path) place.value = { Page: module.default, params, bare: route.bare ?? false };
    },
    () => {
      if (pathname.peek() === path) place.value = "failed";
    },
  );
});

const start = () =>
  resume().then(
    () => {
      refused.value = undefined;
    },
    (error) => {
      refused.value = wordsOf(error);
    },
  );
void start();

effect(() => {
  const name = "Spotter";
  document.title = falls.value.length > 0 ? `${shell().alarm} · ${name}` : name;
});

export function App() {
  if (me.value === undefined)
    return refused.value ? <Refused reason={refused.value} /> : <p class="starting">Spotter</p>;
  if (me.value === null) return <LogIn />;
  if (me.value.mustChangePassword) return <ChangePassword />;
  const found = place.value;
  if (typeof found === "object" && found.bare) return <found.Page params={found.params} />;
  return <Shell>{content(found)}</Shell>;
}

function content(found: Place | "nowhere" | "failed" | undefined) {
  const t = shell();
  if (found === undefined) return <Pending />;
  if (found === "nowhere")
    return (
      <Empty icon="search" title={t.nothingHere}>
        <a class="button" href="/incidents">
          {t.toIncidents}
        </a>
      </Empty>
    );
  if (found === "failed")
    return (
      <Empty icon="lost" title={t.pageFailed}>
        <button type="button" onClick={() => location.reload()}>
          {common().retry}
        </button>
      </Empty>
    );
  // Another incident is another page, not the same one with other numbers.
  return <found.Page key={JSON.stringify(found.params)} params={found.params} />;
}

function Refused({ reason }: { readonly reason: string }) {
  return (
    <main class="alone">
      <Empty icon="lost" title={reason}>
        <button type="button" onClick={() => void start()}>
          {common().retry}
        </button>
      </Empty>
    </main>
  );
}
