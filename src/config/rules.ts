import { nearest } from "./nearest.ts";
import type { Problem } from "./problem.ts";
import type { ActuatorConfig, CameraConfig, UplinkConfig, ZoneConfig } from "./schema.ts";

/** A config as far as it could be understood: what had a fault of its own is undefined here. */
export interface Draft {
  cameras: (CameraConfig | undefined)[];
  actuators: (ActuatorConfig | undefined)[];
  uplink: UplinkConfig | undefined;
  /** Names of every actuator, also of those with a fault elsewhere. */
  outputs: string[];
}

/** The rules that join several settings, all at once. */
export function* rules(draft: Draft): Generator<Problem> {
  yield* unique(draft.cameras, ["cameras"], "camera");
  yield* unique(draft.actuators, ["actuators"], "actuator");
  for (const [i, camera] of draft.cameras.entries())
    if (camera) yield* cameraRules(camera, ["cameras", i], draft.outputs);
  for (const [i, actuator] of draft.actuators.entries()) if (actuator) yield* actuatorRules(actuator, ["actuators", i]);
  yield* sharedOutputs(draft.actuators);
  if (draft.uplink) yield* clientRules(draft.uplink, ["uplink"]);
}

type Path = PropertyKey[];

function problem(path: Path, text: string, showValue = true): Problem {
  return { path, text, showValue };
}

function* unique(list: readonly ({ name: string } | undefined)[], path: Path, noun: string): Generator<Problem> {
  const first = new Map<string, number>();
  for (const [i, entry] of list.entries()) {
    if (!entry) continue;
    const earlier = first.get(entry.name);
    if (earlier === undefined) first.set(entry.name, i);
    else
      yield problem(
        [...path, i, "name"],
        `is also the name of ${path.join(".")}[${earlier}]; give each ${noun} its own name`,
      );
  }
}

function* cameraRules(camera: CameraConfig, path: Path, outputs: string[]): Generator<Problem> {
  const isFile = camera.url.startsWith("file:");
  const isRtsp = camera.url.startsWith("rtsp");
  if (camera.ca !== undefined && !camera.url.startsWith("rtsps:"))
    yield problem([...path, "ca"], "only checks an rtsps:// camera; write url: rtsps://… or remove ca");
  if (camera.transport === "udp" && !camera.url.startsWith("rtsp:"))
    yield problem([...path, "transport"], "only fits an rtsp:// camera; use tcp or remove transport");
  if (camera.password !== undefined && camera.user === undefined)
    yield problem([...path, "password"], "has no user beside it; write user or remove password");
  if (camera.user !== undefined && !isRtsp)
    yield problem([...path, "user"], "only fits an rtsp:// or rtsps:// camera; remove it");
  if (camera.pace === "clip" && !isFile) yield problem([...path, "pace"], "only fits a file:// camera; use camera");
  if (camera.loop && !isFile) yield problem([...path, "loop"], "only fits a file:// camera; remove it");
  yield* references(camera, path, outputs);
  yield* unique(camera.zones, [...path, "zones"], "zone");
  for (const [i, zone] of camera.zones.entries()) yield* zoneRules(zone, [...path, "zones", i], outputs);
}

function* zoneRules(zone: ZoneConfig, path: Path, outputs: string[]): Generator<Problem> {
  yield* references(zone, path, outputs);
  if (zone.kind === "machine" && zone.machine === undefined)
    yield problem([...path, "machine"], "is missing; a zone of kind machine names the machine it guards", false);
  if (zone.kind === "ignore")
    for (const tier of ["tier1", "tier2"] as const)
      if (zone[tier].length > 0)
        yield problem([...path, tier], "would never act: nobody is judged in an ignore zone; remove it or change kind");
}

function* references(
  part: { tier1: readonly string[]; tier2: readonly string[] },
  path: Path,
  outputs: string[],
): Generator<Problem> {
  for (const tier of ["tier1", "tier2"] as const)
    for (const [i, name] of part[tier].entries()) {
      const at = [...path, tier, i];
      if (part[tier].indexOf(name) < i) yield problem(at, "is listed twice; remove one");
      else if (!outputs.includes(name)) yield problem(at, `is no actuator; ${declare(name, outputs)}`);
    }
}

function declare(name: string, outputs: string[]): string {
  if (outputs.length === 0) return "declare it under actuators";
  const near = nearest(name, outputs);
  return `declare it under actuators or use one of: ${outputs.slice(0, 12).join(", ")}${near ? ` (did you mean ${near}?)` : ""}`;
}

function* actuatorRules(actuator: ActuatorConfig, path: Path): Generator<Problem> {
  if (actuator.kind === "mqtt") {
    yield* clientRules(actuator, path);
    if (actuator.ackTopic === actuator.topic)
      yield problem(
        [...path, "ackTopic"],
        "is the topic of the command itself; give the receiver's answer its own topic",
      );
  }
  if (actuator.kind === "http" && actuator.ca !== undefined && !actuator.url.startsWith("https:"))
    yield problem([...path, "ca"], "only checks an https:// address; write url: https://… or remove ca");
  if (actuator.kind === "modbus" && actuator.table === "register" && actuator.on === actuator.off)
    yield problem([...path, "on"], "equals off, so the output could never change; give on and off different values");
}

/** An MQTT client: what it needs to log in and to check the other side. */
function* clientRules(
  client: Pick<UplinkConfig, "url" | "user" | "password" | "ca" | "cert" | "key">,
  path: Path,
): Generator<Problem> {
  if (client.password !== undefined && client.user === undefined)
    yield problem([...path, "password"], "has no user beside it; write user or remove password");
  if (client.cert !== undefined && client.key === undefined)
    yield problem([...path, "key"], "is missing; a client certificate (cert) needs its private key", false);
  if (client.key !== undefined && client.cert === undefined)
    yield problem([...path, "cert"], "is missing; a private key (key) needs its client certificate", false);
  for (const name of ["ca", "cert"] as const)
    if (client[name] !== undefined && !client.url?.startsWith("mqtts:"))
      yield problem([...path, name], `only fits an mqtts:// broker; write url: mqtts://… or remove ${name}`);
}

/** Two outputs on one coil would undo each other. */
function* sharedOutputs(actuators: Draft["actuators"]): Generator<Problem> {
  const owners = new Map<string, string>();
  for (const [i, actuator] of actuators.entries()) {
    if (actuator?.kind !== "modbus") continue;
    const { host, port, unit, table } = actuator;
    for (const key of ["address", "lifeAddress"] as const) {
      if (actuator[key] === undefined) continue;
      const output = `${host}:${port}/${unit}/${table}/${actuator[key]}`;
      const owner = owners.get(output);
      if (owner === undefined) owners.set(output, actuator.name);
      else
        yield problem(
          ["actuators", i, key],
          `is the ${table} that ${owner} writes; use another or list ${owner} alone`,
        );
    }
  }
}
