import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { type Visitor, visit } from "../test/fakes/visitor.ts";
import { bound } from "./bound.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** The cloud as `npm run cloud` starts it, with a folder of its own and somebody logged in. */
export interface RunningCloud {
  readonly brokerUrl: string;
  readonly url: string;
  readonly visitor: Visitor;
  readonly user: string;
  readonly password: string;
  /** Events that it has kept, of devices whose name begins with `prefix` or of all. */
  kept(prefix?: string): number;
  close(): Promise<void>;
}

/** `broker`: the URL of another broker than the cloud's own. */
export async function runCloud(broker?: string): Promise<RunningCloud> {
  const dir = mkdtempSync(join(tmpdir(), "spotter-bench-"));
  const args = ["cloud/main.ts", "--data", dir, "--port", "0", "--http-port", "0"];
  const child = bound(
    spawn(process.execPath, [...args, ...(broker ? ["--broker", broker] : [])], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
  const gone = once(child, "exit");
  let said = "";
  const find = (text: RegExp) => text.exec(said) ?? [];
  for await (const line of createInterface({ input: child.stdout })) {
    said += `${line}\n`;
    if (/with the password/.test(said) && (!broker || /"connections":5/.test(said))) break;
  }
  // What it logs later nobody reads.
  child.stdout.resume();
  const [, brokerUrl = ""] = find(/hears devices at (\S+),/);
  const [, url = ""] = find(/find it at (\S+)/);
  const [, user = "", first = ""] = find(/log in as (\S+) with the password (\S+)/);
  const password = "a horse of another colour";
  const visitor = await visit(url, user, first, password);
  const db = new DatabaseSync(join(dir, "cloud.db"), { readOnly: true, timeout: 5_000 });
  const count = db.prepare("SELECT count(*) AS n FROM item WHERE partition GLOB ?");
  const kept = (prefix = "") => Number(count.get(`home/events/${prefix}*`)?.n);
  const close = async () => {
    db.close();
    child.kill("SIGTERM");
    await gone;
    rmSync(dir, { recursive: true });
  };
  return { brokerUrl, url, visitor, user, password, kept, close };
}
