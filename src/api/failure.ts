/** The one shape of every error that the API answers with. */
export interface Failure {
  code: string;
  /** What is wrong. */
  message: string;
  /** What to do about it. */
  remedy: string;
}

const FAILURES = {
  "bad-request": [400, "correct the request as the message says"],
  "no-credential": [
    401,
    "open the address that the device printed at its first start, or send the token as a bearer token",
  ],
  "wrong-credential": [401, "use the token in the file `credential` of the device's data directory"],
  "wrong-host": [403, "open the device by its IP address or as localhost"],
  "foreign-page": [403, "send the header x-spotter: 1 from the device's own page"],
  "not-found": [404, "see GET /api/state for the names there are"],
  refused: [409, "wait until the reason is gone, then try again"],
  "too-large": [413, "send less"],
  "wrong-type": [415, "send JSON with content-type: application/json"],
  "locked-out": [429, "wait for the seconds in the header retry-after"],
  busy: [503, "close another live page of this device"],
  internal: [500, "see the device's log"],
} as const satisfies Record<string, readonly [number, string]>;

export type FailureCode = keyof typeof FAILURES;

/** Thrown inside a route; becomes an answer. */
export class ApiFailure extends Error {
  readonly statusCode: number;
  readonly failure: Failure;
  readonly headers: Record<string, string>;

  constructor(code: FailureCode, message: string, options: { remedy?: string; headers?: Record<string, string> } = {}) {
    super(message);
    const [status, remedy] = FAILURES[code];
    this.statusCode = status;
    this.failure = { code, message, remedy: options.remedy ?? remedy };
    this.headers = options.headers ?? {};
  }
}

/** Fastify's own errors, and whatever else was thrown, in the API's shape; undefined for a fault of ours. */
export function translate(thrown: unknown): ApiFailure | undefined {
  if (thrown instanceof ApiFailure) return thrown;
  const { statusCode, message } = thrown as { statusCode?: number; message?: string };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined;
  const text = message ?? "the request is malformed";
  if (statusCode === 404) return new ApiFailure("not-found", text);
  if (statusCode === 413) return new ApiFailure("too-large", text);
  if (statusCode === 415) return new ApiFailure("wrong-type", text);
  return new ApiFailure("bad-request", text);
}
