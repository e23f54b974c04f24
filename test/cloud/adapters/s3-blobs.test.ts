import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { S3Blobs } from "../../../cloud/stores/s3-blobs.ts";
import { describeBlobStore } from "../../contracts/blob-store.ts";
import { type Bucket, startBucket } from "../../fakes/bucket.ts";
import { type SignedRequest, unsigned } from "../../fakes/sigv4.ts";

const clock = { now: () => Date.now() };

/** As a browser does it, without any credentials; the address alone must do. */
async function browse(bucket: Bucket, url: string, now = Date.now()): Promise<Response> {
  bucket.now = () => now;
  try {
    return await fetch(url);
  } finally {
    bucket.now = () => Date.now();
  }
}

describeBlobStore("the S3 adapter on a bucket of our own", async () => {
  const bucket = await startBucket();
  return {
    blobs: new S3Blobs(bucket.client, bucket.name, clock),
    fetch: async (url, now) => {
      const response = await browse(bucket, url, now);
      return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
    },
    close: () => bucket.close(),
  };
});

describe("blobs on S3", () => {
  let bucket: Bucket;
  let blobs: S3Blobs;
  beforeEach(async () => {
    bucket = await startBucket();
    blobs = new S3Blobs(bucket.client, bucket.name, clock);
    await blobs.put("acme/clip.mp4", { bytes: new Uint8Array([1, 2, 3]), type: "video/mp4" });
  });
  afterEach(() => bucket.close());

  it("are put again when somebody else was writing at the same moment", async () => {
    bucket.refuse = 409;
    expect(await blobs.put("acme/new", { bytes: new Uint8Array(1), type: "image/png" })).toBe(true);
    bucket.refuse = 409;
    expect(await blobs.put("acme/new", { bytes: new Uint8Array(2), type: "image/png" })).toBe(false);
  });

  it("fail when S3 does, instead of looking free or absent", async () => {
    bucket.now = () => Date.now() + 3_600_000;
    await expect(blobs.get("acme/clip.mp4")).rejects.toThrow();
    await expect(blobs.put("acme/new", { bytes: new Uint8Array(1), type: "image/png" })).rejects.toThrow();
  });

  it.each<[string, (url: string) => string]>([
    ["a longer life", (url) => url.replace(/X-Amz-Expires=\d+/, "X-Amz-Expires=604800")],
    ["another object", (url) => url.replace("clip", "face")],
    ["another signature", (url) => url.replace(/X-Amz-Signature=..../, "X-Amz-Signature=0000")],
    ["no signature", (url) => url.replace(/&X-Amz-Signature=[0-9a-f]+/, "")],
    ["another answer's type", (url) => `${url}&response-content-type=text%2Fhtml`],
  ])("are not read through an address with %s", async (_, forge) => {
    const url = await blobs.url("acme/clip.mp4", Date.now() + 60_000);
    expect((await browse(bucket, url)).status).toBe(200);
    expect(forge(url)).not.toBe(url);
    expect((await browse(bucket, forge(url))).status).toBe(403);
  });

  it("are read through no address that has expired already, and through none for longer than S3 allows", async () => {
    const past = await blobs.url("acme/clip.mp4", Date.now() - 60_000);
    expect((await browse(bucket, past)).status).toBe(403);
    await expect(blobs.url("acme/clip.mp4", Date.now() + 8 * 86_400_000)).rejects.toThrow(
      /691200 s, must be at most 604800 s/,
    );
  });
});

/** The examples in Amazon S3's API reference, "Signature Calculations for the Authorization Header" and "… Query Parameters". */
describe("the bucket's reading of signatures", () => {
  const secret = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
  const at = Date.UTC(2013, 4, 24);
  const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const request = (
    method: string,
    url: string,
    more: Record<string, string>,
    signature: string,
    text = "",
  ): SignedRequest => {
    const headers: Record<string, string> = {
      host: "examplebucket.s3.amazonaws.com",
      "x-amz-content-sha256": EMPTY,
      "x-amz-date": "20130524T000000Z",
      ...more,
    };
    const names = Object.keys(headers).sort().join(";");
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${secret.accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${names},Signature=${signature}`;
    return { method, url, headers, body: Buffer.from(text) };
  };
  const examples: [string, SignedRequest][] = [
    [
      "GET object",
      request(
        "GET",
        "/test.txt",
        { range: "bytes=0-9" },
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
      ),
    ],
    [
      "PUT object",
      request(
        "PUT",
        "/test%24file.text",
        {
          date: "Fri, 24 May 2013 00:00:00 GMT",
          "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
          "x-amz-storage-class": "REDUCED_REDUNDANCY",
        },
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        "Welcome to Amazon S3.",
      ),
    ],
    [
      "GET bucket lifecycle",
      request("GET", "/?lifecycle", {}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    ],
    [
      "GET bucket (list objects)",
      request("GET", "/?max-keys=2&prefix=J", {}, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
    [
      "presigned GET object",
      {
        method: "GET",
        url: "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        headers: { host: "examplebucket.s3.amazonaws.com" },
        body: Buffer.alloc(0),
      },
    ],
  ];

  it.each(examples)("takes AWS's example: %s", (_, example) => {
    expect(unsigned(example, secret, at)).toBeUndefined();
  });

  it.each(examples)("refuses it with another host, secret, or time: %s", (_, example) => {
    const elsewhere = { ...example, headers: { ...example.headers, host: "evil.example" } };
    expect(unsigned(elsewhere, secret, at)).toBe("SignatureDoesNotMatch");
    expect(unsigned(example, { ...secret, secretAccessKey: "x" }, at)).toBe("SignatureDoesNotMatch");
    expect(unsigned(example, secret, at + 90_000_000)).toMatch(/expired|Skewed/);
    expect(unsigned({ ...example, method: "DELETE" }, secret, at)).toBe("SignatureDoesNotMatch");
  });
});
