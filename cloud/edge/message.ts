/** What travels between viewer, edge and origin, whoever carries it. Names of headers are in lower case. */
export type Headers = Readonly<Record<string, readonly string[]>>;

export interface EdgeRequest {
  readonly method: string;
  /** Without port. */
  readonly host: string;
  /** As it came, still percent-encoded; begins with `/`. */
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
  readonly headers: Headers;
  /** Host name of the API that is to answer; absent: the one that is there already. */
  readonly origin?: string;
}

export interface EdgeResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Absent: what the origin sent. */
  readonly body?: string;
}

/** A request that goes on, or an answer at once. */
export type Onward = { readonly request: EdgeRequest } | { readonly response: EdgeResponse };

/** Asks the API in a tenant's home region in the name of the viewer. Rejects when nothing comes back in time. */
export type Ask = (
  host: string,
  path: string,
  cookie: string,
) => Promise<{ readonly status: number; readonly json: unknown }>;

/** The first value of a header; empty when there is none. */
export function header(headers: Headers, name: string): string {
  return headers[name]?.[0] ?? "";
}

/** All cookies as one header's value, however many headers carried them. */
export function cookies(headers: Headers): string {
  return (headers.cookie ?? []).join("; ");
}

export function cookie(headers: Headers, name: string): string {
  const found = cookies(headers)
    .split(/;\s*/)
    .find((pair) => pair.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? "";
}

export function json(status: number, body: unknown, cacheControl = "no-store"): EdgeResponse {
  return {
    status,
    headers: { "content-type": ["application/json; charset=utf-8"], "cache-control": [cacheControl] },
    body: JSON.stringify(body),
  };
}

/** The same shape as the API's own failures. */
export function failure(status: number, code: string, message: string, remedy: string): EdgeResponse {
  return json(status, { code, message, remedy });
}
