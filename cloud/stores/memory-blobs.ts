import { type Blob, type BlobKey, type BlobStore, checkBlobKey } from "../core/blobs.ts";
import { signLink } from "../core/links.ts";

/** The blob store's twin in memory, for tests. */
export class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<BlobKey, Blob>();
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  async put(key: BlobKey, { bytes, type }: Blob): Promise<boolean> {
    checkBlobKey(key);
    if (this.#blobs.has(key)) return false;
    this.#blobs.set(key, { bytes: bytes.slice(), type });
    return true;
  }

  async get(key: BlobKey): Promise<Blob | undefined> {
    checkBlobKey(key);
    const blob = this.#blobs.get(key);
    return blob && { bytes: blob.bytes.slice(), type: blob.type };
  }

  async remove(key: BlobKey): Promise<void> {
    checkBlobKey(key);
    this.#blobs.delete(key);
  }

  async url(key: BlobKey, expiresAt: number): Promise<string> {
    return signLink(this.#secret, key, expiresAt);
  }
}
