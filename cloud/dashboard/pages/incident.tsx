import { useState } from "preact/hooks";
import { ApiError } from "../../api/client.ts";
import { call } from "../lib/api.ts";
import { moment } from "../lib/format.ts";
import { type Incident as Found, isShelved, placeOf } from "../lib/incident.ts";
import { useKeys } from "../lib/keys.ts";
import { useLoad } from "../lib/load.ts";
import { now } from "../lib/now.ts";
import { navigate } from "../lib/router.ts";
import { may } from "../lib/session.ts";
import { SeverityBadge } from "../parts/badge.tsx";
import { Icon } from "../parts/icon.tsx";
import { Shown } from "../parts/pending.tsx";
import { Since, Time } from "../parts/time.tsx";
import { common } from "../parts/words.ts";
import type { PageProps } from "../routes.ts";
import { type Deed, DeedDialog, deeds } from "./deed.tsx";
import { incident } from "./incident.words.ts";
import { CaseDialog } from "./incident-case.tsx";
import { Course } from "./incident-course.tsx";
import { Outputs } from "./incident-outputs.tsx";
import { People } from "./incident-people.tsx";
import { Replay } from "./incident-replay.tsx";
import { decidingStep, Why } from "./incident-why.tsx";

/** Everything about one incident: what was seen, how fast what was done, by whom. */
export default function IncidentPage({ params: { id = "" } }: PageProps) {
  const t = incident();
  const params = { incident: id };
  const options = { deps: [id], on: ["incident"], id } as const;
  const found = useLoad((signal) => call("GET /api/incidents/:incident", { params, signal }), options);
  const course = useLoad((signal) => call("GET /api/incidents/:incident/timeline", { params, signal }), options);
  const skeleton = useLoad((signal) => tracksOf(id, signal), {
    deps: [id, found.data?.steps.filter((step) => step.skeleton).length ?? 0],
  });
  const receipts = useLoad((signal) => call("GET /api/incidents/:incident/receipts", { params, signal }), options);
  const told = useLoad((signal) => call("GET /api/incidents/:incident/escalation", { params, signal }), {
    ...options,
    on: ["incident", "notice"],
  });
  const sites = useLoad(async (signal) => (await call("GET /api/sites", { signal })).sites);
  const timeZone = sites.data?.find(({ site }) => site === found.data?.site)?.timeZone;
  return (
    <div class="incident">
      <a class="back" href="/incidents">
        <Icon name="back" />
        {t.back}
      </a>
      <Shown of={found} lines={4}>
        {(one) => {
          const step = decidingStep(one);
          return (
            <>
              <Head of={one} timeZone={timeZone} onDone={found.reload} />
              <div class="incident-columns">
                <div>
                  <section class="card" aria-labelledby="course">
                    <h2 id="course">{t.course.title}</h2>
                    <Shown of={course} lines={5}>
                      {({ moments }) => <Course of={one} moments={moments} />}
                    </Shown>
                  </section>
                  {step && (
                    <section class="card" aria-labelledby="why">
                      <h2 id="why">{t.why.title}</h2>
                      <Why step={step} />
                    </section>
                  )}
                </div>
                <div>
                  <section class="card" aria-labelledby="replay">
                    <h2 id="replay">{t.replay.title}</h2>
                    <Shown of={skeleton} lines={6}>
                      {(tracks) => <Replay tracks={tracks} />}
                    </Shown>
                  </section>
                  <section class="card" aria-labelledby="people">
                    <h2 id="people">{t.people.title}</h2>
                    <Shown of={told} lines={3}>
                      {(data) => <People of={one} told={data} />}
                    </Shown>
                  </section>
                </div>
              </div>
              <section class="card" aria-labelledby="outputs">
                <h2 id="outputs">{t.outputs.title}</h2>
                <Shown of={receipts} lines={3}>
                  {(data) => <Outputs receipts={data.receipts} steps={one.steps} />}
                </Shown>
              </section>
            </>
          );
        }}
      </Shown>
    </div>
  );
}

