import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/load.ts";

const camera = (more: string) => `cameras: [{name: a, url: "rtsp://h/1", ${more}}]`;
const zone = (more: string) => camera(`zones: [{name: z, polygon: [[0, 0], [1, 0], [1, 1]], ${more}}]`);
const corners = (polygon: string) => camera(`zones: [{name: z, polygon: ${polygon}}]`);
const output = (more: string) => `actuators: [{kind: modbus, name: m, host: plc, address: 1, ${more}}]`;
const mqtt = (more: string) => `actuators: [{kind: mqtt, name: m, url: "mqtt://h", topic: t, ${more}}]`;

/** Every line: what somebody wrote, and the whole message that helps, after file, line and column. */
const mistakes: [string, string][] = [
  // Keys
  ["camera: []", "camera: is no setting; did you mean cameras?"],
  ["video: 1", "video: is no setting; remove it or use one of: device, cameras, vision, alarm, actuators, uplink, api"],
  [camera("fsp: 3"), "cameras[0].fsp: is no setting; did you mean fps?"],
  [camera("max_frame_age_ms: 3"), "cameras[0].max_frame_age_ms: is no setting; did you mean maxFrameAgeMs?"],
  [output("adress: 3"), "actuators[0].adress: is no setting; did you mean address?"],
  // Missing and empty
  [
    "cameras: [{name: a}]",
    "cameras[0].url: is missing; write it (rtsp://host/path · rtsps://host/path · file:///path/clip.mp4 · v4l2:///dev/video0)",
  ],
  ["cameras: [{url: 'rtsp://h/1'}]", "cameras[0].name: is missing; write it (name of the camera)"],
  ["actuators: [{name: x}]", "actuators[0].kind: is missing; write it: one of modbus, mqtt, http, beacon"],
  [
    "vision:",
    "vision: is empty; give it settings, each on an indented line below (models and where they run) or remove the key",
  ],
  [
    "device: {name: }",
    "device.name: is empty; give it text (name of this device, unique in its site) or remove the key",
  ],
  // Kinds of values
  ["- a", 'config: ["a"] must be settings, each on an indented line below'],
  ["cameras: {a: b}", 'cameras: {"a":"b"} must be a list (the cameras)'],
  ["cameras: [hall]", 'cameras[0]: "hall" must be settings, each on an indented line below'],
  [
    "alarm: {confirmAfterS: soon}",
    'alarm.confirmAfterS: "soon" must be a number (s that a suspicion must stand before it can be confirmed)',
  ],
  ["api: {port: 1.5}", "api.port: 1.5 must be a whole number (TCP port; 0 picks a free one)"],
  ["api: {host: 127.0}", "api.host: 127 must be text (address to listen on; loopback unless you open it on purpose)"],
  [camera("loop: 'yes'"), 'cameras[0].loop: "yes" must be true or false (file:// only: start again at the end)'],
  [camera("transport: upd"), 'cameras[0].transport: "upd" must be one of: tcp, udp; did you mean udp?'],
  [
    "actuators: [{kind: modbos, name: x}]",
    'actuators[0].kind: "modbos" must be one of: modbus, mqtt, http, beacon; did you mean modbus?',
  ],
  [
    "uplink: {ttlHours: {alarm: never}}",
    'uplink.ttlHours.alarm: "never" must be a number (hours an alarm waits for the cloud; null: for ever)',
  ],
  // Ranges
  ["api: {port: 99999}", "api.port: 99999 must be from 0 to 65535 (TCP port; 0 picks a free one)"],
  ["vision: {minScore: 1.2}", "vision.minScore: 1.2 must be from 0 to 1 (a detection below this never starts a track)"],
  [
    "vision: {tiers: []}",
    "vision.tiers: [] must have at least 1 entries (models that see people, best first; under sustained pressure a camera walks down this list and back up)",
  ],
  [
    camera("fps: 0"),
    "cameras[0].fps: 0 must be above 0 and at most 120 (frames judged per second at most; a fall lasts 0.7 s, so not below 8)",
  ],
  [
    camera("latencyBudgetMs: -5"),
    "cameras[0].latencyBudgetMs: -5 must be above 0 and at most 60000 (ms from a frame's arrival to the decision about it)",
  ],
  ["alarm: {tier1: {needed: 6, asked: 5}}", "alarm.tier1.needed: 6 must not exceed asked; lower needed or raise asked"],
  // Names, addresses, references
  [
    "device: {name: Hall 1}",
    'device.name: "Hall 1" is no name; use 1-63 lower-case letters, digits and dashes, starting with a letter or digit',
  ],
  [
    "cameras: [{name: a, url: 'http://h'}]",
    'cameras[0].url: "http://h" is no such address; start with rtsp://, rtsps://, file:// or v4l2://',
  ],
  ["cameras: [{name: a, url: 'rtsp:///s'}]", 'cameras[0].url: "rtsp:///s" names no host; write rtsp://host/path'],
  ["cameras: [{name: a, url: 'file://'}]", 'cameras[0].url: "file://" names no path; write file:///path'],
  [
    "cameras: [{name: a, url: 'rtsp://u:p@h/1'}]",
    'cameras[0].url: "rtsp://***@h/1" carries a user or password; write them under user and password (env:NAME or file:/path)',
  ],
  [
    camera("user: u, password: hunter2"),
    "cameras[0].password: (hidden) is no reference; write env:NAME or file:/path, the secret itself never stands in the config",
  ],
  [
    mqtt("ackTopic: a/#"),
    'actuators[0].ackTopic: "a/#" is no topic to publish to; leave out + and #, and do not start with / or $',
  ],
  [
    output("host: 'plc:502'").replace("host: plc, ", ""),
    'actuators[0].host: "plc:502" is no host; write its name or IP address, the port stands under port',
  ],
  // Areas
  [
    corners("[[0, 0], [1, 1]]"),
    "cameras[0].zones[0].polygon: [[0,0],[1,1]] must have at least 3 entries (corners as [x, y] in order round the area, each 0-1 of the picture's width and height)",
  ],
  [corners("[[0, 0], [1, 0], [640, 1]]"), "cameras[0].zones[0].polygon[2][0]: 640 must be from 0 to 1"],
  [
    corners("[[0, 0], [1, 1], [1, 0], [0, 1]]"),
    "cameras[0].zones[0].polygon: [[0,0],[1,1],[1,0],[0,1]] crosses itself (side 0 and side 2); list the corners in order round the area",
  ],
  [
    corners("[[0, 0], [0.5, 0.5], [1, 1]]"),
    "cameras[0].zones[0].polygon: [[0,0],[0.5,0.5],[1,1]] encloses no area; list at least three corners that are not on one line",
  ],
  [
    corners("[[0, 0], [1, 0], [1, 1], [0, 0]]"),
    "cameras[0].zones[0].polygon: [[0,0],[1,0],[1,1],[0,0]] names corner 3 twice in a row; leave one out (the last corner joins the first by itself)",
  ],
  // What does not fit together
  [zone("tier2: [horn]"), 'cameras[0].zones[0].tier2[0]: "horn" is no actuator; declare it under actuators'],
  [
    `${zone("tier2: [lmap]")}\nactuators: [{kind: beacon, name: beacon}, {kind: beacon, name: lamp}]`,
    'cameras[0].zones[0].tier2[0]: "lmap" is no actuator; declare it under actuators or use one of: beacon, lamp (did you mean lamp?)',
  ],
  [
    `${camera("tier1: [lamp, lamp]")}\nactuators: [{kind: beacon, name: lamp}]`,
    'cameras[0].tier1[1]: "lamp" is listed twice; remove one',
  ],
  [
    zone("kind: machine"),
    "cameras[0].zones[0].machine: is missing; a zone of kind machine names the machine it guards",
  ],
  [
    "cameras: [{name: a, url: 'rtsp://h/1'}, {name: a, url: 'rtsp://h/2'}]",
    'cameras[1].name: "a" is also the name of cameras[0]; give each camera its own name',
  ],
  [camera("ca: ca.pem"), 'cameras[0].ca: "ca.pem" only checks an rtsps:// camera; write url: rtsps://… or remove ca'],
  [camera("password: env:P"), "cameras[0].password: (hidden) has no user beside it; write user or remove password"],
  [camera("loop: true"), "cameras[0].loop: true only fits a file:// camera; remove it"],
  [
    "cameras: [{name: a, url: 'rtsps://h/1', transport: udp}]",
    'cameras[0].transport: "udp" only fits an rtsp:// camera; use tcp or remove transport',
  ],
  [
    "uplink: {url: 'mqtts://h', cert: c.pem}",
    "uplink.key: is missing; a client certificate (cert) needs its private key",
  ],
  [
    "uplink: {url: 'mqtt://h', ca: c.pem}",
    'uplink.ca: "c.pem" only fits an mqtts:// broker; write url: mqtts://… or remove ca',
  ],
  [
    mqtt("ackTopic: t"),
    'actuators[0].ackTopic: "t" is the topic of the command itself; give the receiver\'s answer its own topic',
  ],
  [
    output("table: register, on: 0"),
    "actuators[0].on: 0 equals off, so the output could never change; give on and off different values",
  ],
  [
    `actuators: [{kind: modbus, name: m, host: plc, address: 1}, {kind: modbus, name: n, host: plc, address: 1}]`,
    "actuators[1].address: 1 is the coil that m writes; use another or list m alone",
  ],
  [
    `actuators: [{kind: modbus, name: m, host: plc, address: 1}, {kind: modbus, name: n, host: plc, address: 2, lifeAddress: 1}]`,
    "actuators[1].lifeAddress: 1 is the coil that m writes; use another or list m alone",
  ],
];

