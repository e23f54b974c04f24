import { useEffect, useId, useState } from "preact/hooks";
import type { Answer } from "../../api/contract.ts";
import { call, wordsOf } from "../lib/api.ts";
import { useLoad } from "../lib/load.ts";
import { query, setQuery } from "../lib/router.ts";
import { may } from "../lib/session.ts";
import { StateBadge } from "../parts/badge.tsx";
import { Empty } from "../parts/empty.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Shown } from "../parts/pending.tsx";
import { Table } from "../parts/table.tsx";
import { toast } from "../parts/toast.tsx";
import { settings } from "./settings.words.ts";
import { FormDialog, NameFields, ownTimeZone, TimeZoneField } from "./settings-form.tsx";
import { shrunk } from "./settings-picture.ts";
import { places } from "./settings-places.words.ts";
import { Plan } from "./settings-plan.tsx";

export type Site = Answer<"GET /api/sites">["sites"][number];
export type Camera = Answer<"GET /api/cameras">["cameras"][number];
export type Spot = NonNullable<Camera["at"]>;

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

function OnSite({ site, onChanged }: { readonly site: Site; readonly onChanged: () => void }) {
  const t = places();
  const list = useLoad((signal) => call("GET /api/cameras", { query: { site: site.site }, signal }), {
    deps: [site.site],
  });
  // What somebody moves stands there at once; the cloud's word replaces it.
  const [cameras, setCameras] = useState<readonly Camera[]>();
  useEffect(() => setCameras(list.data?.cameras), [list.data]);

  const write = async (camera: Camera, change: { line?: string; at?: Spot | undefined }) => {
    const next: Camera = { ...camera, ...change };
    setCameras((all) => all?.map((one) => (one.device === next.device && one.camera === next.camera ? next : one)));
    try {
      await call("PUT /api/devices/:device/cameras/:camera", {
        params: { device: next.device, camera: next.camera },
        body: { line: next.line, ...(next.at ? { at: next.at } : {}) },
      });
      if (change.line !== undefined) onChanged();
    } catch (error) {
      toast(wordsOf(error), "failed");
      list.reload();
    }
  };
  return (
    <section class="card form" aria-labelledby="on-site">
      <header class="page-head">
        <h2 id="on-site">{t.plan(site.name)}</h2>
        <div class="end">
          <Upload site={site} onDone={onChanged} />
        </div>
      </header>
      <Shown of={list}>
        {() => (
          <>
            <Plan
              title={t.plan(site.name)}
              picture={site.floorPlan?.url}
              cameras={cameras ?? []}
              onPlace={(camera, at) => void write(camera, { at })}
            />
            <CameraTable lines={site.lines} cameras={cameras ?? []} onWrite={(...of) => void write(...of)} />
          </>
        )}
      </Shown>
    </section>
  );
}

function CameraTable(props: {
  readonly lines: readonly string[];
  readonly cameras: readonly Camera[];
  readonly onWrite: (camera: Camera, change: { line?: string; at?: Spot | undefined }) => void;
}) {
  const { lines, cameras, onWrite } = props;
  const t = places();
  const offered = useId();
  if (cameras.length === 0) return <p class="soft">{t.noCameras}</p>;
  return (
    <>
      <datalist id={offered}>
        {lines.map((line) => (
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
                onChange={(event) => onWrite(camera, { line: event.currentTarget.value.trim() })}
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
                  onClick={() => onWrite(camera, { at: undefined })}
                >
                  {t.takeOff}
                </button>
              ) : (
                <button
                  type="button"
                  aria-label={t.placeOf(camera.camera)}
                  onClick={() => onWrite(camera, { at: { x: 0.5, y: 0.5 } })}
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

function Upload({ site, onDone }: { readonly site: Site; readonly onDone: () => void }) {
  const t = places();
  const [busy, setBusy] = useState(false);
  const text = busy ? t.uploading : site.floorPlan ? t.replace : t.upload;
  const upload = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (!file) return;
    setBusy(true);
    try {
      const picture = await shrunk(file);
      if (!picture) return toast(t.noPicture, "failed");
      await call("PUT /api/sites/:site/floor-plan", { params: { site: site.site }, body: picture });
      toast(t.uploaded);
      onDone();
    } catch (error) {
      toast(wordsOf(error), "failed");
    } finally {
      input.value = "";
      setBusy(false);
    }
  };
  return (
    <label class="button upload" data-busy={busy}>
      <input
        type="file"
        accept="image/png,image/jpeg,image/webp"
        disabled={busy}
        onChange={(event) => void upload(event.currentTarget)}
      />
      {text}
    </label>
  );
}