async function tracksOf(incident: string, signal: AbortSignal) {
  try {
    return (await call("GET /api/incidents/:incident/skeleton", { params: { incident }, signal })).tracks;
  } catch (error) {
    // A camera that saw too little of the body sends none.
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

interface HeadProps {
  readonly of: Found;
  readonly timeZone: string | undefined;
  readonly onDone: () => void;
}

function Head({ of, timeZone, onDone }: HeadProps) {
  const t = incident();
  const [deed, setDeed] = useState<Deed | "export">();
  const { severity, state, since, machine, acknowledged, outcome } = of;
  const over = state === "cleared";
  const shelved = isShelved(of, now.value);
  const close = () => setDeed(undefined);
  const can = {
    acknowledge: !acknowledged && !over,
    shelve: !over && !shelved && may("safety"),
    unshelve: shelved,
    clear: !over && acknowledged !== undefined && may("safety"),
    export: may("safety"),
  };
  useKeys([
    { keys: "u", does: t.keys.back, run: () => navigate("/incidents") },
    { keys: "a", does: t.keys.acknowledge, run: () => setDeed(can.acknowledge ? "acknowledge" : "judge") },
    { keys: "n", does: t.keys.note, run: () => setDeed("note") },
    ...(can.shelve ? [{ keys: "s", does: t.keys.shelve, run: () => setDeed("shelve") }] : []),
    ...(can.clear ? [{ keys: "c", does: t.keys.clear, run: () => setDeed("clear") }] : []),
    ...(can.export ? [{ keys: "e", does: t.keys.export, run: () => setDeed("export") }] : []),
  ]);
  const lying = of.steps.some(({ kind }) => kind === "down") && !of.steps.some(({ kind }) => kind === "confirmed");
  return (
    <header class="incident-head" data-severity={severity} data-state={state}>
      <div class="incident-words">
        <p class="incident-badges">
          <SeverityBadge severity={severity} state={state} />
          <span>
            {common().state[state]}
            {outcome && ` · ${common().outcome[outcome]}`}
          </span>
        </p>
        <h1>{severity === "fall" && lying ? t.title.down : t.title[severity]}</h1>
        <p class="incident-place">
          {placeOf(of)}
          {machine && ` · ${t.machine(machine)}`}
        </p>
        <p class="incident-facts">
          <span title={timeZone && t.siteTime(moment(since, timeZone))}>
            {t.since("")} <Time at={since} whole />
          </span>
          {acknowledged && (
            <span>
              {t.acknowledgedBy(acknowledged.by)}
              {acknowledged.where === "device" && ` ${t.onDevice}`}
            </span>
          )}
          {shelved && (
            <span>
              {t.shelvedUntil} <Time at={of.shelvedUntil ?? 0} />
            </span>
          )}
        </p>
      </div>
      <div class="incident-do">
        {!over && (
          <p class="incident-since">
            <Since at={since} />
          </p>
        )}
        <div class="incident-buttons">
          {can.acknowledge ? (
            <button type="button" class="primary" onClick={() => setDeed("acknowledge")}>
              {deeds().title.acknowledge}
            </button>
          ) : (
            <button type="button" class={outcome ? "" : "primary"} onClick={() => setDeed("judge")}>
              {deeds().title.judge}
            </button>
          )}
          <button type="button" onClick={() => setDeed("note")}>
            {t.actions.note}
          </button>
          {can.shelve && (
            <button type="button" onClick={() => setDeed("shelve")}>
              {t.actions.shelve}
            </button>
          )}
          {can.unshelve && (
            <button type="button" onClick={() => setDeed("unshelve")}>
              {t.actions.unshelve}
            </button>
          )}
          {can.clear && (
            <button type="button" onClick={() => setDeed("clear")}>
              {t.actions.clear}
            </button>
          )}
          {can.export && (
            <button type="button" onClick={() => setDeed("export")}>
              {t.actions.export}
            </button>
          )}
        </div>
      </div>
      {deed === "export" && <CaseDialog id={of.id} onClose={close} />}
      {deed && deed !== "export" && <DeedDialog deed={deed} incident={of} onClose={close} onDone={onDone} />}
    </header>
  );
}
