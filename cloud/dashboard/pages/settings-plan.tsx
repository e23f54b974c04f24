import { useEffect, useRef, useState } from "preact/hooks";
import { percent } from "../lib/format.ts";
import { Icon } from "../parts/icon.tsx";
import type { Camera, Spot } from "./settings-places.tsx";
import { places } from "./settings-places.words.ts";

/** Of the plan's width and height, per press of a key; with Shift. */
const STEP = 0.005;
const BIG_STEP = 0.05;
/** After the last key the place is kept, ms: not one request per press. */
const REST_MS = 500;

const within = (value: number) => Math.min(1, Math.max(0, value));
const rounded = ({ x, y }: Spot): Spot => ({ x: Math.round(x * 1000) / 1000, y: Math.round(y * 1000) / 1000 });

/** The floor plan with its cameras, each moved by mouse, finger or arrow keys. */
export function Plan(props: {
  readonly title: string;
  /** Address of the picture; absent: none was uploaded. */
  readonly picture: string | undefined;
  readonly cameras: readonly Camera[];
  readonly onPlace: (camera: Camera, at: Spot | undefined) => void;
}) {
  const { title, picture, cameras, onPlace } = props;
  const t = places();
  const plan = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState("");
  return (
    <figure class="plan-editor">
      {/* biome-ignore lint/a11y/useSemanticElements: pins on a picture are no fields */}
      <div class="plan" ref={plan} role="group" aria-label={title} data-blank={!picture}>
        {picture ? <img src={picture} alt="" draggable={false} /> : <p class="soft">{t.noPlan}</p>}
        {cameras.map(
          (camera) =>
            camera.at && (
              <Pin
                key={`${camera.device}/${camera.camera}`}
                camera={camera}
                at={camera.at}
                plan={plan}
                onPlace={(at) => onPlace(camera, at)}
                onSay={setSaid}
              />
            ),
        )}
      </div>
      <figcaption class="hint">{t.planHint}</figcaption>
      <p class="unseen" aria-live="polite">
        {said}
      </p>
    </figure>
  );
}

function Pin(props: {
  readonly camera: Camera;
  readonly at: Spot;
  readonly plan: { readonly current: HTMLElement | null };
  readonly onPlace: (at: Spot | undefined) => void;
  readonly onSay: (text: string) => void;
}) {
  const { camera, at, plan, onPlace, onSay } = props;
  const t = places();
  const [moved, setMoved] = useState<Spot>();
  const due = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef<Spot | undefined>(undefined);
  const spot = moved ?? at;
  last.current = moved;
  const { x, y } = spot;
  const keep = () => {
    clearTimeout(due.current);
    if (last.current) onPlace(rounded(last.current));
    setMoved(undefined);
  };
  const keepLast = useRef(keep);
  keepLast.current = keep;
  // Who leaves before the rest is over has still moved it.
  useEffect(() => () => keepLast.current(), []);

  const byKey = (event: KeyboardEvent) => {
    const step = event.shiftKey ? BIG_STEP : STEP;
    const go = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      clearTimeout(due.current);
      last.current = undefined;
      onPlace(undefined);
      return onSay(t.pinGone(camera.camera));
    }
    if (!go) return;
    event.preventDefault();
    const [dx = 0, dy = 0] = go;
    const next = { x: within(x + dx), y: within(y + dy) };
    setMoved(next);
    onSay(t.pinNow(camera.camera, percent(next.x), percent(next.y)));
    clearTimeout(due.current);
    due.current = setTimeout(() => keepLast.current(), REST_MS);
  };
  const byPointer = (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
    const box = plan.current?.getBoundingClientRect();
    if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    setMoved({ x: within((event.clientX - box.left) / box.width), y: within((event.clientY - box.top) / box.height) });
  };
  return (
    <button
      type="button"
      class="pin"
      data-state={camera.state}
      aria-label={t.pin(camera.camera, percent(x), percent(y))}
      style={{ insetInlineStart: `${x * 100}%`, insetBlockStart: `${y * 100}%` }}
      onKeyDown={byKey}
      onBlur={() => moved && keep()}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={byPointer}
      onPointerUp={() => moved && keep()}
    >
      <Icon name="fleet" />
      <span>{camera.camera}</span>
    </button>
  );
}
