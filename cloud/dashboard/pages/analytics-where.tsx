import { Ranks } from "../charts/ranks.tsx";
import { analytics } from "./analytics.words.ts";
import type { Figures } from "./analytics-count.ts";

/** More zones than this are not read at a glance. */
const MAX_ZONES = 20;

/** Falls and near misses by zone, most first. */
export function Where({ zones }: Pick<Figures, "zones">) {
  const t = analytics();
  const rows = zones.slice(0, MAX_ZONES).map(({ site, line, device, camera, zone, falls, nearMisses }) => ({
    ...{ id: JSON.stringify([device, camera, zone]), falls, nearMisses },
    name: (
      <>
        <b>{zone || camera}</b> <small>{[site, line, zone && camera].filter(Boolean).join(" · ")}</small>
      </>
    ),
  }));
  return <Ranks title={t.where} of={t.zone} rows={rows} />;
}

/** Falls and near misses by shift. */
export function Shifts({ shifts }: Pick<Figures, "shifts">) {
  const t = analytics();
  const rows = shifts.map(({ name, from, to, falls, nearMisses }) => ({
    ...{ id: name, falls, nearMisses },
    name: (
      <>
        <b>{t.shift[name]}</b>{" "}
        <small>
          {from}–{to}
        </small>
      </>
    ),
  }));
  return <Ranks title={t.shifts} of={t.shiftTitle} rows={rows} />;
}
