import { z } from "zod";

/**
 * Every setting of the device, with its unit and meaning. `default.yaml` beside this file is generated from here
 * (`npm run generate`), and a test holds the two equal.
 */

const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    "use 1-63 lower-case letters, digits and dashes, starting with a letter or digit",
  );

/** A secret is never written into the config: `env:NAME` or `file:/path` says where it is read from. */
const secret = z
  .string()
  .regex(
    /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/,
    "write env:NAME or file:/path; the secret itself never stands in the config",
  );

const unit = z.number().min(0).max(1);
const milliseconds = z.number().int().positive();
const seconds = z.number().positive();
const port = z.number().int().min(1).max(65535);

const tlsShape = {
  ca: z
    .string()
    .optional()
    .describe("file with the CA certificates that the other side's certificate must chain to (PEM)"),
  cert: z.string().optional().describe("file with this device's client certificate (PEM)"),
  key: secret.optional().describe("private key of the client certificate (PEM), by reference"),
};

export const zoneSchema = z.strictObject({
  name: name.describe("name of the zone"),
  kind: z
    .enum(["monitor", "machine", "rest", "ignore"])
    .default("monitor")
    .describe(
      "monitor: falls alarm · machine: as monitor, beside a machine · rest: lying is allowed · ignore: nobody is judged",
    ),
  polygon: z
    .array(z.tuple([unit, unit]))
    .min(3)
    .describe("corners as [x, y], each 0-1 of the picture's width and height"),
  machine: name.optional().describe("the machine that this zone guards, shown in alarms and events"),
  tier1: z.array(name).default([]).describe("actuators for a suspected fall: beacon, siren, slow-down"),
  tier2: z.array(name).default([]).describe("actuators for a confirmed fall: stop request, call for help"),
  enabled: z.boolean().default(true).describe("whether the zone counts"),
});

export const cameraSchema = z.strictObject({
  name: name.describe("name of the camera"),
  url: z
    .string()
    .regex(/^(rtsp|rtsps|file|v4l2):\/\//, "start with rtsp://, rtsps://, file:// or v4l2://")
    .describe("rtsp://host/path · rtsps://host/path · file:///path/clip.mp4 · v4l2:///dev/video0"),
  transport: z.enum(["tcp", "udp"]).default("tcp").describe("how RTSP carries the video"),
  ca: z.string().optional().describe("CA certificate file (PEM) that this camera's rtsps:// certificate must chain to"),
  user: z.string().optional().describe("user name at the camera"),
  password: secret.optional().describe("password at the camera, by reference"),
  reader: z
    .enum(["libav", "ffmpeg"])
    .default("libav")
    .describe(
      "libav: decodes in this process · ffmpeg: a child process, for boards whose hardware decoder exists only in the vendor's ffmpeg",
    ),
  hardware: z
    .string()
    .default("auto")
    .describe("hardware decoder: auto (probe, else software), none, or one by name (vaapi, cuda, rkmpp, v4l2m2m)"),
  pace: z
    .enum(["camera", "clip"])
    .default("camera")
    .describe("file:// only. camera: frames come at the clip's own speed · clip: as fast as they are consumed"),
  loop: z.boolean().default(false).describe("file:// only: start again at the end"),
  fps: z
    .number()
    .positive()
    .max(120)
    .default(15)
    .describe("frames judged per second at most; a fall lasts 0.7 s, so not below 8"),
  maxFrameAgeMs: milliseconds.default(250).describe("ms; a frame older than this never reaches a model"),
  latencyBudgetMs: milliseconds.default(200).describe("ms from a frame's arrival to the decision about it"),
  zones: z
    .array(zoneSchema)
    .default([])
    .describe("areas of the picture; none means the whole picture is one monitor zone"),
  tier1: z.array(name).default([]).describe("actuators for a suspected fall outside the listed zones"),
  tier2: z.array(name).default([]).describe("actuators for a confirmed fall outside the listed zones"),
});

export const visionSchema = z.strictObject({
  catalogue: z.string().optional().describe("another models/catalogue.json, to use models of your own"),
  tiers: z
    .array(z.string())
    .min(1)
    .default(["spotter-eyes-512x288", "spotter-eyes-320x192"])
    .describe("models that see people, best first; under sustained pressure a camera walks down this list and back up"),
  fall: z.string().default("spotter-fall").describe("model that judges a track's last two seconds"),
  provider: z
    .enum(["cpu", "cuda", "tensorrt"])
    .default("cpu")
    .describe("where ONNX Runtime runs; a silent fall-back to the CPU refuses to arm"),
  workers: z.number().int().min(1).max(16).default(1).describe("threads that run models, each with its own session"),
  threads: z.number().int().min(1).max(16).default(1).describe("threads inside one model run"),
  minScore: unit.default(0.35).describe("a detection below this never starts a track"),
});

const votes = (score: number, needed: number, asked: number) =>
  z
    .strictObject({
      score: unit.default(score).describe("a frame votes when its score reaches this"),
      needed: z.number().int().min(1).max(120).default(needed).describe("votes needed …"),
      asked: z.number().int().min(1).max(120).default(asked).describe("… among this many latest frames"),
    })
    .refine((v) => v.needed <= v.asked, {
      message: "needed must not exceed asked; lower needed or raise asked",
      path: ["needed"],
    })
    .prefault({});

export const alarmSchema = z.strictObject({
  tier1: votes(0.5, 3, 5).describe("suspected: votes by the fall score"),
  tier2: votes(0.5, 8, 12).describe("confirmed: votes by lying after the suspicion"),
  confirmAfterS: seconds.default(0.8).describe("s that a suspicion must stand before it can be confirmed"),
  recoverWithinS: seconds.default(3).describe("s in which getting up cancels a suspicion and is kept as a near miss"),
  downAfterS: seconds.default(5).describe("s that somebody must lie, without a seen fall, before `down` alarms"),
  clearAfterS: seconds.default(2).describe("s of upright or empty picture after a reset before the alarm is cleared"),
  latching: z.boolean().default(true).describe("an alarm stays until a person resets it"),
});

const outputShape = {
  name: name.describe("name of the actuator, used in zones"),
  deadlineMs: milliseconds.default(500).describe("ms after which a command is dead: it is never carried out later"),
  polarity: z
    .enum(["energise-to-trip", "energise-to-run"])
    .default("energise-to-trip")
    .describe("energise-to-run: the output is on while all is well, so that a cut wire or a dead device trips it"),
  latching: z.boolean().default(true).describe("stays active until an operator's reset"),
};

export const actuatorSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("modbus").describe("Modbus TCP"),
    ...outputShape,
    host: z.string().min(1).describe("address of the PLC or I/O module"),
    port: port.default(502).describe("TCP port"),
    unit: z.number().int().min(0).max(255).default(1).describe("Modbus unit id"),
    table: z.enum(["coil", "register"]).default("coil").describe("coil (function 5/1) or holding register (6/3)"),
    address: z.number().int().min(0).max(65535).describe("address of the coil or register, from 0"),
    on: z.number().int().min(0).max(65535).default(1).describe("register value for an energised output"),
    off: z.number().int().min(0).max(65535).default(0).describe("register value for a de-energised output"),
    readBack: z.boolean().default(true).describe("read the output after writing it and compare"),
  }),
  z.strictObject({
    kind: z.literal("mqtt").describe("a command on a local broker"),
    ...outputShape,
    url: z
      .string()
      .regex(/^mqtts?:\/\//, "start with mqtt:// or mqtts://")
      .describe("the broker"),
    topic: z.string().min(1).describe("topic of the command"),
    ackTopic: z.string().optional().describe("topic on which the receiver repeats the command's id once it is done"),
    user: z.string().optional().describe("user name at the broker"),
    password: secret.optional().describe("password at the broker, by reference"),
    ...tlsShape,
  }),
  z.strictObject({
    kind: z.literal("http").describe("a webhook"),
    ...outputShape,
    url: z
      .string()
      .regex(/^https?:\/\//, "start with http:// or https://")
      .describe("receives a POST with a JSON body"),
    secret: secret.describe("key of the HMAC-SHA256 signature, by reference"),
    retries: z.number().int().min(0).max(10).default(3).describe("further attempts before the deadline"),
    ca: tlsShape.ca,
  }),
  z.strictObject({
    kind: z.literal("beacon").describe("a simulated lamp, shown on the page and in the log"),
    ...outputShape,
  }),
]);

