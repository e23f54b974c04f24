import { Refusal } from "../core/refusal.ts";

/** The one shape of every error that the API answers with. */
export interface Failure {
  readonly code: string;
  /** What is wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

const FAILURES = {
  "bad-request": [400, "correct the request as the message says; GET /api/openapi.json tells what is asked for"],
  "no-session": [401, "log in: POST /api/session"],
  "wrong-credential": [401, "give the right login and password; an admin can set a new password"],
  "wrong-role": [403, "ask somebody whose role allows it"],
  "wrong-token": [403, "send `csrf` of GET /api/session as the header x-csrf-token, from a page of this cloud"],
  "wrong-host": [403, "open the cloud under the name that it is set up for"],
  "password-change-needed": [403, "choose a password of your own: POST /api/session/password"],
  "not-found": [404, "see the list that it should be in"],
  refused: [409, "do what the message says first"],
  "too-large": [413, "send less"],
  "wrong-type": [415, "send what the message says, with that content-type"],
  "locked-out": [429, "wait for the seconds in the header retry-after"],
  internal: [500, "try again; if it stays so, see the cloud's log"],
  busy: [503, "try again in a while"],
} as const satisfies Record<string, readonly [number, string]>;

export type FailureCode = keyof typeof FAILURES;

/** Thrown while a request is handled; becomes an answer. */
export class ApiFailure extends Error {
  readonly statusCode: number;
  readonly failure: Failure;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: FailureCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    const [status, remedy] = FAILURES[code];
    this.statusCode = status;
    this.failure = { code, message, remedy };
    this.headers = headers;
  }
}

export function lockedOut(message: string, waitMs: number): ApiFailure {
  return new ApiFailure("locked-out", message, { "retry-after": String(Math.ceil(waitMs / 1000)) });
}

/** Refusals of the core and fastify's own errors in the API's shape; undefined for a fault of ours. */
export function translate(thrown: unknown): ApiFailure | undefined {
  if (thrown instanceof ApiFailure) return thrown;
  if (thrown instanceof Refusal) return new ApiFailure(thrown.code, thrown.message);
  const { statusCode, message } = thrown as { statusCode?: number; message?: string };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined;
  const text = message ?? "the request is malformed";
  if (statusCode === 404) return new ApiFailure("not-found", text);
  if (statusCode === 413) return new ApiFailure("too-large", text);
  if (statusCode === 415) return new ApiFailure("wrong-type", text);
  return new ApiFailure("bad-request", text);
}
