import type { Answer, Body, Params, Query, RouteKey } from "./contract.ts";

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** An error that the API answered, or `network`: none came. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly remedy: string;
  /** HTTP status; 0 without an answer. */
  readonly status: number;

  constructor(status: number, { code, message, remedy }: Failure) {
    super(message);
    this.status = status;
    this.code = code;
    this.remedy = remedy;
  }
}

/** Parts of a request that are asked for only where the contract has them. */
type Given<Name extends string, Value> = Value extends undefined
  ? { readonly [N in Name]?: never }
  : Record<string, never> extends Value
    ? { readonly [N in Name]?: Value }
    : { readonly [N in Name]: Value };
export type Request<Key extends RouteKey> = Given<"params", Params<Key>> &
  Given<"query", Query<Key>> &
  Given<"body", Body<Key>> & { readonly signal?: AbortSignal };

type Arguments<Key extends RouteKey> =
  Record<string, never> extends Omit<Request<Key>, "signal"> ? [request?: Request<Key>] : [request: Request<Key>];

/**
 * Calls the cloud from a page of its own, or from anywhere that gives it `fetch`:
 *
 *   const call = client({ csrf: () => me?.csrf });
 *   const { incidents } = await call("GET /api/incidents", { query: { state: "active" } });
 *   await call("POST /api/incidents/:incident/notes", { params: { incident }, body: { reason: "…" } });
 *
 * Rejects with ApiError. Imports nothing but types.
 */
export function client({
  base = "",
  csrf,
  fetch = globalThis.fetch,
}: {
  /** Such as `https://cloud.example`; empty: where the page is from. */
  readonly base?: string;
  /** `csrf` of the session; writes need it. */
  readonly csrf: () => string | undefined;
  readonly fetch?: typeof globalThis.fetch;
}) {
  return async <Key extends RouteKey>(key: Key, ...[request]: Arguments<Key>): Promise<Answer<Key>> => {
    const [method = "", path = ""] = key.split(" ");
    const { params = {}, query = {}, body, signal } = (request ?? {}) as Loose;
    const headers: Record<string, string> = {};
    if (method !== "GET") headers["x-csrf-token"] = csrf() ?? "";
    if (body instanceof Blob) headers["content-type"] = body.type;
    else if (body !== undefined) headers["content-type"] = "application/json";
    const sent = body === undefined ? null : body instanceof Blob ? body : JSON.stringify(body);
    const response = await fetch(base + address(path, params, query), {
      method,
      headers,
      body: sent,
      credentials: "same-origin",
      ...(signal ? { signal } : {}),
    }).catch((error: Error) => {
      if (error.name === "AbortError") throw error;
      throw new ApiError(0, { code: "network", message: error.message, remedy: "see whether there is a network" });
    });
    if (response.status === 204) return undefined as Answer<Key>;
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer as Answer<Key>;
    throw new ApiError(
      response.status,
      (answer as Failure | undefined) ?? {
        code: "internal",
        message: `HTTP ${response.status}`,
        remedy: "try again later",
      },
    );
  };
}

interface Loose {
  readonly params?: Record<string, unknown>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** `/api/incidents/:incident` with its names filled in. */
function address(path: string, params: Record<string, unknown>, query: Record<string, unknown>): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const asked = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return asked.length === 0 ? filled : `${filled}?${new URLSearchParams(asked)}`;
}
