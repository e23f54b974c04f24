import { useEffect, useId, useRef, useState } from "preact/hooks";
import { call, wordsOf } from "../lib/api.ts";
import { percent } from "../lib/format.ts";
import { useLoad } from "../lib/load.ts";
import { type Camera, nameOf, type Site } from "../lib/plant.ts";
import { query, setQuery } from "../lib/router.ts";
import { may } from "../lib/session.ts";
import { StateBadge } from "../parts/badge.tsx";
import { Empty } from "../parts/empty.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Shown } from "../parts/pending.tsx";
import { Table } from "../parts/table.tsx";
import { toast } from "../parts/toast.tsx";
import { map } from "./map.words.ts";
import { Plan } from "./plan.tsx";
import { PlanUpload } from "./plan-upload.tsx";
import { settings } from "./settings.words.ts";
import { FormDialog, NameFields, ownTimeZone, TimeZoneField } from "./settings-form.tsx";
import { places } from "./settings-places.words.ts";

type Spot = NonNullable<Camera["at"]>;

/** Sites, their floor plans and the cameras on them. */
export function Places() {
  const t = places();
  const s = settings();
  const list = useLoad((signal) => call("GET /api/sites", { signal }));
  const [edited, setEdited] = useState<Site | "new">();
  const [enrolling, setEnrolling] = useState(false);
  const sites = list.data?.sites ?? [];
  const site = sites.find((one) => one.site === query.value.get("site")) ?? sites[0];
  return (
    <>
      <section class="card form" aria-labelledby="part-title">
        <header class="page-head">
          <h2 id="part-title">{s.parts.places}</h2>
          <div class="end">
            {may("admin") && sites.length > 0 && (
              <button type="button" onClick={() => setEnrolling(true)}>
                <Icon name="plus" />
                {t.enrol}
              </button>
            )}
            <button type="button" class="primary" onClick={() => setEdited("new")}>
              <Icon name="plus" />
              {t.addSite}
            </button>
          </div>
        </header>
        <p class="soft">{t.hint}</p>
        <Shown of={list}>
          {() =>
            site === undefined ? (
              <Empty icon="map" title={t.none}>
                <p>{t.noneHint}</p>
              </Empty>
            ) : (
              <div class="site-pick">
                <SelectField
                  label={t.site}
                  value={site.site}
                  options={sites.map((one) => [one.site, one.name] as const)}
                  onValue={(next) => setQuery({ site: next })}
                />
                <p>
                  {site.timeZone}
                  {site.lines.length > 0 && ` · ${t.lines(site.lines.join(", "))}`}
                </p>
                <button type="button" aria-label={s.editOf(site.name)} onClick={() => setEdited(site)}>
                  {s.edit}
                </button>
              </div>
            )
          }
        </Shown>
      </section>
      {site && <OnSite key={site.site} site={site} onChanged={list.reload} />}
      {edited && (
        <SiteForm
          site={edited === "new" ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSaved={(name) => {
            list.reload();
            setQuery({ site: name });
          }}
        />
      )}
      {enrolling && site && <EnrolForm sites={sites} site={site.site} onClose={() => setEnrolling(false)} />}
    </>
  );
}

function SiteForm(props: {
  readonly site: Site | undefined;
  readonly onClose: () => void;
  readonly onSaved: (site: string) => void;
}) {
  const { site, onClose, onSaved } = props;
  const t = places();
  const [name, setName] = useState(site?.name ?? "");
  const [id, setId] = useState(site?.site ?? "");
  const [timeZone, setTimeZone] = useState(site?.timeZone ?? ownTimeZone());
  return (
    <FormDialog
      title={site ? settings().editOf(site.name) : t.newSite}
      onClose={onClose}
      save={() => call("PUT /api/sites/:site", { params: { site: id }, body: { name, timeZone } })}
      onSaved={() => onSaved(id)}
    >
      <NameFields
        name={name}
        id={id}
        isNew={!site}
        onValue={(nextName, nextId) => {
          setName(nextName);
          setId(nextId);
        }}
      />
      <TimeZoneField value={timeZone} onValue={setTimeZone} />
    </FormDialog>
  );
}

function EnrolForm(props: { readonly sites: readonly Site[]; readonly site: string; readonly onClose: () => void }) {
  const { sites, onClose } = props;
  const t = places();
  const [device, setDevice] = useState("");
  const [site, setSite] = useState(props.site);
  return (
    <FormDialog
      title={t.enrol}
      onClose={onClose}
      save={() => call("PUT /api/devices/:device", { params: { device }, body: { site } })}
      onSaved={() => toast(t.enrolled)}
    >
      <TextField
        label={t.device}
        hint={t.enrolHint}
        value={device}
        onValue={setDevice}
        autoFocus
        required
        maxLength={64}
        autoCapitalize="none"
        spellcheck={false}
      />
      <SelectField
        label={t.site}
        value={site}
        options={sites.map((one) => [one.site, one.name] as const)}
        onValue={setSite}
      />
    </FormDialog>
  );
}

/** After the last move a place is kept, ms: one request, not one for every press of an arrow key. */
const REST_MS = 400;

function OnSite({ site, onChanged }: { readonly site: Site; readonly onChanged: () => void }) {
  const t = places();
  const m = map();
  const list = useLoad((signal) => call("GET /api/cameras", { query: { site: site.site }, signal }), {
    deps: [site.site],
  });
  // What somebody moves stands there at once; the cloud's word replaces it.
  const [cameras, setCameras] = useState<readonly Camera[]>();
  useEffect(() => setCameras(list.data?.cameras), [list.data]);
  const [said, setSaid] = useState("");
  const waiting = useRef(new Map<string, { readonly due: ReturnType<typeof setTimeout>; readonly camera: Camera }>());
  const write = useRef(async (_: Camera) => {});
  write.current = async (camera) => {
    const { device, camera: name, line, at } = camera;
    clearTimeout(waiting.current.get(nameOf(camera))?.due);
    waiting.current.delete(nameOf(camera));
    try {
      await call("PUT /api/devices/:device/cameras/:camera", {
        params: { device, camera: name },
        body: { line, ...(at ? { at } : {}) },
      });
    } catch (error) {
      toast(wordsOf(error), "failed");
      list.reload();
    }
  };
  // Who leaves while a place is not kept yet has still moved it.
  useEffect(() => () => waiting.current.forEach(({ camera }) => void write.current(camera)), []);

  const show = (camera: Camera) =>
    setCameras((all) => all?.map((one) => (nameOf(one) === nameOf(camera) ? camera : one)));
  const set = async (camera: Camera) => {
    show(camera);
    await write.current(camera);
  };
  const move = (of: Camera, { x, y }: Spot) => {
    const camera = { ...of, at: { x: rounded(x), y: rounded(y) } };
    show(camera);
    setSaid(t.pinNow(camera.camera, percent(x), percent(y)));
    clearTimeout(waiting.current.get(nameOf(camera))?.due);
    const due = setTimeout(() => void write.current(camera), REST_MS);
    waiting.current.set(nameOf(camera), { due, camera });
  };
  return (
    <section class="card form" aria-labelledby="on-site">
      <header class="page-head">
        <h2 id="on-site">{m.plan(site.name)}</h2>
        <div class="end">{site.floorPlan && <PlanUpload site={site} onDone={onChanged} />}</div>
      </header>
      <Shown of={list}>
        {() => (
          <>
            {site.floorPlan ? (
              <>
                <Plan site={site} cameras={cameras ?? []} onMove={move} onStale={onChanged} />
                <p class="hint">{t.planHint}</p>
                <p class="unseen" aria-live="polite">
                  {said}
                </p>
              </>
            ) : (
              <Empty icon="map" title={m.noPlan}>
                <p>{m.noPlanMore}</p>
                <PlanUpload site={site} onDone={onChanged} />
              </Empty>
            )}
            <CameraTable
              site={site}
              cameras={cameras ?? []}
              onLine={(camera, line) => void set({ ...camera, line }).then(onChanged)}
              onPlace={(camera, at) => {
                setSaid(at ? t.pinNow(camera.camera, percent(at.x), percent(at.y)) : t.pinGone(camera.camera));
                void set({ ...camera, at });
              }}
            />
          </>
        )}
      </Shown>
    </section>
  );
}

const rounded = (share: number) => Math.round(share * 1000) / 1000;

function CameraTable(props: {
  readonly site: Site;
  readonly cameras: readonly Camera[];
  readonly onLine: (camera: Camera, line: string) => void;
  readonly onPlace: (camera: Camera, at: Spot | undefined) => void;
}) {
  const { site, cameras, onLine, onPlace } = props;
  const t = places();
  const offered = useId();
  if (cameras.length === 0) return <p class="soft">{t.noCameras}</p>;
  return (
    <>
      <datalist id={offered}>
        {site.lines.map((line) => (
          <option key={line} value={line} />
        ))}
      </datalist>
      <Table
        caption={t.cameras}
        rows={cameras}
        id={({ device, camera }) => JSON.stringify([device, camera])}
        columns={[
          {
            title: t.camera,
            cell: ({ camera, device }) => (
              <>
                <b>{camera}</b> <small>{device}</small>
              </>
            ),
          },
          { title: t.state, cell: ({ state }) => <StateBadge state={state} /> },
          {
            title: t.line,
            cell: (camera) => (
              <input
                aria-label={t.lineOf(camera.camera)}
                list={offered}
                maxLength={64}
                // Kept when one leaves the field or presses Enter.
                defaultValue={camera.line}
                onChange={(event) => onLine(camera, event.currentTarget.value.trim())}
              />
            ),
          },
          {
            title: t.onPlan,
            cell: (camera) =>
              camera.at ? (
                <button
                  type="button"
                  aria-label={t.takeOffOf(camera.camera)}
                  onClick={() => onPlace(camera, undefined)}
                >
                  {t.takeOff}
                </button>
              ) : (
                <button
                  type="button"
                  aria-label={t.placeOf(camera.camera)}
                  disabled={!site.floorPlan}
                  onClick={() => onPlace(camera, { x: 0.5, y: 0.5 })}
                >
                  {t.place}
                </button>
              ),
          },
        ]}
      />
    </>
  );
}
