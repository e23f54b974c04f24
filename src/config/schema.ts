import { z } from "zod";
import { flaw } from "./polygon.ts";

/**
 * Every setting of the device, with its unit and meaning. `default.yaml` beside this file is generated from here
 * (`npm run generate`), and a test holds the two equal. What one field alone can get wrong is said here; rules that
 * join several fields stand in rules.ts. `examples` are what `default.yaml` shows, commented out.
 */

const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    "is no name; use 1-63 lower-case letters, digits and dashes, starting with a letter or digit",
  );

/** A secret is never written into the config: `env:NAME` or `file:/path` says where it is read from. */
const secret = z
  .string()
  .regex(
    /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/,
    "is no reference; write env:NAME or file:/path, the secret itself never stands in the config",
  );

const unit = z.number().min(0).max(1);
const milliseconds = z.number().int().positive().max(60_000);
const seconds = z.number().positive().max(86_400);
const port = z.number().int().min(1).max(65535);

/** An address with one of these schemes, a host where the scheme has one, and nobody's password in it. */
const url = (...schemes: string[]) => {
  const last = schemes.length - 1;
  const list = schemes.map((scheme) => `${scheme}://`);
  return z.string().superRefine((text, check) => {
    if (!list.some((start) => text.startsWith(start)))
      check.addIssue(
        `is no such address; start with ${last > 0 ? `${list.slice(0, last).join(", ")} or ` : ""}${list[last]}`,
      );
    else if (/^[a-z0-9]+:\/\/[^/]*@/.test(text))
      check.addIssue("carries a user or password; write them under user and password (env:NAME or file:/path)");
    else if (!/^(file|v4l2):/.test(text) && (!URL.canParse(text) || new URL(text).hostname === ""))
      check.addIssue(`names no host; write ${list[0]}host/path`);
    else if (/^(file|v4l2):\/\/$/.test(text)) check.addIssue(`names no path; write ${text}/path`);
  });
};

/** A name, an IPv4 or an IPv6 address, without a port. */
const HOST = /^([^\s/:]+|(?=.*:.*:)[\da-f:.]+)$/i;

