import { useRef, useState } from "preact/hooks";
import { duration } from "../lib/format.ts";
import { now } from "../lib/now.ts";
import { nameOf, type Site, type Watched } from "../lib/plant.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { common } from "../parts/words.ts";
import { map } from "./map.words.ts";

interface Spot {
  readonly x: number;
  readonly y: number;
}

interface PlanProps {
  readonly site: Site;
  readonly cameras: readonly Watched[];
  /** The picture could not be fetched: its address lives only for a while. */
  readonly onStale: () => void;
  /** Given: cameras can be moved. */
  readonly onMove?: ((camera: Watched, to: Spot) => void) | undefined;
}

/** The floor plan with its cameras, each where it hangs. */
export function Plan({ site, cameras, onStale, onMove }: PlanProps) {
  const plan = useRef<HTMLDivElement>(null);
  const [ratio, setRatio] = useState<number>();
  const placed = cameras.filter(({ at }) => at);
  return (
    <div class="plan" ref={plan} data-moving={onMove !== undefined} style={ratio ? { "--ratio": String(ratio) } : {}}>
      {site.floorPlan && (
        <img
          src={site.floorPlan.url}
          alt={map().plan(site.name)}
          draggable={false}
          onError={onStale}
          onLoad={({ currentTarget }) => setRatio(currentTarget.naturalWidth / currentTarget.naturalHeight)}
        />
      )}
      <ul>
        {placed.map((camera) => (
          <li key={nameOf(camera)}>
            {onMove ? (
              <Movable camera={camera} plan={plan} onMove={onMove} />
            ) : (
              <a
                class="marker"
                href={camera.incident ? `/incidents/${camera.incident.id}` : incidentsOf(camera)}
                {...lookOf(camera)}
                style={placeOf(camera.at)}
              >
                <Sign camera={camera} />
              </a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

export function incidentsOf({ device, camera }: Watched): string {
  return `/incidents?${new URLSearchParams({ device, camera })}`;
}

const placeOf = (at: Spot | undefined) => ({ left: `${(at?.x ?? 0) * 100}%`, top: `${(at?.y ?? 0) * 100}%` });

/** Its colours, and in words what they say: the name begins with what is to be seen. */
function lookOf(camera: Watched) {
  const { state, incident } = camera;
  const seen = `${camera.camera} ${told(camera)}`;
  const more = incident && `${map().fall}, ${common().state[incident.state]}`;
  return {
    "data-state": state,
    "data-severity": incident?.severity,
    "data-incident": incident?.state,
    "aria-label": incident?.severity === "fall" ? `${seen}: ${more}` : seen,
  };
}

function told({ state, incident }: Watched): string {
  const t = common();
  if (!incident) return t.supervision[state];
  const since = duration(now.value - incident.since);
  return incident.severity === "fall" ? since : `${t.severity[incident.severity]} ${since}`;
}

const ICONS: Record<Watched["state"], IconName> = {
  armed: "armed",
  degraded: "degraded",
  blind: "blind",
  fault: "fault",
  unknown: "lost",
  silent: "lost",
};

function Sign({ camera }: { readonly camera: Watched }) {
  const { state, incident } = camera;
  return (
    <>
      <Icon name={incident ? incident.severity : ICONS[state]} />
      <span class="marker-name">
        {camera.camera} <span class="marker-what">{told(camera)}</span>
      </span>
    </>
  );
}

/** How far an arrow key moves, share of the plan; with the shift key ten times as far. */
const STEP = 0.005;
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};
const inside = (share: number) => Math.min(1, Math.max(0, share));

interface MovableProps {
  readonly camera: Watched;
  readonly plan: { readonly current: HTMLDivElement | null };
  readonly onMove: (camera: Watched, to: Spot) => void;
}

function Movable({ camera, plan, onMove }: MovableProps) {
  // Where it is dragged to until the cloud knows.
  const [drag, setDrag] = useState<Spot>();
  const at = drag ?? camera.at ?? { x: 0.5, y: 0.5 };
  const spotOf = (event: PointerEvent): Spot | undefined => {
    const box = plan.current?.getBoundingClientRect();
    return (
      box && { x: inside((event.clientX - box.left) / box.width), y: inside((event.clientY - box.top) / box.height) }
    );
  };
  return (
    <button
      type="button"
      class="marker"
      {...lookOf(camera)}
      style={placeOf(at)}
      onPointerDown={(event) => {
        // Otherwise the browser drags what it takes for text or a picture, and the pointer is gone.
        event.preventDefault();
        event.currentTarget.focus();
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag(at);
      }}
      onPointerMove={(event) => drag && setDrag(spotOf(event))}
      onPointerUp={(event) => {
        const to = spotOf(event);
        if (to) onMove(camera, to);
        setDrag(undefined);
      }}
      onPointerCancel={() => setDrag(undefined)}
      onKeyDown={(event) => {
        const arrow = ARROWS[event.key];
        if (!arrow) return;
        event.preventDefault();
        const far = event.shiftKey ? 10 : 1;
        onMove(camera, { x: inside(at.x + arrow[0] * far), y: inside(at.y + arrow[1] * far) });
      }}
    >
      <Sign camera={camera} />
    </button>
  );
}
