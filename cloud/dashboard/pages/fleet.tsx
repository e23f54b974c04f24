import { useEffect } from "preact/hooks";
import { call } from "../lib/api.ts";
import { number } from "../lib/format.ts";
import { onChange } from "../lib/live.ts";
import { usePages } from "../lib/load.ts";
import { query, setQuery } from "../lib/router.ts";
import { may } from "../lib/session.ts";
import type { Supervision } from "../parts/badge.tsx";
import { Empty } from "../parts/empty.tsx";
import { Choice, TextField } from "../parts/field.tsx";
import { Pager } from "../parts/pager.tsx";
import { Shown } from "../parts/pending.tsx";
import { Tabs } from "../parts/tabs.tsx";
import { common } from "../parts/words.ts";
import { fleet } from "./fleet.words.ts";
import { DeviceCard } from "./fleet-device.tsx";
import { Letters } from "./fleet-letters.tsx";
import { chosen, type Device, RANKS, tally } from "./fleet-state.ts";
import { FleetTable } from "./fleet-table.tsx";

/** A fleet talks all the time: it is read anew no more often than this, ms. */
const EVERY_MS = 5_000;
const PAGE = 100;

/** How every device does. */
export default function Fleet() {
  const t = fleet();
  const tab = query.value.get("tab") === "letters" && may("admin") ? "letters" : "devices";
  return (
    <>
      <header class="page-head">
        <h1>{t.title}</h1>
      </header>
      {may("admin") ? (
        <Tabs
          label={t.title}
          open={tab}
          tabs={[
            ["devices", t.devices],
            ["letters", t.letters],
          ]}
          onOpen={(name) => setQuery({ tab: name === "devices" ? undefined : name })}
        >
          {tab === "devices" ? <Devices /> : <Letters />}
        </Tabs>
      ) : (
        <Devices />
      )}
    </>
  );
}

function Devices() {
  const t = fleet();
  const list = usePages(async (after, signal) => {
    const page = await call("GET /api/devices", { query: { limit: PAGE, ...(after ? { after } : {}) }, signal });
    return { items: page.devices.map((device) => ({ device, budgetMs: page.budgetMs })), next: page.next };
  });
  useEffect(() => atMostEvery(EVERY_MS, list.reload), []);
  return (
    <div class="fleet">
      <Shown of={list}>
        {(shown) => {
          const { budgetMs = 0 } = shown.items[0] ?? {};
          const devices = shown.items.map(({ device }) => device);
          if (devices.length === 0)
            return (
              <Empty icon="fleet" title={t.none}>
                <p>{t.noneHint}</p>
              </Empty>
            );
          return (
            <>
              <Found devices={devices} budgetMs={budgetMs} />
              <Pager of={shown} />
            </>
          );
        }}
      </Shown>
    </div>
  );
}

/** Runs when a device changes, at once or when the last time is long enough ago. Returns how to stop. */
function atMostEvery(ms: number, run: () => void): () => void {
  let due: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  const stop = onChange(["device"], undefined, () => {
    due ??= setTimeout(
      () => {
        due = undefined;
        last = performance.now();
        run();
      },
      Math.max(0, last + ms - performance.now()),
    );
  });
  return () => {
    clearTimeout(due);
    stop();
  };
}

function Found({ devices, budgetMs }: { readonly devices: readonly Device[]; readonly budgetMs: number }) {
  const t = fleet();
  const text = query.value.get("find") ?? "";
  const state = RANKS.find((one) => one === query.value.get("state"));
  const view = query.value.get("view") === "table" ? "table" : "cards";
  const found = chosen(devices, text, state);
  return (
    <>
      <search class="fleet-find">
        <States devices={devices} state={state} />
        <TextField
          label={t.find}
          type="search"
          placeholder={t.findHint}
          value={text}
          onValue={(find) => setQuery({ find })}
          maxLength={64}
        />
        <Choice
          label={t.view}
          value={view}
          options={[
            ["cards", t.views.cards],
            ["table", t.views.table],
          ]}
          onValue={(next) => setQuery({ view: next === "cards" ? undefined : next })}
        />
      </search>
      {found.length === 0 ? (
        <Empty icon="search" title={t.noneFound}>
          <button type="button" onClick={() => setQuery({ find: undefined, state: undefined })}>
            {t.showAll}
          </button>
        </Empty>
      ) : view === "table" ? (
        <FleetTable devices={found} budgetMs={budgetMs} />
      ) : (
        <div class="device-cards">
          {found.map((device) => (
            <DeviceCard key={device.device} device={device} budgetMs={budgetMs} />
          ))}
        </div>
      )}
    </>
  );
}

/** How many cameras are in which state; each count shows only those. */
function States({ devices, state }: { readonly devices: readonly Device[]; readonly state: Supervision | undefined }) {
  const t = fleet();
  const counts = tally(devices);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const shown = RANKS.filter((one) => counts.has(one) || one === state);
  return (
    <Choice
      label={t.byState}
      value={state ?? "all"}
      options={[
        ["all", t.all(number(all))],
        ...shown.map((one) => [one, `${number(counts.get(one) ?? 0)} ${common().supervision[one]}`] as const),
      ]}
      onValue={(one) => setQuery({ state: one === "all" ? undefined : one })}
    />
  );
}
