import { resolve } from "node:path";
import { asError } from "../lib/failure.ts";
import { loadModel, readCatalogue, shippedCatalogue } from "../vision/catalogue.ts";

/** `spotter models`: what the catalogue holds, and whether its files are intact. Throws UsageError for a catalogue that cannot be read. */
export async function models({ catalogue, json = false }: { catalogue?: string; json?: boolean }): Promise<void> {
  const path = catalogue === undefined ? shippedCatalogue : resolve(catalogue);
  const rows = await Promise.all(
    (await readCatalogue(path)).map(async (entry) => {
      const fault = await loadModel(path, entry).then(
        () => "",
        (thrown) => asError(thrown).message,
      );
      return {
        name: entry.name,
        family: entry.family,
        licence: entry.licence,
        card: entry.card ?? "",
        figures: entry.figures,
        intact: fault === "",
        fault,
      };
    }),
  );
  if (json) process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
  else for (const row of rows) process.stdout.write(text(row));
  if (rows.some((row) => !row.intact)) process.exitCode = 1;
}

function text({
  name,
  family,
  licence,
  card,
  figures,
  intact,
  fault,
}: {
  name: string;
  family: string;
  licence: string;
  card: string;
  figures: object;
  intact: boolean;
  fault: string;
}): string {
  const lines = [`${name}  (${family}, ${licence})  ${intact ? "intact" : "DAMAGED"}`];
  if (fault) lines.push(`  ${fault}`);
  for (const [figure, value] of Object.entries(figures)) lines.push(`  ${figure}: ${value}`);
  if (card) lines.push(`  card: models/${card}`);
  return `${lines.join("\n")}\n`;
}
