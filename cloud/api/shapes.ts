import { z } from "zod";
import { channel, next, outcome, role, severity, state } from "./words.ts";

/** What the API answers. Whatever a shape does not name stays inside: secrets, hashes, keys. */

const text = z.string();
const ms = z.number();
/** ms since 1970 UTC, as some clock said: a device's may be wrong by years. */
const time = z.number();

export const failure = z.object({
  code: text,
  /** What is wrong: key, value. */
  message: text,
  /** What to do about it. */
  remedy: text,
});

export const me = z.object({
  tenant: text,
  user: text,
  name: text,
  role,
  /** Sites that this person sees; `*`: all of them. */
  sites: z.array(text),
  /** To be sent as `x-csrf-token` with everything that writes. */
  csrf: text,
  expiresAt: time,
  /** Until it is changed, nothing else is allowed. */
  mustChangePassword: z.boolean(),
});

export const provider = z.object({ provider: text, name: text });

export const user = z.object({
  user: text,
  name: text,
  role,
  sites: z.array(text),
  disabled: z.boolean(),
  /** `oidc`: signs in at the provider and has no password here. */
  signsIn: z.enum(["password", "oidc"]),
  createdAt: time,
  lastSeenAt: time.optional(),
});

const receipt = z.object({
  actuator: text,
  state: z.enum(["active", "idle"]),
  outcome: text,
  writtenMs: ms.nullable(),
  confirmedMs: ms.nullable(),
  detail: text,
});

const step = z.object({
  event: text,
  sequence: z.number(),
  kind: text,
  wallMs: time,
  monotonicMs: z.number(),
  boot: z.number(),
  receivedAt: time,
  frameAgeMs: ms.optional(),
  score: z.number().optional(),
  why: text.optional(),
  /** The numbers behind `why`; absent where there are only words. Angle in degrees from vertical, speed in heights/s. */
  evidence: z
    .object({
      votes: z.number(),
      asked: z.number(),
      fall: z.number(),
      fallen: z.number(),
      lying: z.number(),
      torsoAngle: z.number().nullable(),
      dropSpeed: z.number().nullable(),
      visible: z.number(),
    })
    .optional(),
  /** ms per stage of the deciding frame. */
  stages: z.record(text, ms).optional(),
  skeleton: z.boolean().optional(),
  receipts: z.array(receipt).optional(),
});

const action = z.object({
  kind: z.enum(["acknowledge", "shelve", "unshelve", "clear", "note"]),
  by: text,
  at: time,
  reason: text,
  outcome: outcome.optional(),
  until: time.optional(),
});

/** A line of the list. */
export const summary = z.object({
  id: text,
  site: text,
  line: text,
  device: text,
  camera: text,
  zone: text,
  machine: text,
  severity,
  state,
  since: time,
  acknowledged: z.object({ by: text, at: time, where: z.enum(["device", "cloud"]) }).optional(),
  outcome: outcome.optional(),
  clearedAt: time.optional(),
  /** Out of sight until then; compare with the time. */
  shelvedUntil: time.optional(),
});
export const incident = summary.extend({ alarm: text, steps: z.array(step), actions: z.array(action) });
export const incidents = z.object({ incidents: z.array(summary), next });

export const timeline = z.object({
  moments: z.array(
    z.object({
      what: z.enum([
        "frame",
        "stage",
        "decision",
        "output written",
        "output confirmed",
        "output failed",
        "recorded",
        "received",
        "action",
      ]),
      of: text,
      /** After the deciding frame of the first change was captured; null: not known. */
      ms: ms.nullable(),
      clock: z.enum(["device", "cloud"]),
      text,
    }),
  ),
});

export const receipts = z.object({
  receipts: z.array(receipt.extend({ event: text, change: text, wallMs: time })),
});

/** One person's last seconds before each change, as joints of COCO order. */
export const skeleton = z.object({
  tracks: z.array(
    z.object({
      event: text,
      kind: text,
      /** Of the deciding frame, by the device's clock. */
      capturedAt: time,
      stepMs: ms,
      endsMsBefore: ms,
      /** Oldest first; of each pose 17 × (x, y, visibility), x and y in 0..1 of the picture; null: not seen. */
      poses: z.array(z.array(z.number().nullable())),
    }),
  ),
});