const file = z.string().min(1);
/** A topic to publish to. MQTT 3.1.1, 4.7.1: wildcards are for subscribers; 4.7.2: `$` topics are the broker's own. */
const topic = z
  .string()
  .max(200)
  .regex(/^[^+#$/\0][^+#\0]*$/, "is no topic to publish to; leave out + and #, and do not start with / or $");

const tlsShape = {
  ca: file
    .optional()
    .describe("file with the CA certificates that the other side's certificate must chain to (PEM)")
    .meta({ examples: ["certificates/ca.pem"] }),
  cert: file
    .optional()
    .describe("file with this device's client certificate (PEM)")
    .meta({ examples: ["certificates/device.pem"] }),
  key: secret
    .optional()
    .describe("private key of the client certificate (PEM), by reference")
    .meta({ examples: ["file:/etc/spotter/device.key"] }),
};

const login = (side: string, examples: [string, string]) => ({
  user: z
    .string()
    .min(1)
    .optional()
    .describe(`user name at the ${side}`)
    .meta({ examples: [examples[0]] }),
  password: secret
    .optional()
    .describe(`password at the ${side}, by reference`)
    .meta({ examples: [examples[1]] }),
});

export const zoneSchema = z.strictObject({
  name: name.describe("name of the zone").meta({ examples: ["press"] }),
  kind: z
    .enum(["monitor", "machine", "rest", "ignore"])
    .default("monitor")
    .describe(
      "monitor: falls alarm · machine: as monitor, beside a machine · rest: lying is allowed · ignore: nobody is judged",
    ),
  polygon: z
    .array(z.tuple([unit, unit]))
    .min(3)
    .max(64)
    .superRefine((corners, check) => {
      const problem = flaw(corners);
      if (problem) check.addIssue(problem);
    })
    .describe("corners as [x, y] in order round the area, each 0-1 of the picture's width and height")
    .meta({
      examples: [
        [
          [0.1, 0.4],
          [0.9, 0.4],
          [0.9, 1],
          [0.1, 1],
        ],
      ],
    }),
  machine: name
    .optional()
    .describe("the machine that this zone guards, shown in alarms and events")
    .meta({ examples: ["press-1"] }),
  tier1: z
    .array(name)
    .default([])
    .describe("actuators for a suspected fall: beacon, siren, slow-down")
    .meta({ examples: [["lamp"]] }),
  tier2: z
    .array(name)
    .default([])
    .describe("actuators for a confirmed fall: stop request, call for help")
    .meta({ examples: [["stop-press", "call-help"]] }),
  enabled: z.boolean().default(true).describe("whether the zone counts"),
});

export const cameraSchema = z.strictObject({
  name: name.describe("name of the camera").meta({ examples: ["hall-1"] }),
  url: url("rtsp", "rtsps", "file", "v4l2")
    .describe("rtsp://host/path · rtsps://host/path · file:///path/clip.mp4 · v4l2:///dev/video0")
    .meta({ examples: ["rtsps://192.0.2.10:322/stream2"] }),
  transport: z.enum(["tcp", "udp"]).default("tcp").describe("how RTSP carries the video"),
  ca: file
    .optional()
    .describe("CA certificate file (PEM) that this camera's rtsps:// certificate must chain to")
    .meta({ examples: ["certificates/camera-ca.pem"] }),
  ...login("camera", ["spotter", "env:CAMERA_PASSWORD"]),
  reader: z
    .enum(["auto", "libav", "ffmpeg"])
    .default("auto")
    .describe(
      "auto: RTSP by Spotter's own reader, which has no frame of delay, all else by libav · libav: in this process · ffmpeg: a child process, for boards whose hardware decoder exists only in the vendor's ffmpeg",
    ),
  hardware: z
    .string()
    .regex(/^[a-z0-9_-]+$/, "is no decoder; write auto, none, vaapi, cuda, rkmpp or v4l2m2m")
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
  idleFps: z
    .number()
    .min(2)
    .max(120)
    .nullable()
    .default(5)
    .describe(
      "frames judged per second at least while nothing moves, nobody has been in view for 10 s and no alarm is open; null: as many as otherwise",
    ),
  maxFrameAgeMs: milliseconds.default(250).describe("ms; a frame older than this never reaches a model"),
  latencyBudgetMs: milliseconds.default(200).describe("ms from a frame's arrival to the decision about it"),
  frozenAfterS: seconds
    .nullable()
    .default(10)
    .describe(
      "s without a single changed pixel in its key frames, after which a live camera counts as blind (a sensor's noise changes some in every picture); null: never; not with reader: ffmpeg",
    ),
  zones: z
    .array(zoneSchema)
    .default([])
    .describe("areas of the picture; none means the whole picture is one monitor zone"),
  tier1: z
    .array(name)
    .default([])
    .describe("actuators for a suspected fall outside the listed zones")
    .meta({ examples: [["lamp"]] }),
  tier2: z
    .array(name)
    .default([])
    .describe("actuators for a confirmed fall outside the listed zones")
    .meta({ examples: [["call-help"]] }),
});

export const visionSchema = z.strictObject({
  catalogue: file
    .optional()
    .describe("another models/catalogue.json, to use models of your own")
    .meta({ examples: ["models/catalogue.json"] }),
  tiers: z
    .array(z.string().min(1))
    .min(1)
    .default(["spotter-eyes-512x288", "spotter-eyes-320x192"])
    .describe("models that see people, best first; under sustained pressure a camera walks down this list and back up"),
  fall: z.string().min(1).default("spotter-fall").describe("model that judges a track's last two seconds"),
  provider: z
    .enum(["cpu", "cuda", "tensorrt"])
    .default("cpu")
    .describe("where ONNX Runtime runs; a silent fall-back to the CPU refuses to arm"),
  workers: z.number().int().min(1).max(16).default(1).describe("threads that run models, each with its own session"),
  threads: z.number().int().min(1).max(16).default(1).describe("threads inside one model run"),
  minScore: unit.default(0.4).describe("a detection below this never starts a track"),
});

const votes = (score: number, needed: number, asked: number) =>
  z
    .strictObject({
      score: unit.default(score).describe("a frame votes when its score reaches this"),
      needed: z.number().int().min(1).max(120).default(needed).describe("votes needed …"),
      asked: z.number().int().min(1).max(120).default(asked).describe("… among this many latest frames"),
    })
    .refine((v) => v.needed <= v.asked, {
      message: "must not exceed asked; lower needed or raise asked",
      path: ["needed"],
    })
    .prefault({});

export const alarmSchema = z.strictObject({
  tier1: votes(0.85, 2, 5).describe("suspected: votes by the fall score"),
  tier2: votes(0.6, 3, 6).describe("confirmed: votes by lying after the suspicion"),
  confirmAfterS: seconds.default(1).describe("s that a suspicion must stand before it can be confirmed"),
  recoverWithinS: seconds.default(3).describe("s in which getting up cancels a suspicion and is kept as a near miss"),
  minScore: unit.default(0.5).describe("a track whose average detection score is lower raises nothing"),
  stoodBefore: z
    .number()
    .int()
    .min(0)
    .max(100)
    .default(3)
    .describe(
      "frames in which somebody must have been upright before a fall of theirs is believed, but not in the first 2 s that a camera sees; 0: none",
    ),
  down: z
    .strictObject({
      afterS: seconds.default(10).describe("s that somebody must lie, without a seen fall, before `down` alarms"),
      minScore: unit
        .default(0.6)
        .describe("average detection score that this needs: nothing that merely looks like a body may"),
    })
    .prefault({})
    .describe("people found lying whose fall was not seen"),
  clearAfterS: seconds.default(2).describe("s of upright or empty picture after a reset before the alarm is cleared"),
  latching: z.boolean().default(true).describe("an alarm stays until a person resets it"),
});

const output = (example: string) => ({
  name: name.describe("name of the actuator, used in zones").meta({ examples: [example] }),
  deadlineMs: milliseconds.default(500).describe("ms after which a command is dead: it is never carried out later"),
  polarity: z
    .enum(["energise-to-trip", "energise-to-run"])
    .default("energise-to-trip")
    .describe("energise-to-run: the output is on while all is well, so that a cut wire or a dead device trips it"),
  latching: z.boolean().default(true).describe("stays active until an operator's reset"),
});

export const actuatorSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("modbus").describe("Modbus TCP"),
    ...output("stop-press"),
    host: z
      .string()
      .regex(HOST, "is no host; write its name or IP address, the port stands under port")
      .describe("address of the PLC or I/O module")
      .meta({ examples: ["192.0.2.20"] }),
    port: port.default(502).describe("TCP port"),
    unit: z.number().int().min(0).max(255).default(1).describe("Modbus unit id"),
    table: z.enum(["coil", "register"]).default("coil").describe("coil (function 5/1) or holding register (6/3)"),
    address: z
      .number()
      .int()
      .min(0)
      .max(65535)
      .describe("address of the coil or register, from 0")
      .meta({ examples: [16] }),
    on: z.number().int().min(0).max(65535).default(1).describe("register value for an energised output"),
    off: z.number().int().min(0).max(65535).default(0).describe("register value for a de-energised output"),
    lifeAddress: z
      .number()
      .int()
      .min(0)
      .max(65535)
      .optional()
      .describe(
        "address of a life bit in the same table: changes between 0 and 1 while every camera that commands this output watches, so that the PLC can stop the machine by itself once it stands still",
      )
      .meta({ examples: [17] }),
    lifeEveryMs: milliseconds
      .default(500)
      .describe("ms between two changes of the life bit; let the PLC wait for three"),
    readBack: z.boolean().default(true).describe("read the output after writing it and compare"),
  }),
  z.strictObject({
    kind: z.literal("mqtt").describe("a command on a local broker"),
    ...output("andon"),
    url: url("mqtt", "mqtts")
      .describe("the broker")
      .meta({ examples: ["mqtts://192.0.2.30:8883"] }),
    topic: topic.describe("topic of the command").meta({ examples: ["hall/andon/set"] }),
    ackTopic: topic
      .optional()
      .describe("topic on which the receiver repeats the command's id once it is done")
      .meta({ examples: ["hall/andon/done"] }),
    ...login("broker", ["spotter", "env:ANDON_PASSWORD"]),
    ...tlsShape,
  }),
  z.strictObject({
    kind: z.literal("http").describe("a webhook"),
    ...output("call-help"),
    url: url("http", "https")
      .describe("receives a POST with a JSON body")
      .meta({ examples: ["https://192.0.2.40/alarm"] }),
    secret: secret
      .describe("key of the HMAC-SHA256 signature, by reference")
      .meta({ examples: ["file:/etc/spotter/webhook.key"] }),
    retries: z.number().int().min(0).max(10).default(3).describe("further attempts before the deadline"),
    ca: tlsShape.ca,
  }),
  z.strictObject({
    kind: z.literal("beacon").describe("a simulated lamp, shown on the page and in the log"),
    ...output("lamp"),
  }),
]);

