import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { freePort } from "./free-port.ts";

const VERSIONS = "/usr/lib/postgresql";

/** Where Debian puts the newest PostgreSQL's programs; undefined: there is none. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).map(Number) : [];
  const programs = join(VERSIONS, String(Math.max(0, ...versions)), "bin");
  return existsSync(join(programs, "initdb")) ? programs : undefined;
}

/** Such as `PostgreSQL 15.14`. */
export function postgresName(): string {
  const programs = postgresPrograms();
  const said = programs && execFileSync(join(programs, "postgres"), ["--version"], { encoding: "utf8" });
  return `PostgreSQL ${/\d+[\d.]*/.exec(said ?? "")?.[0] ?? ""}`.trim();
}

/** PostgreSQL on loopback, with a cluster of its own in a temporary folder. */
export interface Postgres {
  /** A new, empty database; its URL. */
  database(): Promise<string>;
  close(): Promise<void>;
}

/** `durable`: commits reach the disk before they return, as in production; otherwise they do not, which is faster. */
export async function startPostgres({ durable = false } = {}): Promise<Postgres> {
  const programs = postgresPrograms() as string;
  const dir = mkdtempSync(join(tmpdir(), "spotter-postgres-"));
  const data = join(dir, "data");
  // PostgreSQL refuses to run as root; Debian's package brings a user.
  const user = process.getuid?.() === 0 ? idsOf("postgres") : undefined;
  if (user) chownSync(dir, user.uid, user.gid);
  const initdb = ["--auth=trust", "--username=spotter", "--encoding=UTF8", "--no-sync", "-D", data];
  execFileSync(join(programs, "initdb"), initdb, { stdio: "ignore", cwd: dir, ...user });
  const port = await freePort();
  const settings = ["-h", "127.0.0.1", "-p", String(port), "-k", dir, "-c", `fsync=${durable ? "on" : "off"}`];
  const server = spawn(join(programs, "postgres"), ["-D", data, ...settings], { stdio: "ignore", cwd: dir, ...user });
  const url = `postgres://spotter@127.0.0.1:${port}`;
  const admin = postgres(`${url}/postgres`, { max: 1, onnotice: () => {} });
  const close = async () => {
    await admin.end({ timeout: 1 });
    if (server.exitCode === null) {
      // Fast shutdown: connections are cut.
      server.kill("SIGINT");
      await once(server, "exit");
    }
    rmSync(dir, { recursive: true });
  };
  while (!(await answers(admin))) {
    if (server.exitCode !== null) {
      await close();
      throw new Error(`postgres ended with ${server.exitCode} before it answered`);
    }
    await sleep(50);
  }
  let databases = 0;
  return {
    database: async () => {
      databases += 1;
      await admin.unsafe(`CREATE DATABASE d${databases}`);
      return `${url}/d${databases}`;
    },
    close,
  };
}

async function answers(sql: postgres.Sql): Promise<boolean> {
  return sql`SELECT 1`.then(
    () => true,
    () => false,
  );
}

function idsOf(user: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, user], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
