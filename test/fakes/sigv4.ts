import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A request as it came over the wire; names of headers in small letters. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

interface Secret {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
/** A signed request is good for so long, ms. */
const SKEW_MS = 15 * 60_000;

/**
 * Why a request is not signed as AWS Signature Version 4 asks, in its headers or in its query, as S3 takes it; undefined: it is.
 * Our own reading of "Authenticating Requests (AWS Signature Version 4)"; its tests are the examples published there.
 */
export function unsigned(request: SignedRequest, secret: Secret, now: number): string | undefined {
  const { pathname, searchParams: query } = new URL(request.url, "http://host");
  const presigned = query.has("X-Amz-Signature");
  const header = (name: string) => request.headers[name] ?? "";
  const [, credential = "", names = "", signature = ""] = presigned
    ? ["", ...["X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature"].map((name) => query.get(name) ?? "")]
    : (/^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
        header("authorization"),
      ) ?? []);
  if (signature === "" || (presigned && query.get("X-Amz-Algorithm") !== ALGORITHM)) return "MissingSecurityHeader";
  const [id, ...scope] = credential.split("/");
  if (id !== secret.accessKeyId) return "InvalidAccessKeyId";
  if (!names.split(";").includes("host")) return "AccessDenied: host is not signed";

  const date = presigned ? (query.get("X-Amz-Date") ?? "") : header("x-amz-date");
  const age = now - Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5"));
  if (presigned && !(age < Number(query.get("X-Amz-Expires")) * 1_000)) return "AccessDenied: Request has expired";
  if (!presigned && !(Math.abs(age) < SKEW_MS)) return "RequestTimeTooSkewed";
  const hash = presigned ? "UNSIGNED-PAYLOAD" : header("x-amz-content-sha256");
  if (!presigned && hash !== sha256(request.body)) return "XAmzContentSHA256Mismatch";

  query.delete("X-Amz-Signature");
  const pairs = [...query].map(([name, value]) => `${coded(name)}=${coded(value)}`).sort();
  const canonical = [
    request.method,
    decodeURIComponent(pathname).split("/").map(coded).join("/"),
    pairs.join("&"),
    ...names.split(";").map((name) => `${name}:${header(name).trim()}`),
    "",
    names,
    hash,
  ].join("\n");
  const text = [ALGORITHM, date, scope.join("/"), sha256(canonical)].join("\n");
  const key = scope.reduce<Buffer | string>((before, part) => hmac(before, part), `AWS4${secret.secretAccessKey}`);
  const right = timingSafeEqual(hmac(key, text), Buffer.from(signature, "hex"));
  return right ? undefined : "SignatureDoesNotMatch";
}

/** RFC 3986, as AWS asks for it. */
const coded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
const sha256 = (data: Uint8Array | string) => createHash("sha256").update(data).digest("hex");
const hmac = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest();