const lane = (hours: number | null) => z.number().positive().nullable().default(hours);

export const uplinkSchema = z.strictObject({
  url: z
    .string()
    .regex(/^mqtts?:\/\//, "start with mqtt:// or mqtts://")
    .optional()
    .describe("broker of the cloud; none: events stay on disk"),
  topic: z.string().default("spotter/v1").describe("topics are <topic>/<device>/<class>"),
  user: z.string().optional().describe("user name at the broker"),
  password: secret.optional().describe("password at the broker, by reference"),
  ...tlsShape,
  heartbeatS: seconds.default(30).describe("s between heartbeats"),
  quotaMb: z
    .number()
    .positive()
    .default(256)
    .describe("MB of disk for waiting events; beyond it the least important go first, alarms never"),
  resendPerSecond: z
    .number()
    .positive()
    .default(50)
    .describe("events per second sent from the backlog, behind live ones"),
  ttlHours: z
    .strictObject({
      alarm: lane(null).describe("hours an alarm waits for the cloud; null: for ever"),
      nearMiss: lane(24 * 30).describe("hours a near miss waits"),
      health: lane(24).describe("hours a state change of a camera waits"),
      heartbeat: lane(1).describe("hours a heartbeat waits"),
    })
    .prefault({})
    .describe("how long events are worth sending"),
});

export const apiSchema = z.strictObject({
  host: z.string().default("127.0.0.1").describe("address to listen on; loopback unless you open it on purpose"),
  port: z.number().int().min(0).max(65535).default(8600).describe("TCP port; 0 picks a free one"),
});

export const configSchema = z.strictObject({
  device: z
    .strictObject({
      name: name.default("spotter").describe("name of this device, unique in its site"),
      site: name.default("site").describe("name of the site"),
      dataDir: z
        .string()
        .default("data")
        .describe("directory for the outbox, the credential and the state of latched alarms"),
      logLevel: z.enum(["trace", "debug", "info", "warn", "error"]).default("info").describe("how much is logged"),
    })
    .prefault({})
    .describe("this device"),
  cameras: z.array(cameraSchema).default([]).describe("the cameras"),
  vision: visionSchema.prefault({}).describe("models and where they run"),
  alarm: alarmSchema.prefault({}).describe("when a fall becomes an alarm"),
  actuators: z.array(actuatorSchema).default([]).describe("local outputs"),
  uplink: uplinkSchema.prefault({}).describe("events to the cloud"),
  api: apiSchema.prefault({}).describe("local API and live page"),
});

export type Config = z.output<typeof configSchema>;
export type CameraConfig = z.output<typeof cameraSchema>;
export type ZoneConfig = z.output<typeof zoneSchema>;
export type VisionConfig = z.output<typeof visionSchema>;
export type AlarmConfig = z.output<typeof alarmSchema>;
export type ActuatorConfig = z.output<typeof actuatorSchema>;
export type UplinkConfig = z.output<typeof uplinkSchema>;
export type ApiConfig = z.output<typeof apiSchema>;