/** Not even YAML, or more than a config ever is. */
const unreadable: [string, string, string][] = [
  [
    "an unclosed list",
    "device:\n  name: [a",
    "s.yaml:2:11: is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]; correct the line",
  ],
  [
    "a tab for indentation",
    "device:\n\tname: a",
    "s.yaml:2:1: is not YAML: Tabs are not allowed as indentation; correct the line",
  ],
  [
    "a setting written twice",
    "api: {port: 1}\napi: {port: 2}",
    "s.yaml:2:1: is not YAML: Map keys must be unique; correct the line",
  ],
  [
    "a tag of another program",
    "api: !include a.yaml",
    "s.yaml:1:6: is not YAML: Unresolved tag: !include; correct the line",
  ],
  [
    "two documents",
    "api: {port: 1}\n---\napi: {port: 2}",
    "s.yaml:2:1: is not YAML: Source contains multiple documents; please use YAML.parseAllDocuments(); correct the line",
  ],
  [
    "a bomb of aliases",
    `a: &a [${"1,".repeat(20)}]\nb: &b [${"*a,".repeat(20)}]\nc: &c [${"*b,".repeat(20)}]\nd: [${"*c,".repeat(20)}]`,
    "s.yaml:1:1: cannot be read as YAML (Excessive alias count indicates a resource exhaustion attack); simplify the file",
  ],
  ["a tower of brackets", "[".repeat(100_000), "s.yaml:1:1: nests deeper than 64 levels; no setting does"],
  ["a tower of lists", "- ".repeat(50_000), "s.yaml:1:1: nests deeper than 64 levels; no setting does"],
];

describe("a mistake in a config is answered with key, value and remedy:", () => {
  it.each(mistakes)("%s", (yaml, message) => {
    expect(said(yaml).replace(/^s\.yaml:\d+:\d+: /, "")).toBe(message);
  });

  it.each(unreadable)("%s", (_title, yaml, message) => {
    expect(said(yaml).split("\n")[0]).toBe(message);
  });
});

function said(yaml: string): string {
  try {
    parseConfig(yaml, "s.yaml");
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}
