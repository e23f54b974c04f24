import { afterEach, beforeEach, expect, it } from "vitest";
import { BlobKeyError, type BlobStore } from "../../cloud/core/blobs.ts";
import { describeContract } from "./contract.ts";

export interface OpenBlobs {
  readonly blobs: BlobStore;
  /** What a browser gets under an address at that time; undefined: nothing. */
  fetch(url: string, now: number): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** What every blob store does, wherever it keeps the bytes. */
export function describeBlobStore(kind: string, open: () => Promise<OpenBlobs>): void {
  describeContract(`${kind} as the blob store`, () => {
    let opened: OpenBlobs;
    let blobs: BlobStore;
    beforeEach(async () => {
      opened = await open();
      blobs = opened.blobs;
    });
    afterEach(() => opened.close());

    const KEY = "acme/incidents/x1/clip.mp4";
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256);

    it("gives back bytes and type, and nothing for what it does not hold", async () => {
      expect(await blobs.put(KEY, { bytes, type: "video/mp4" })).toBe(true);
      expect(await blobs.get(KEY)).toEqual({ bytes, type: "video/mp4" });
      expect(await blobs.get("acme/other")).toBeUndefined();
      expect(await blobs.get("acme/incidents")).toBeUndefined();
    });

    it("never writes over what it holds", async () => {
      await blobs.put(KEY, { bytes, type: "video/mp4" });
      expect(await blobs.put(KEY, { bytes: new Uint8Array(3), type: "image/png" })).toBe(false);
      expect(await blobs.get(KEY)).toEqual({ bytes, type: "video/mp4" });
    });

    it("takes one of many that come under a key at the same moment, whole", async () => {
      const each = Array.from({ length: 8 }, (_, i) => new Uint8Array(50_000).fill(i));
      const taken = await Promise.all(each.map((one) => blobs.put(KEY, { bytes: one, type: "image/png" })));
      expect(taken.filter((ok) => ok)).toHaveLength(1);
      expect((await blobs.get(KEY))?.bytes).toEqual(each[taken.indexOf(true)]);
    });

    it("removes, also what is not there, and takes something else then", async () => {
      await blobs.put(KEY, { bytes, type: "video/mp4" });
      await blobs.remove(KEY);
      await blobs.remove(KEY);
      expect(await blobs.get(KEY)).toBeUndefined();
      expect(await blobs.put(KEY, { bytes: new Uint8Array(), type: "text/plain" })).toBe(true);
      expect(await blobs.get(KEY)).toEqual({ bytes: new Uint8Array(), type: "text/plain" });
    });

    it("keeps a key and those below it apart", async () => {
      await blobs.put("a", { bytes: new Uint8Array([1]), type: "text/plain" });
      await blobs.put("a/b", { bytes: new Uint8Array([2]), type: "text/plain" });
      expect((await blobs.get("a"))?.bytes).toEqual(new Uint8Array([1]));
      expect((await blobs.get("a/b"))?.bytes).toEqual(new Uint8Array([2]));
    });

    it.each(["", "/a", "a/", "a//b", "../a", "a/../b", "a/.b", "a b", "a\\b", "a%2e", "ä", "a\0b", "a".repeat(513)])(
      "refuses the key %j",
      async (key) => {
        const blob = { bytes, type: "video/mp4" };
        await expect(blobs.put(key, blob)).rejects.toThrow(BlobKeyError);
        await expect(blobs.get(key)).rejects.toThrow(BlobKeyError);
        await expect(blobs.remove(key)).rejects.toThrow(BlobKeyError);
        await expect(blobs.url(key, 2e12)).rejects.toThrow(BlobKeyError);
      },
    );

    it("hands out addresses that lead to the blob until they expire, and to no other", async () => {
      await blobs.put(KEY, { bytes, type: "video/mp4" });
      await blobs.put("acme/secret", { bytes, type: "video/mp4" });
      const now = Date.now();
      const url = await blobs.url(KEY, now + 60_000);
      expect(await opened.fetch(url, now)).toEqual(bytes);
      expect(await opened.fetch(url, now + 61_000)).toBeUndefined();
      expect(await opened.fetch(url.replace(KEY, "acme/secret"), now)).toBeUndefined();
    });
  });
}
