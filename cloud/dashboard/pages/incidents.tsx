import { call } from "../lib/api.ts";
import { usePages } from "../lib/load.ts";
import { words } from "../lib/words.ts";
import { SeverityBadge } from "../parts/badge.tsx";
import { Empty } from "../parts/empty.tsx";
import { Pager } from "../parts/pager.tsx";
import { Shown } from "../parts/pending.tsx";
import { Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";

const incidents = words(
  { title: "Incidents", none: "No incidents", what: "What", where: "Where", when: "When" },
  { title: "Vorfälle", none: "Keine Vorfälle", what: "Was", where: "Wo", when: "Wann" },
);

export default function Incidents() {
  const t = incidents();
  const list = usePages(
    async (after, signal) => {
      const page = await call("GET /api/incidents", { query: { ...(after ? { after } : {}) }, signal });
      return { items: page.incidents, next: page.next };
    },
    { on: ["incident"] },
  );
  return (
    <>
      <header class="page-head">
        <h1>{t.title}</h1>
      </header>
      <section class="card">
        <Shown of={list}>
          {(shown) =>
            shown.items.length === 0 ? (
              <Empty icon="incidents" title={t.none} />
            ) : (
              <>
                <Table
                  caption={t.title}
                  rows={shown.items}
                  id={({ id }) => id}
                  columns={[
                    { title: t.what, cell: (one) => <SeverityBadge {...one} /> },
                    { title: t.where, cell: ({ id, camera }) => <a href={`/incidents/${id}`}>{camera}</a> },
                    { title: t.when, cell: ({ since }) => <Time at={since} /> },
                  ]}
                />
                <Pager of={shown} />
              </>
            )
          }
        </Shown>
      </section>
    </>
  );
}
