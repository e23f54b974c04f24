import { useRef, useState } from "preact/hooks";
import { call, wordsOf } from "../lib/api.ts";
import { useKeys } from "../lib/keys.ts";
import { nameOf, type Plant, type Site, usePlant, type Watched, watched } from "../lib/plant.ts";
import { query, setQuery } from "../lib/router.ts";
import { may } from "../lib/session.ts";
import { SeverityBadge, StateBadge } from "../parts/badge.tsx";
import { Empty } from "../parts/empty.tsx";
import { SelectField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Shown } from "../parts/pending.tsx";
import { toast } from "../parts/toast.tsx";
import { map } from "./map.words.ts";
import { incidentsOf, Plan } from "./plan.tsx";
import { PlanUpload } from "./plan-upload.tsx";

const ZOOMS = [1, 1.5, 2.25, 3.5] as const;

/** Where the cameras are, how they are, and where something has happened. */
export default function PlantMap() {
  const plant = usePlant();
  return <Shown of={plant}>{(data) => <Loaded plant={data} onReload={plant.reload} />}</Shown>;
}

function Loaded({ plant, onReload }: { readonly plant: Plant; readonly onReload: () => void }) {
  const t = map();
  const site = plant.sites.find((one) => one.site === query.value.get("site")) ?? plant.sites[0];
  return (
    <div class="map">
      <header class="page-head">
        <h1>{t.title}</h1>
        {site && plant.sites.length > 1 && (
          <div class="map-site">
            <SelectField
              label={t.site}
              value={site.site}
              onValue={(value) => setQuery({ site: value })}
              options={plant.sites.map((one) => [one.site, one.name] as const)}
            />
          </div>
        )}
      </header>
      {site ? (
        <SiteMap key={site.site} site={site} cameras={watched(plant, site.site)} onReload={onReload} />
      ) : (
        <Empty icon="map" title={t.none}>
          <p>{t.noneMore}</p>
        </Empty>
      )}
    </div>
  );
}

interface SiteMapProps {
  readonly site: Site;
  readonly cameras: readonly Watched[];
  readonly onReload: () => void;
}

function SiteMap({ site, cameras, onReload }: SiteMapProps) {
  const t = map();
  const [moving, setMoving] = useState(false);
  const [zoom, setZoom] = useState(0);
  // What has been moved, until the cloud tells it.
  const [moved, setMoved] = useState<Readonly<Record<string, { x: number; y: number }>>>({});
  const staleAt = useRef(0);
  const shown = cameras.map((camera) => {
    const at = moved[nameOf(camera)];
    return at ? { ...camera, at } : camera;
  });
  const move = (camera: Watched, at: { x: number; y: number }) => {
    setMoved((before) => ({ ...before, [nameOf(camera)]: at }));
    keep(camera, at).catch((error) => {
      toast(wordsOf(error), "failed");
      setMoved(({ [nameOf(camera)]: _, ...rest }) => rest);
    });
  };
  const editable = may("safety");
  useKeys([
    { keys: "+", does: t.larger, run: () => setZoom((now) => Math.min(ZOOMS.length - 1, now + 1)) },
    { keys: "-", does: t.smaller, run: () => setZoom((now) => Math.max(0, now - 1)) },
    ...(editable && site.floorPlan ? [{ keys: "e", does: t.placeKey, run: () => setMoving((now) => !now) }] : []),
  ]);
  const unplaced = shown.filter(({ at }) => !at);
  return (
    <>
      {site.floorPlan ? (
        <section class="card map-card" aria-label={t.plan(site.name)}>
          <div class="map-tools">
            <button
              type="button"
              class="quiet"
              aria-label={t.smaller}
              disabled={zoom === 0}
              onClick={() => setZoom(zoom - 1)}
            >
              −
            </button>
            <button
              type="button"
              class="quiet"
              aria-label={t.larger}
              disabled={zoom === ZOOMS.length - 1}
              onClick={() => setZoom(zoom + 1)}
            >
              +
            </button>
            {editable && (
              <>
                <button type="button" aria-pressed={moving} onClick={() => setMoving(!moving)}>
                  {moving ? t.placing : t.place}
                </button>
                {moving && <PlanUpload site={site} onDone={onReload} />}
              </>
            )}
          </div>
          {moving && <p class="hint">{t.how}</p>}
          {moving && unplaced.length > 0 && (
            <p class="unplaced">
              <span>{t.notPlaced}:</span>
              {unplaced.map((camera) => (
                <button key={nameOf(camera)} type="button" onClick={() => move(camera, { x: 0.5, y: 0.5 })}>
                  <Icon name="plus" />
                  <span class="unseen">{t.put(camera.camera)}</span>
                  <span aria-hidden="true">{camera.camera}</span>
                </button>
              ))}
            </p>
          )}
          <div class="map-view" data-zoom={ZOOMS[zoom]}>
            <div style={{ width: `${(ZOOMS[zoom] ?? 1) * 100}%` }}>
              <Plan
                site={site}
                cameras={shown}
                onMove={moving ? move : undefined}
                onStale={() => {
                  if (Date.now() - staleAt.current > 60_000) onReload();
                  staleAt.current = Date.now();
                }}
              />
            </div>
          </div>
        </section>
      ) : (
        <section class="card">
          <Empty icon="map" title={t.noPlan}>
            {editable && (
              <>
                <p>{t.noPlanMore}</p>
                <PlanUpload site={site} onDone={onReload} />
              </>
            )}
          </Empty>
        </section>
      )}
      <CameraList cameras={shown} />
    </>
  );
}

async function keep({ device, camera, line }: Watched, at: { x: number; y: number }): Promise<void> {
  await call("PUT /api/devices/:device/cameras/:camera", { params: { device, camera }, body: { line, at } });
}

/** The same cameras as words, by line: what the map shows must not need eyes. */
function CameraList({ cameras }: { readonly cameras: readonly Watched[] }) {
  const t = map();
  const lines = Map.groupBy(cameras, ({ line }) => line);
  return (
    <section class="card" aria-labelledby="cameras">
      <h2 id="cameras">{t.cameras}</h2>
      <div class="lines">
        {[...lines]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([line, ones]) => (
            <section key={line} aria-label={line || t.noLine}>
              <h3>{line || t.noLine}</h3>
              <ul>
                {ones.map((camera) => (
                  <li key={nameOf(camera)}>
                    <a href={incidentsOf(camera)} title={t.incidentsOf(camera.camera)}>
                      {camera.camera}
                    </a>
                    <span class="line-state">
                      {camera.incident && (
                        <a href={`/incidents/${camera.incident.id}`}>
                          <SeverityBadge {...camera.incident} />
                        </a>
                      )}
                      <StateBadge state={camera.state} />
                    </span>
                    {camera.reason && camera.state !== "armed" && <small>{camera.reason}</small>}
                  </li>
                ))}
              </ul>
            </section>
          ))}
      </div>
    </section>
  );
}
