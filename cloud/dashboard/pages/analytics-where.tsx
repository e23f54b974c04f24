import { Legend } from "../charts/chart.tsx";
import { Length } from "../charts/length.tsx";
import { charts } from "../charts/words.ts";
import { number } from "../lib/format.ts";
import { Table } from "../parts/table.tsx";
import { analytics } from "./analytics.words.ts";
import type { Count, Figures } from "./analytics-count.ts";

/** More zones than this are not read at a glance; the table has no use for the rest. */
const MAX_ZONES = 20;

const both = ({ falls, nearMisses }: Count) => falls + nearMisses;
const parts = ({ falls, nearMisses }: Count) => [
  { kind: "fall", count: falls },
  { kind: "nearMiss", count: nearMisses },
];

function Kinds() {
  const c = charts();
  return (
    <Legend
      of={[
        ["fall", c.fallsTitle],
        ["nearMiss", c.nearMissesTitle],
      ]}
    />
  );
}

/** Falls and near misses by zone. */
export function Where({ zones }: Pick<Figures, "zones">) {
  const t = analytics();
  const most = Math.max(1, ...zones.map(both));
  return (
    <section class="card chart">
      <header class="chart-head">
        <h2>{t.where}</h2>
        <Kinds />
      </header>
      {zones.length === 0 ? (
        <p class="soft">{t.nothing}</p>
      ) : (
        <Table
          caption={t.where}
          rows={zones.slice(0, MAX_ZONES)}
          id={({ device, camera, zone }) => JSON.stringify([device, camera, zone])}
          columns={[
            {
              title: t.zone,
              cell: ({ zone, line, camera, site }) => (
                <>
                  <b>{zone || camera}</b> <small>{[site, line, zone && camera].filter(Boolean).join(" · ")}</small>
                </>
              ),
            },
            { title: "", cell: (zone) => <Length parts={parts(zone)} most={most} /> },
            { title: t.falls, number: true, cell: ({ falls }) => number(falls) },
            { title: t.nearMisses, number: true, cell: ({ nearMisses }) => number(nearMisses) },
          ]}
        />
      )}
    </section>
  );
}

/** Falls and near misses by shift. */
export function Shifts({ shifts }: Pick<Figures, "shifts">) {
  const t = analytics();
  const most = Math.max(1, ...shifts.map(both));
  return (
    <section class="card chart">
      <header class="chart-head">
        <h2>{t.shifts}</h2>
        <Kinds />
      </header>
      <Table
        caption={t.shifts}
        rows={shifts}
        id={({ name }) => name}
        columns={[
          {
            title: t.shiftTitle,
            cell: ({ name, from, to }) => (
              <>
                <b>{t.shift[name]}</b>{" "}
                <small>
                  {from}–{to}
                </small>
              </>
            ),
          },
          { title: "", cell: (shift) => <Length parts={parts(shift)} most={most} /> },
          { title: t.falls, number: true, cell: ({ falls }) => number(falls) },
          { title: t.nearMisses, number: true, cell: ({ nearMisses }) => number(nearMisses) },
        ]}
      />
    </section>
  );
}
