import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/**
 * Who may import what. A module is a folder of `src` or one of its files; `types` may only be imported with
 * `import type`. A module that is not listed here is a mistake: give it a line and a reason.
 */
interface Rule {
  imports: string[];
  types?: string[];
}

const STAGES = ["config", "frames", "vision", "alarm", "actuators", "clips", "uplink", "api"];
/** Files that join the stages; they get their parts handed in. */
const JOINTS = [
  "pipeline.ts",
  "respond.ts",
  "record.ts",
  "journal.ts",
  "trail.ts",
  "latched.ts",
  "unwatched.ts",
  "view.ts",
];
const names = (files: string[]) => files.map((file) => file.replace(/\.ts$/, ""));

const rules: Record<string, Rule> = {
  // Tools; shared with the cloud.
  lib: { imports: [] },
  event: { imports: [] },
  // Everyone logs, counts, reads config types.
  observe: { imports: ["lib"] },
  config: { imports: ["lib"] },
  // Secrets are read at the rim, where they are used.
  // Does not know what frames are for.
  frames: { imports: ["lib", "observe", "config/secret"], types: ["config"] },
  // Numbers from pictures, no opinion.
  vision: { imports: ["lib", "observe"], types: ["config", "frames/frame"] },
  // Pure: the same people at the same times give the same changes.
  alarm: { imports: [], types: ["config", "vision", "lib"] },
  // Must work with the network dead.
  actuators: { imports: ["lib", "observe", "config/secret"], types: ["config", "alarm"] },
  clips: { imports: ["lib", "observe"], types: ["config", "frames/frame"] },
  // Knows messages, not falls.
  uplink: { imports: ["lib", "observe", "event", "config/secret"], types: ["config"] },
  fleet: { imports: ["lib", "observe", "config", "event"], types: ["uplink"] },
  // Sees the device through an interface that it declares itself.
  api: { imports: ["lib", "observe", "config", "event"], types: ["alarm", "actuators", "vision"] },
  ...Object.fromEntries(
    JOINTS.map((joint) => [joint, { imports: ["lib", "observe", "event", ...names(JOINTS)], types: STAGES }]),
  ),
  // The two that know everybody: the device, and the same parts on a clip's own clock.
  "device.ts": { imports: ["*"] },
  "replay.ts": { imports: ["*"] },
  // Verbs of the command line; thin.
  "main.ts": { imports: ["*"] },
  cli: { imports: ["*"] },
};

/** The same for the cloud: what a folder or file of it may import of the cloud and of src. */
const cloudRules: Record<string, string[]> = {
  // Runs anywhere; declares what it needs.
  core: ["src/event"],
  // The only places that know databases, AWS, file systems, mail servers.
  stores: ["core"],
  notifiers: ["core"],
  // HTTP: a contract, and handlers that ask the core.
  api: ["core"],
  // The browser's side: what the API says, and the client that asks it.
  dashboard: ["api"],
  // At the CDN, where size and run time are limited.
  edge: [],
  // Doors of the cloud on AWS: events of Lambda into the core.
  functions: ["core", "stores", "notifiers", "api", "src/event"],
  // The same before a server of our own.
  "front.ts": ["core", "edge"],
  // Describes what AWS is to run, from what the functions say that they need.
  infrastructure: ["functions", "edge", "dashboard"],
  // Messages from a broker into the core, and the timers beside it.
  "broker.ts": [],
  "subscriber.ts": ["core"],
  "intake.ts": ["core"],
  "timer-loop.ts": ["core"],
  // Devices and people to look at; from the camera's side only its messages.
  simulate: ["core", "src/event"],
  // The two that know everybody.
  "server.ts": ["*"],
  "main.ts": ["*"],
};

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Every relative import, re-export and dynamic import of a file. */
function importsOf(file: string, text = readFileSync(file, "utf8")): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean) => {
    if (specifier.startsWith(".")) found.push({ from: file, to: resolve(dirname(file), specifier), typeOnly });
  };
  for (const [, kind = "", clause = "", specifier = ""] of code.matchAll(
    /^(import|export)\s+((?:type\s+)?(?:[\w*{}\s,$]+?)\s+from\s+)?["']([^"']+)["']/gm,
  )) {
    if (kind === "export" && clause === "") continue;
    add(specifier, clause.startsWith("type ") || onlyInlineTypes(clause));
  }
  for (const [, specifier = ""] of code.matchAll(/\bimport\(\s*["']([^"']+)["']/g)) add(specifier, false);
  for (const [, specifier = ""] of code.matchAll(/new URL\(\s*["']([^"']+\.ts)["'],\s*import\.meta/g))
    add(specifier, false);
  return found;
}

/** `{ type A, type B }` imports no value. */
function onlyInlineTypes(clause: string): boolean {
  const names = /^\{([^}]*)\}\s+from\s+$/.exec(clause)?.[1];
  return names?.split(",").every((name) => name.trim() === "" || name.trim().startsWith("type ")) ?? false;
}

/** `src/frames/rtsp.ts` is `frames`, `src/device.ts` is `device.ts`. */
function moduleOf(file: string, top = "src"): string {
  return relative(join(root, top), file).split("/")[0] as string;
}

