/** Header fields by name in lower case; a field may come several times. */
export class Fields {
  readonly #values = new Map<string, string[]>();

  add(name: string, value: string): void {
    const key = name.toLowerCase();
    const known = this.#values.get(key);
    if (known) known.push(value);
    else this.#values.set(key, [value]);
  }

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase())?.[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }
}

/** A reply of the camera's. */
export interface Reply {
  status: number;
  /** The camera's own words for the status. */
  reason: string;
  fields: Fields;
  body: string;
}

/** A request of the camera's (RFC 2326 allows some in that direction). */
export interface Inquiry {
  method: string;
  fields: Fields;
}

export type Head = { kind: "reply"; status: number; reason: string; fields: Fields } | ({ kind: "inquiry" } & Inquiry);

/**
 * Reads the first line and the header fields of a message (RFC 2326 sections 4, 6, 7). Undefined when it is no RTSP; a line
 * that is no field is passed over, as cameras send such.
 */
export function parseHead(text: string): Head | undefined {
  const [first = "", ...lines] = text.split(/\r?\n/);
  const fields = new Fields();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.add(line.slice(0, colon).trim(), clean(line.slice(colon + 1)));
  }
  const [, status, reason = ""] = /^RTSP\/\d\.\d +(\d{3})(?: (.*))?$/.exec(first) ?? [];
  if (status) return { kind: "reply", status: Number(status), reason: clean(reason), fields };
  const [, method] = /^([A-Z_]{1,32}) \S+ RTSP\/\d\.\d$/.exec(first) ?? [];
  return method ? { kind: "inquiry", method, fields } : undefined;
}

/** Writes a request (RFC 2326 section 6). Line breaks in values become blanks. */
export function composeRequest(method: string, url: string, fields: Record<string, string>): string {
  return compose(`${method} ${url} RTSP/1.0`, fields);
}

/** Writes a reply without a body (RFC 2326 section 7). */
export function composeReply(status: string, fields: Record<string, string>): string {
  return compose(`RTSP/1.0 ${status}`, fields);
}

function compose(first: string, fields: Record<string, string>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return `${[first, ...lines].map(clean).join("\r\n")}\r\n\r\n`;
}

/** Without control characters, which could forge lines or colour a terminal. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
  return text.replaceAll(/[\u0000-\u001f\u007f]+/g, " ").trim();
}
