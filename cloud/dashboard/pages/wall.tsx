import { useEffect, useRef } from "preact/hooks";
import { call } from "../lib/api.ts";
import { falls } from "../lib/attention.ts";
import { clockTime } from "../lib/format.ts";
import { placeOf, type Summary } from "../lib/incident.ts";
import { useKeys } from "../lib/keys.ts";
import { connection } from "../lib/live.ts";
import { useLoad } from "../lib/load.ts";
import { now } from "../lib/now.ts";
import { nameOf, type Plant, type Site, usePlant, type Watched, watched } from "../lib/plant.ts";
import { navigate, query } from "../lib/router.ts";
import { SeverityBadge, StateBadge } from "../parts/badge.tsx";
import { Icon } from "../parts/icon.tsx";
import { Shown } from "../parts/pending.tsx";
import { Ago, Since } from "../parts/time.tsx";
import { Connection, Silence } from "../shell.tsx";
import { Plan } from "./plan.tsx";
import { wall } from "./wall.words.ts";

/** More of them would be too small to read across a hall. */
const MAX_FALLS = 4;
const MAX_LINES = 6;
/** How long the plan of one of several sites is shown. */
const TURN_MS = 20_000;

/** For a screen on the wall: everything at a glance, nothing to press. `?site=` chooses one of several sites. */
export default function Wall() {
  const t = wall();
  const plant = usePlant();
  const stay = useRef<WakeLockSentinel | undefined>(undefined);
  useKeys([{ keys: "Escape", does: t.back, run: () => navigate("/incidents") }]);
  useEffect(() => {
    const wake = () =>
      void navigator.wakeLock?.request("screen").then(
        (lock) => (stay.current = lock),
        // Without it the screen saver decides.
        () => {},
      );
    wake();
    document.addEventListener("visibilitychange", wake);
    return () => {
      document.removeEventListener("visibilitychange", wake);
      void stay.current?.release();
    };
  }, []);
  const away = connection.value === "away";
  return (
    <main class="wall" data-away={away} data-alarm={falls.value.length > 0}>
      <header class="wall-head">
        <h1 class="brand">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>Spotter</span>
        </h1>
        <Connection />
        <Silence />
        <time class="wall-clock">{clockTime(now.value)}</time>
        <a class="quiet button" href="/incidents" aria-label={t.back} title={t.back}>
          <Icon name="close" />
        </a>
      </header>
      {away && (
        <section class="wall-away" role="alert">
          <Icon name="lost" />
          <p>
            <b>{t.away}</b>
            {t.awayMore}
          </p>
        </section>
      )}
      <Shown of={plant}>{(data) => <Scene plant={data} onStale={plant.reload} />}</Shown>
    </main>
  );
}

function Scene({ plant, onStale }: { readonly plant: Plant; readonly onStale: () => void }) {
  const t = wall();
  const chosen = query.value.get("site");
  const sites = plant.sites.filter(({ site }) => !chosen || site === chosen);
  const cameras = sites.flatMap(({ site }) => watched(plant, site));
  const here = (one: Summary) => sites.some(({ site }) => site === one.site);
  const open = falls.value.filter(here);
  const handled = plant.open.filter((one) => here(one) && one.state === "acknowledged");
  const drawn = planOf(sites, open);
  const unwatched = cameras.filter(({ state }) => state !== "armed" && state !== "degraded");
  return (
    <>
      <section class="wall-falls" aria-live="assertive">
        {open.slice(0, MAX_FALLS).map((one) => (
          <article key={one.id} class="wall-fall">
            <Icon name="fall" />
            <div>
              <h2>{t.fallen}</h2>
              <p class="wall-place">{placeOf(one)}</p>
            </div>
            <p class="wall-since">
              <Since at={one.since} />
            </p>
          </article>
        ))}
        {open.length > MAX_FALLS && <p class="wall-more">{t.more(open.length - MAX_FALLS)}</p>}
        {open.length === 0 && <Calm cameras={cameras} unwatched={unwatched.length} />}
      </section>
      <div class="wall-columns" data-plan={drawn !== undefined}>
        {drawn && (
          <section class="card wall-plan" aria-label={drawn.name}>
            {sites.length > 1 && <h2>{drawn.name}</h2>}
            <Plan site={drawn} cameras={cameras.filter(({ site }) => site === drawn.site)} onStale={onStale} />
          </section>
        )}
        <div class="wall-side">
          {handled.length > 0 && (
            <section class="card" aria-labelledby="handled">
              <h2 id="handled">{t.acknowledged}</h2>
              <Lines incidents={handled} />
            </section>
          )}
          {unwatched.length > 0 && (
            <section class="card" aria-labelledby="unwatched">
              <h2 id="unwatched">{t.unwatched}</h2>
              <ul class="wall-lines">
                {unwatched.slice(0, MAX_LINES).map((camera) => (
                  <li key={nameOf(camera)}>
                    <b>{camera.camera}</b>
                    <StateBadge state={camera.state} />
                  </li>
                ))}
              </ul>
              {unwatched.length > MAX_LINES && <p class="soft">{t.more(unwatched.length - MAX_LINES)}</p>}
            </section>
          )}
          <Last chosen={chosen ?? undefined} />
        </div>
      </div>
    </>
  );
}

/** Where somebody lies; otherwise one site after the other. */
function planOf(sites: readonly Site[], open: readonly Summary[]): Site | undefined {
  const drawn = sites.filter(({ floorPlan }) => floorPlan);
  const turn = Math.floor(now.value / TURN_MS) % Math.max(1, drawn.length);
  return drawn.find(({ site }) => site === open[0]?.site) ?? drawn[turn];
}

function Calm({ cameras, unwatched }: { readonly cameras: readonly Watched[]; readonly unwatched: number }) {
  const t = wall();
  const watching = cameras.length - unwatched;
  const state = cameras.length === 0 ? "none" : unwatched > 0 ? "partly" : "all";
  return (
    <article class="wall-calm" data-state={state}>
      <Icon name={state === "all" ? "armed" : state === "partly" ? "degraded" : "lost"} />
      <div>
        <h2>{state === "none" ? t.noCamera : t.quiet}</h2>
        {state !== "none" && (
          <p>
            {t.watching(watching)}
            {unwatched > 0 && ` · ${t.notWatching(unwatched)}`}
          </p>
        )}
      </div>
    </article>
  );
}

function Last({ chosen }: { readonly chosen: string | undefined }) {
  const t = wall();
  const last = useLoad(
    async (signal) =>
      (
        await call("GET /api/incidents", {
          query: { state: "cleared", limit: MAX_LINES, ...(chosen ? { site: chosen } : {}) },
          signal,
        })
      ).incidents,
    { deps: [chosen], on: ["incident"] },
  );
  return (
    <section class="card" aria-labelledby="last">
      <h2 id="last">{t.last}</h2>
      <Shown of={last} lines={MAX_LINES}>
        {(incidents) => (incidents.length > 0 ? <Lines incidents={incidents} /> : <p class="soft">{t.noneYet}</p>)}
      </Shown>
    </section>
  );
}

function Lines({ incidents }: { readonly incidents: readonly Summary[] }) {
  return (
    <ul class="wall-lines">
      {incidents.slice(0, MAX_LINES).map((one) => (
        <li key={one.id}>
          <SeverityBadge {...one} />
          <b>{placeOf({ ...one, line: "", site: "" })}</b>
          <small>
            <Ago at={one.since} />
          </small>
        </li>
      ))}
    </ul>
  );
}
