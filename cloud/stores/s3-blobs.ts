import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { type Blob, type BlobKey, type BlobStore, checkBlobKey } from "../core/blobs.ts";
import type { Clock } from "../core/clock.ts";

/** The longest life of a presigned address (SigV4 query parameters), s. It also ends when the signer's own session does. */
const LONGEST_S = 7 * 24 * 3_600;
/** Others are writing the key at this moment: S3 asks to try again, and then knows who was first. */
const [BUSY_TRIES, BUSY_WAIT_MS] = [20, 50];

/**
 * Blobs as objects of one S3 bucket, read through presigned addresses. Give the client
 * `requestChecksumCalculation: "WHEN_REQUIRED"`: every body's length is known, and not every S3 takes trailing checksums.
 */
export class S3Blobs implements BlobStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #clock: Clock;

  constructor(client: S3Client, bucket: string, clock: Clock) {
    this.#client = client;
    this.#bucket = bucket;
    this.#clock = clock;
  }

  async put(key: BlobKey, { bytes, type }: Blob): Promise<boolean> {
    const object = { ...this.#object(key), Body: bytes, ContentLength: bytes.length, ContentType: type };
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#client.send(new PutObjectCommand({ ...object, IfNoneMatch: "*" }));
        return true;
      } catch (error) {
        const status = statusOf(error);
        if (status === 412) return false;
        if (status !== 409 || tries === BUSY_TRIES) throw error;
        await sleep(BUSY_WAIT_MS);
      }
    }
  }

  async get(key: BlobKey): Promise<Blob | undefined> {
    try {
      const { Body, ContentType = "" } = await this.#client.send(new GetObjectCommand(this.#object(key)));
      return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), type: ContentType };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async remove(key: BlobKey): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#object(key)));
  }

  async url(key: BlobKey, expiresAt: number): Promise<string> {
    const command = new GetObjectCommand(this.#object(key));
    // An address that has expired already is one that was signed a second before it did.
    const signedAt = Math.min(this.#clock.now(), expiresAt - 1_000);
    const expiresIn = Math.floor((expiresAt - signedAt) / 1_000);
    if (expiresIn > LONGEST_S)
      throw new RangeError(`address of ${key}: ${expiresIn} s, must be at most ${LONGEST_S} s; ask for a shorter life`);
    return getSignedUrl(this.#client, command, { signingDate: new Date(signedAt), expiresIn });
  }

  #object(key: BlobKey) {
    checkBlobKey(key);
    return { Bucket: this.#bucket, Key: key };
  }
}

const statusOf = (error: unknown) => (error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined);
