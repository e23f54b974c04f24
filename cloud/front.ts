import { readFileSync, writeFileSync } from "node:fs";
import type { Clock } from "./core/clock.ts";
import { newPassKey, type PassKey, publicOf } from "./core/pass.ts";
import { askOver } from "./edge/ask.ts";
import { edgeMiddleware } from "./edge/middleware.ts";

const [KEY, HERE] = ["k1", "here"];
/** It asks the server that it stands before: an answer that is late is better than none. */
const PATIENCE_MS = 30_000;

/** The edge before this machine's own server, in place of a CDN, with the key of its passes in `keyFile`, made at the first start. */
export function frontOf(keyFile: string, clock: Clock) {
  const passKey = keyIn(keyFile);
  const origins: Record<string, string> = {};
  const config = { passKeys: { [KEY]: publicOf(passKey.pem) }, origins, homes: {}, home: HERE };
  return {
    passKey,
    edge: edgeMiddleware(config, askOver("http", PATIENCE_MS), clock),
    /** Says where the server listens, before anybody comes. */
    listensAt(url: string): void {
      origins[HERE] = new URL(url).host;
    },
  };
}

function keyIn(file: string): PassKey {
  try {
    writeFileSync(file, newPassKey(KEY).pem, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return { id: KEY, pem: readFileSync(file, "utf8") };
}
