import { millis } from "../lib/format.ts";
import type { Receipt, Step } from "../lib/incident.ts";
import { Empty } from "../parts/empty.tsx";
import { Table } from "../parts/table.tsx";
import { incident } from "./incident.words.ts";

/** What each output answered, and how fast. */
export function Outputs({
  receipts,
  steps,
}: {
  readonly receipts: readonly Receipt[];
  readonly steps: readonly Step[];
}) {
  const words = incident();
  const t = words.outputs;
  if (receipts.length === 0) return <Empty icon="lost" title={t.none} />;
  // Answers that come later belong to the change before them.
  const changeOf = ({ event }: Receipt) => {
    const at = steps.findIndex((step) => step.event === event);
    const kind = steps.slice(0, at + 1).findLast((step) => step.kind !== "receipts")?.kind ?? "unknown";
    return words.change[kind as keyof typeof words.change] ?? kind;
  };
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
          { title: t.change, cell: changeOf },
          { title: t.written, number: true, cell: ({ writtenMs }) => time(writtenMs) },
          { title: t.confirmed, number: true, cell: ({ confirmedMs }) => time(confirmedMs) },
        ]}
      />
      <p class="hint">{t.afterDecision}</p>
    </>
  );
}