export const notice = z.object({
  id: text,
  kind: z.enum(["fall", "near miss", "trouble", "test"]),
  about: z.record(text, z.union([text, z.number()])),
  subject: text,
  text,
  person: text,
  channel,
  address: text,
  at: time,
  state: z.enum(["waiting", "delivered", "failed"]),
  tries: z.number(),
  deliveredAt: time.optional(),
  error: text.optional(),
});
export const notices = z.object({ notices: z.array(notice), next });

export const escalation = z.object({
  /** Absent: it never needed one. */
  escalation: z
    .object({
      round: z.number(),
      startedAt: time,
      rung: z.number(),
      log: z.array(
        z.object({
          at: time,
          round: z.number(),
          rung: z.number(),
          person: text,
          by: channel,
          result: z.enum(["told", "nobody", "quiet hours", "not reachable so"]),
        }),
      ),
      stopped: z.enum(["acknowledged", "cleared"]).optional(),
    })
    .optional(),
  notices: z.array(notice),
});

/** Evidence: each part with the SHA-256 of its canonical JSON, all of them under one hash that the audit log holds. */
export const caseFile = z.object({
  incident: text,
  tenant: text,
  exportedAt: time,
  exportedBy: text,
  parts: z.array(z.object({ name: text, sha256: text, content: z.unknown() })),
  /** SHA-256 over the names and hashes of the parts, in their order. */
  sha256: text,
  /** The entry of the audit log that holds `sha256`. */
  audit: z.object({ sequence: z.number(), hash: text }),
});

export const site = z.object({
  site: text,
  name: text,
  timeZone: text,
  /** Names of its production lines. */
  lines: z.array(text),
  /** An address that works for some minutes; absent: nobody uploaded one. */
  floorPlan: z.object({ url: text, expiresAt: time, uploadedAt: time }).optional(),
});

const supervision = z.enum(["armed", "degraded", "blind", "fault", "unknown"]);

/** A camera as the plant's map shows it. */
export const placedCamera = z.object({
  site: text,
  line: text,
  device: text,
  camera: text,
  at: z.object({ x: z.number(), y: z.number() }).optional(),
  /** `silent`: its device is not heard, so nobody knows. */
  state: z.enum([...supervision.options, "silent"]),
  reason: text,
});

const saidOf = <Value extends z.ZodType>(value: Value) => z.object({ wallMs: time, value });

export const deviceHealth = z.object({
  device: text,
  site: text,
  enrolledAt: time,
  /** Absent: never. */
  heardAt: time.optional(),
  silent: z.boolean(),
  presence: z.object({ online: z.boolean(), at: time }).optional(),
  boot: z.number().optional(),
  clockSync: text.optional(),
  heartbeat: saidOf(
    z.object({
      uptimeS: z.number(),
      version: text,
      models: z.array(text),
      outboxEvents: z.number(),
      outboxOldestS: z.number(),
    }),
  ).optional(),
  cameras: z.array(
    z.object({
      camera: text,
      state: saidOf(supervision),
      reason: saidOf(text).optional(),
      health: saidOf(
        z.object({
          decisionP50Ms: ms.nullable(),
          decisionP99Ms: ms.nullable(),
          /** Frames since the heartbeat before, by fate; `decided` among them. */
          frames: z.record(text, z.number()),
        }),
      ).optional(),
    }),
  ),
  /** Sequences that have not come. */
  gaps: z.array(
    z.object({
      epoch: z.number(),
      from: z.number(),
      to: z.number(),
      afterMs: time.optional(),
      beforeMs: time,
    }),
  ),
});
export const devices = z.object({
  devices: z.array(deviceHealth),
  next,
  /** What a decision may take from a frame's arrival, ms. */
  budgetMs: ms,
});

export const blindness = z.object({
  from: time,
  to: time,
  cameras: z.array(z.object({ camera: text, blindMs: ms })),
});

