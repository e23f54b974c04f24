import { writeFileSync } from "node:fs";
import { storeRates } from "./cloud-stores.ts";

export interface CloudOptions {
  readonly json?: string;
  readonly seconds: number;
  readonly incidents: number;
}

/** `bench cloud`: */
export async function cloud({ json, seconds }: CloudOptions): Promise<void> {
  const stores = await storeRates(seconds);
  for (const { store, mix, batch, perSecond } of stores)
    process.stdout.write(
      `${store.padEnd(38)}${mix.padEnd(11)}${String(batch).padStart(4)}${String(perSecond).padStart(8)}\n`,
    );
  if (json) writeFileSync(json, `${JSON.stringify({ stores }, null, 1)}\n`);
}
