import { millis } from "../lib/format.ts";
import type { Receipt } from "../lib/incident.ts";
import { Empty } from "../parts/empty.tsx";
import { Table } from "../parts/table.tsx";
import { incident } from "./incident.words.ts";

/** What each output answered, and how fast. */
export function Outputs({ receipts }: { readonly receipts: readonly Receipt[] }) {
  const words = incident();
  const t = words.outputs;
  if (receipts.length === 0) return <Empty icon="lost" title={t.none} />;
  const time = (ms: number | null) => (ms === null ? "–" : millis(ms));
  return (
    <>
      <Table
        caption={t.title}
        rows={receipts.map((receipt, at) => ({ ...receipt, id: `${receipt.event}/${at}` }))}
        id={({ id }) => id}
        columns={[
          { title: t.output, cell: ({ actuator }) => <b>{actuator}</b> },
          { title: t.told, cell: ({ state }) => t.state[state] },
          {
            title: t.result,
            cell: ({ outcome, detail }) => (
              <span class="receipt" data-outcome={outcome}>
                {t.outcome[outcome as keyof typeof t.outcome] ?? outcome}
                {detail && <small>{detail}</small>}
              </span>
            ),
          },
          { title: t.written, number: true, cell: ({ writtenMs }) => time(writtenMs) },
          { title: t.confirmed, number: true, cell: ({ confirmedMs }) => time(confirmedMs) },
          { title: t.change, cell: ({ change }) => words.change[change as keyof typeof words.change] ?? change },
        ]}
      />
      <p class="hint">{t.afterDecision}</p>
    </>
  );
}
