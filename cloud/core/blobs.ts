/** A key of a blob: names of letters, digits, `.`, `_` and `-` between slashes, at most 512 characters. */
export type BlobKey = string;

export interface Blob {
  readonly bytes: Uint8Array;
  /** Media type, such as `video/mp4`. */
  readonly type: string;
}

export class BlobKeyError extends Error {
  override readonly name = "BlobKeyError";
}

/** Pictures and clips: written once, read through addresses that expire. */
export interface BlobStore {
  /** Keeps the bytes under a key that is free; false when it holds something already, which stays. Rejects with BlobKeyError. */
  put(key: BlobKey, blob: Blob): Promise<boolean>;
  get(key: BlobKey): Promise<Blob | undefined>;
  remove(key: BlobKey): Promise<void>;
  /** An address under which a browser may fetch the blob until `expiresAt`, ms since 1970. */
  url(key: BlobKey, expiresAt: number): Promise<string>;
}

/** Throws BlobKeyError for a key that could leave its folder or that a store would not keep as it is. */
export function checkBlobKey(key: BlobKey): void {
  if (key.length > 512 || !/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(key))
    throw new BlobKeyError(
      `blob key "${key.slice(0, 80)}": must be names of letters, digits, . _ - that do not begin with a dot, between slashes`,
    );
}