const lane = (hours: number | null) => z.number().positive().nullable().default(hours);

export const uplinkSchema = z.strictObject({
  url: url("mqtt", "mqtts")
    .optional()
    .describe("broker of the cloud; none: events stay on disk")
    .meta({ examples: ["mqtts://broker.example:8883"] }),
  topic: topic.default("spotter/v1").describe("topics are <topic>/<device>/<class>"),
  ...login("broker", ["hall-1", "env:BROKER_PASSWORD"]),
  ...tlsShape,
  heartbeatS: seconds.default(30).describe("s between heartbeats"),
  quotaMb: z
    .number()
    .min(1)
    .max(1_000_000)
    .default(256)
    .describe("MB of disk for waiting events; beyond it the least important go first, alarms never"),
  resendPerSecond: z
    .number()
    .positive()
    .max(10_000)
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
  host: z
    .string()
    .regex(HOST, "is no address; write an IP address or host name, the port stands under port")
    .default("127.0.0.1")
    .describe("address to listen on; loopback unless you open it on purpose"),
  port: z.number().int().min(0).max(65535).default(8600).describe("TCP port; 0 picks a free one"),
});

export const configSchema = z.strictObject({
  device: z
    .strictObject({
      name: name.default("spotter").describe("name of this device, unique in its site"),
      site: name.default("site").describe("name of the site"),
      dataDir: z
        .string()
        .min(1)
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
