import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Blob, type BlobKey, type BlobStore, checkBlobKey } from "../core/blobs.ts";
import { signLink } from "../core/links.ts";

/**
 * Blobs as files: the embedded default. Each is one file that begins with its media type and a line end, so that type and bytes
 * can never be apart; it is written beside its place and put there whole.
 */
export class FileBlobs implements BlobStore {
  readonly #folder: string;
  readonly #secret: string;

  /** `secret` signs the addresses; a new one ends all that are out. */
  constructor(folder: string, secret: string) {
    this.#folder = folder;
    this.#secret = secret;
  }

  async put(key: BlobKey, { bytes, type }: Blob): Promise<boolean> {
    const path = this.#path(key);
    const fresh = join(this.#folder, `.new-${randomUUID()}`);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(fresh, "wx", 0o600);
    try {
      await file.writeFile(`${type}\n`);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      // Unlike rename(2), link(2) never replaces what is there.
      await link(fresh, path);
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw error;
    } finally {
      await rm(fresh, { force: true });
    }
  }

  async get(key: BlobKey): Promise<Blob | undefined> {
    try {
      const whole = await readFile(this.#path(key));
      const end = whole.indexOf(0x0a);
      return { type: whole.subarray(0, end).toString(), bytes: new Uint8Array(whole.subarray(end + 1)) };
    } catch (error) {
      // A key that is the folder of others holds nothing itself.
      if (["ENOENT", "EISDIR", "ENOTDIR"].includes(codeOf(error))) return undefined;
      throw error;
    }
  }

  async remove(key: BlobKey): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async url(key: BlobKey, expiresAt: number): Promise<string> {
    return signLink(this.#secret, key, expiresAt);
  }

  /** Removes what a power cut left half written. */
  async tidy(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names) if (name.startsWith(".new-")) await rm(join(this.#folder, name), { force: true });
  }

  #path(key: BlobKey): string {
    checkBlobKey(key);
    // The suffix keeps a blob `a` and the folder of a blob `a/b` apart.
    return join(this.#folder, `${key}.blob`);
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? "";