const hours = z.object({ days: z.array(z.number()), from: text, to: text });
export const person = z.object({
  person: text,
  name: text,
  contacts: z.array(z.object({ channel, address: text })),
  quiet: z.object({ timeZone: text, hours: z.array(hours) }).optional(),
});
export const rota = z.object({
  rota: text,
  timeZone: text,
  shifts: z.array(hours.extend({ person: text })),
  /** Who has duty now; absent: nobody. */
  now: text.optional(),
});

const target = z.union([z.object({ person: text }), z.object({ onCall: text })]);
export const policy = z.object({
  /** `*`: of every site that has none of its own. */
  site: text,
  chain: z.array(z.object({ afterS: z.number(), to: target, by: channel })),
  repeatS: z.number(),
  nearMiss: z.array(z.object({ to: target, by: channel })),
  trouble: z.array(z.object({ to: target, by: channel })),
  cooldownS: z.number(),
});

const count = { falls: z.number(), nearMisses: z.number() };
const outcomes = z.object({ true: z.number(), false: z.number(), drill: z.number() });
/** Hours, days and shifts are those of each incident's site. */
export const analytics = z.object({
  from: time,
  to: time,
  /** False: there was more than is read at once; nothing before `from` is in it. */
  complete: z.boolean(),
  total: z.object({ ...count, suspected: z.number() }),
  /** Most first. */
  zones: z.array(z.object({ site: text, line: text, device: text, camera: text, zone: text, ...count })),
  /** 7 × 24, Monday 00:00 first. */
  hours: z.array(z.object(count)),
  shifts: z.array(z.object({ name: z.enum(["early", "late", "night"]), from: text, to: text, ...count })),
  /** Without a gap; of a week, its Monday. */
  trend: z.object({ step: z.enum(["day", "week"]), points: z.array(z.object({ date: text, ...count })) }),
  acknowledgement: z.object({
    acknowledged: z.number(),
    missing: z.number(),
    p50Ms: ms.nullable(),
    p95Ms: ms.nullable(),
    buckets: z.array(z.object({ upToMs: ms.nullable(), count: z.number() })),
  }),
  falseAlarms: z.object({
    outcomes,
    unjudged: z.number(),
    cameraDays: z.number(),
    perCameraDay: z.number().nullable(),
  }),
  /** Those that need a look first. */
  cameras: z.array(
    z.object({
      device: text,
      camera: text,
      knownMs: ms,
      blindMs: ms,
      suspected: z.number(),
      nearMisses: z.number(),
      falls: z.number(),
      outcomes,
      unjudged: z.number(),
      precision: z.number().nullable(),
      falsePerDay: z.number().nullable(),
      thresholds: z.array(z.object({ at: z.number(), trueKept: z.number(), falseKept: z.number() })),
      suggested: z.number().nullable(),
      advice: z.array(z.enum(["blind", "noisy", "separable", "overlapping", "few judged", "untested"])),
    }),
  ),
});

export const deadLetter = z.object({
  id: text,
  identity: text,
  rejection: z.enum(["malformed", "foreign", "unknown device", "failed"]),
  reason: text,
  receivedAt: time,
  tries: z.number(),
  /** Length of what was kept. */
  size: z.number(),
  cut: z.boolean(),
});

export const auditEntry = z.object({
  /** Counts the tenant's entries from 1. */
  sequence: z.number(),
  at: time,
  /** Who, by login; `-`: nobody was known yet. */
  user: text,
  /** What, such as `incident.acknowledge`. */
  action: text,
  /** Of what. */
  subject: text,
  detail: z.record(text, z.unknown()),
  /** Hash of the entry before, and of this one over it: SHA-256, hexadecimal. */
  previous: text,
  hash: text,
});
export const auditHead = z.object({ sequence: z.number(), hash: text });

/** Something changed; whoever looks at it reads it again. */
export const change = z.object({
  kind: z.enum(["incident", "device", "deadLetter", "notice"]),
  id: text,
  cursor: text,
});