function allows(list: readonly string[], target: string): boolean {
  const path = relative(join(root, "src"), target).replace(/\.ts$/, "");
  return list.some((entry) => entry === "*" || path === entry || path.startsWith(`${entry}/`));
}

function broken({ from, to, typeOnly }: Import): boolean {
  const [source, target] = [moduleOf(from), moduleOf(to)];
  if (source === target) return false;
  // Generated data such as models/catalogue.json is joined by path, not imported; outside src there is nothing to import.
  const rule = rules[source];
  if (!rule || relative(join(root, "src"), to).startsWith("..")) return true;
  return !allows(rule.imports, to) && !(typeOnly && allows(rule.types ?? [], to));
}

const say = ({ from, to, typeOnly }: Import) =>
  `${relative(root, from)} ${typeOnly ? "imports types of" : "imports"} ${relative(root, to)}`;

describe("the house", () => {
  const files = filesOf(join(root, "src"));

  it("gives every module of src its line in the table", () => {
    expect([...new Set(files.map((file) => moduleOf(file)))].filter((name) => !rules[name])).toEqual([]);
  });

  it("imports nothing that the table does not allow", () => {
    expect(
      files
        .flatMap((file) => importsOf(file))
        .filter(broken)
        .map(say),
    ).toEqual([]);
  });

  it("lets the cloud import nothing of src but src/event", () => {
    const cloud = filesOf(join(root, "cloud")).flatMap((file) => importsOf(file));
    const foreign = cloud.filter(
      ({ to }) => !relative(join(root, "src"), to).startsWith("..") && moduleOf(to) !== "event",
    );
    expect(foreign.map(say)).toEqual([]);
  });

  it("gives every module of the cloud its line in its table, and keeps to it", () => {
    const imports = filesOf(join(root, "cloud")).flatMap((file) => importsOf(file));
    const places = filesOf(join(root, "cloud")).map((file) => moduleOf(file, "cloud"));
    expect([...new Set(places)].filter((name) => !cloudRules[name])).toEqual([]);
    const foreign = imports.filter(({ from, to }) => {
      const source = moduleOf(from, "cloud");
      const target = relative(root, to).startsWith("src/event/") ? "src/event" : moduleOf(to, "cloud");
      return source !== target && !cloudRules[source]?.includes(target) && !cloudRules[source]?.includes("*");
    });
    expect(foreign.map(say)).toEqual([]);
  });

  it("keeps the cloud's core free of packages, clocks, disks and networks", () => {
    const core = filesOf(join(root, "cloud/core")).map((file) => readFileSync(file, "utf8"));
    const packages = core.flatMap((text) => [...text.matchAll(/from "([^.][^"]*)"/g)].map(([, name]) => name));
    // Long sums let others have their turn (setImmediate); that is all of time that the core knows.
    expect([...new Set(packages)].sort()).toEqual(["node:crypto", "node:timers/promises"]);
    expect(core.join("\n")).not.toMatch(
      /Date\.now|performance\.now|new Date\(\)|setTimeout|setInterval|fetch\(|process\./,
    );
  });

  it("never lets the alarm near a clock, a log, a disk or a network", () => {
    const alarm = files.filter((file) => moduleOf(file) === "alarm").map((file) => readFileSync(file, "utf8"));
    expect(alarm.join("\n")).not.toMatch(
      /from "node:|Date\.now|performance\.now|new Date\(|setTimeout|setInterval|fetch\(/,
    );
  });
});

describe("the reader of imports", () => {
  const read = (text: string) =>
    importsOf(join(root, "src/alarm/x.ts"), text).map(({ to, typeOnly }) => `${relative(root, to)} ${typeOnly}`);

  it("tells values from types", () => {
    expect(read('import { A } from "../vision/a.ts";')).toEqual(["src/vision/a.ts false"]);
    expect(read('import type { A } from "../vision/a.ts";')).toEqual(["src/vision/a.ts true"]);
    expect(read('import { type A, type B } from "../vision/a.ts";')).toEqual(["src/vision/a.ts true"]);
    expect(read('import { type A, B } from "../vision/a.ts";')).toEqual(["src/vision/a.ts false"]);
    expect(read('import "../vision/a.ts";')).toEqual(["src/vision/a.ts false"]);
  });

  it("sees re-exports, several lines, dynamic imports and workers, and no comments or packages", () => {
    expect(read('export type { A } from "./a.ts";\nexport { b } from "./b.ts";')).toEqual([
      "src/alarm/a.ts true",
      "src/alarm/b.ts false",
    ]);
    expect(read('import {\n  a,\n  b,\n} from "../lib/a.ts";')).toEqual(["src/lib/a.ts false"]);
    expect(read('const a = await import("../lib/a.ts");')).toEqual(["src/lib/a.ts false"]);
    expect(read('new Worker(new URL("./w.ts", import.meta.url));')).toEqual(["src/alarm/w.ts false"]);
    expect(read('// import { a } from "../lib/a.ts";\nimport { z } from "zod";')).toEqual([]);
  });

  it("finds a forbidden import", () => {
    const bad = importsOf(join(root, "src/actuators/x.ts"), 'import { Outbox } from "../uplink/outbox.ts";');
    expect(bad.filter(broken).map(say)).toEqual(["src/actuators/x.ts imports src/uplink/outbox.ts"]);
  });
});
