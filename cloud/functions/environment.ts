import { type PassKey, publicOf } from "../core/pass.ts";

/** What a function may find in its environment, with its meaning. Addresses and credentials of AWS come as AWS's own variables. */
export const VARIABLES = {
  SPOTTER_TABLE: "name of the DynamoDB table",
  SPOTTER_BUCKET: "name of the S3 bucket that holds pictures and clips",
  SPOTTER_CONNECTIONS:
    "address of the WebSocket stage's connections, such as https://a1b2.execute-api.eu-central-1.amazonaws.com/live",
  SPOTTER_URL: "address under which browsers find the cloud, such as https://cloud.example",
  SPOTTER_TENANT: "name of the tenant whose people log in when they name none",
  SPOTTER_PASS_KEY: 'JSON with "id" and "pem" of the key that signs passes for the edge; without it nobody gets one',
  SPOTTER_ESCALATION: "ARN of the state machine that follows an escalation; without it the schedule alone does",
  SPOTTER_ADOPT: "tenant/site that takes in devices which nobody enrolled; without it they are turned away",
  SPOTTER_MAIL_URL: "mail server with user and password, such as smtps://user:password@mail.example:465",
  SPOTTER_MAIL_FROM: "sender of mails",
} as const;
export type Variable = keyof typeof VARIABLES;

export interface Door {
  /** Its file beside this one; exports `handler`. */
  readonly entry: string;
  readonly needs: readonly Variable[];
  readonly takes: readonly Variable[];
}

/** The functions of the cloud on AWS: one bundle each, with what its environment must hold and may hold. */
export const DOORS = {
  /** An SQS queue behind the IoT rules; answers with the records to deliver again. */
  ingest: { entry: "ingest.ts", needs: ["SPOTTER_TABLE"], takes: ["SPOTTER_ADOPT"] },
  /** API Gateway's HTTP API, payload version 2.0. */
  api: {
    entry: "api.ts",
    needs: ["SPOTTER_TABLE", "SPOTTER_BUCKET", "SPOTTER_URL", "SPOTTER_TENANT"],
    takes: ["SPOTTER_PASS_KEY"],
  },
  /** API Gateway's WebSocket API: $connect, $disconnect, $default. */
  live: { entry: "live.ts", needs: ["SPOTTER_TABLE", "SPOTTER_URL"], takes: [] },
  /** The table's stream. */
  stream: { entry: "stream.ts", needs: ["SPOTTER_TABLE", "SPOTTER_CONNECTIONS"], takes: ["SPOTTER_ESCALATION"] },
  /** A schedule of one minute, and the table's stream filtered to the partition `timers`. */
  timers: { entry: "timers.ts", needs: ["SPOTTER_TABLE"], takes: ["SPOTTER_MAIL_URL", "SPOTTER_MAIL_FROM"] },
  /** A step of the state machine: what is due, and when again. */
  escalation: { entry: "escalation.ts", needs: ["SPOTTER_TABLE"], takes: ["SPOTTER_MAIL_URL", "SPOTTER_MAIL_FROM"] },
} as const satisfies Record<string, Door>;
export type DoorName = keyof typeof DOORS;

/** The values of a function's variables. Throws an Error that names every one that is missing or empty. */
export function valuesOf<Name extends Variable>(
  needs: readonly Name[],
  environment: Readonly<Record<string, string | undefined>>,
): Record<Name, string> {
  const missing = needs.filter((name) => !environment[name]);
  if (missing.length > 0)
    throw new Error(
      `environment: ${missing.map((name) => `${name} is not set; give it the ${VARIABLES[name]}`).join(" · ")}`,
    );
  return Object.fromEntries(needs.map((name) => [name, environment[name]])) as Record<Name, string>;
}

/** `SPOTTER_PASS_KEY`. Throws an Error for anything else, and repeats nothing of it: it is a secret. */
export function passKeyOf(text: string | undefined): PassKey | undefined {
  if (!text) return undefined;
  try {
    const { id, pem } = JSON.parse(text) as PassKey;
    publicOf(pem);
    if (/^[\w-]{1,16}$/.test(id)) return { id, pem };
  } catch {
    // Told below.
  }
  throw new Error(`environment: SPOTTER_PASS_KEY is none; give it the ${VARIABLES.SPOTTER_PASS_KEY}`);
}

/** `SPOTTER_ADOPT`, such as `acme/north`. Throws an Error for anything else. */
export function adoptOf(text: string | undefined): { tenant: string; site: string } | undefined {
  if (!text) return undefined;
  const [tenant, site, ...rest] = text.split("/");
  if (!tenant || !site || rest.length > 0)
    throw new Error(`environment: SPOTTER_ADOPT is "${text}"; give it a tenant and a site, such as acme/north`);
  return { tenant, site };
}
