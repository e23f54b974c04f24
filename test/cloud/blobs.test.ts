import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BlobStore } from "../../cloud/core/blobs.ts";
import { openLink, signLink } from "../../cloud/core/links.ts";
import { FileBlobs } from "../../cloud/stores/file-blobs.ts";
import { MemoryBlobs } from "../../cloud/stores/memory-blobs.ts";
import { describeBlobStore } from "../contracts/blob-store.ts";
import { NOON } from "./rig.ts";

const SECRET = "a secret of enough characters";

/** What the cloud's own server does with such an address. */
const served = (blobs: BlobStore) => async (url: string, now: number) => {
  const key = openLink(SECRET, url, now);
  return key === undefined ? undefined : (await blobs.get(key))?.bytes;
};

describeBlobStore("the in-memory twin", async () => {
  const blobs = new MemoryBlobs(SECRET);
  return { blobs, fetch: served(blobs), close: async () => {} };
});

describeBlobStore("the file system", async () => {
  const folder = mkdtempSync(join(tmpdir(), "spotter-blobs-"));
  const blobs = new FileBlobs(folder, SECRET);
  return { blobs, fetch: served(blobs), close: async () => rmSync(folder, { recursive: true }) };
});

describe("blobs as files", () => {
  it("leave nothing half written behind", async () => {
    const folder = mkdtempSync(join(tmpdir(), "spotter-blobs-"));
    const blobs = new FileBlobs(folder, SECRET);
    const blob = { bytes: new Uint8Array(10), type: "image/png" };
    await blobs.put("a", blob);
    await blobs.put("a", blob);
    writeFileSync(join(folder, ".new-cut-off"), "half");
    await blobs.tidy();
    expect(readdirSync(folder)).toEqual(["a.blob"]);
    rmSync(folder, { recursive: true });
  });
});

describe("a signed address", () => {
  const link = signLink(SECRET, "acme/clip.mp4", NOON + 60_000);

  it("opens what it was made for", () => {
    expect(openLink(SECRET, link, NOON)).toBe("acme/clip.mp4");
  });

  it.each<[string, string]>([
    ["another expiry", link.replace(/expires=\d+/, "expires=99999999999")],
    ["another key", link.replace("clip", "face")],
    ["another signature", link.replace(/signature=./, "signature=_")],
    ["no signature", link.replace(/&signature=.*/, "")],
    ["a second expiry", `${link}&expires=99999999999`],
    ["another host", `https://evil.example${link}`],
  ])("with %s opens nothing", (_, forged) => {
    expect(forged).not.toBe(link);
    expect(openLink(SECRET, forged, NOON)).toBeUndefined();
  });

  it("opens nothing with another secret, nor at its end", () => {
    expect(openLink("another", link, NOON)).toBeUndefined();
    expect(openLink(SECRET, link, NOON + 60_000)).toBeUndefined();
  });
});
