import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { closeSync, fchmodSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { asError, UsageError } from "../lib/failure.ts";

/** The device's only key to its API, and the cookie made from it. */
export interface Credential {
  /** 32 random bytes, base64url. */
  readonly token: string;
  /** What a browser keeps instead of the token; worthless once the token is renewed. */
  readonly session: string;
  /** Made just now, so nobody knows it yet. */
  readonly created: boolean;
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * Reads the file `credential` in `dataDir`, or makes it at the first start (mode 0600). Deleting the file and starting
 * again renews the token and ends every session. Throws UsageError when the file is damaged or others may read it.
 */
export function openCredential(dataDir: string): Credential {
  const path = join(dataDir, "credential");
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const fresh = createFile(path);
    if (fresh !== undefined) return credential(fresh, true);
    const file = openSync(path, "r");
    try {
      if ((fstatSync(file).mode & 0o077) !== 0)
        throw new UsageError(
          `${path}: other users may read the credential; run chmod 600 on it, or delete it for a new one`,
        );
      const token = readFileSync(file, "utf8").trim();
      if (!TOKEN.test(token))
        throw new UsageError(`${path}: is damaged; delete it and start again for a new credential`);
      return credential(token, false);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`device.dataDir: ${path} cannot be used (${asError(cause).message}); make it writable`);
  }
}

/** A credential from a known token, for tests and tools. */
export function credential(token: string, created = false): Credential {
  return { token, session: createHmac("sha256", token).update("spotter session 1").digest("base64url"), created };
}

function createFile(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, "wx", 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw cause;
  }
  try {
    fchmodSync(file, 0o600);
    const token = randomBytes(32).toString("base64url");
    writeSync(file, `${token}\n`);
    fsyncSync(file);
    return token;
  } finally {
    closeSync(file);
  }
}

/** Compares in a time that does not tell how much of `given` is right. */
export function same(given: string, wanted: string): boolean {
  const hash = (text: string) => createHmac("sha256", wanted).update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
