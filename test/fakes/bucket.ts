import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { S3Client } from "@aws-sdk/client-s3";
import { CREDENTIALS } from "./dynoxide.ts";
import { unsigned } from "./sigv4.ts";

/**
 * A bucket of our own that speaks as much of S3 as the adapter does: PUT (`If-None-Match: *`), GET and DELETE of one object,
 * every signature and checksum verified. It is not S3: no server that npm or Debian has is both right about signatures and able to
 * write once.
 */
export interface Bucket {
  readonly name: string;
  readonly endpoint: string;
  readonly client: S3Client;
  /** Its clock, ms since 1970; follows the real one until it is set. */
  now: () => number;
  /** The next PUT gets this status, once. */
  refuse: number | undefined;
  close(): Promise<void>;
}

export async function startBucket(): Promise<Bucket> {
  const name = "spotter-clips";
  const objects = new Map<string, { bytes: Buffer; type: string }>();
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new S3Client({
    endpoint,
    region: "eu-central-1",
    credentials: CREDENTIALS,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  const bucket: Bucket = {
    name,
    endpoint,
    client,
    now: () => Date.now(),
    refuse: undefined,
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    const body = await buffer(request);
    const headers = request.headers as Record<string, string>;
    const refuse = (status: number, code: string) =>
      response.writeHead(status, { "content-type": "application/xml" }).end(`<Error><Code>${code}</Code></Error>`);
    const fault = unsigned({ method, url, headers, body }, CREDENTIALS, bucket.now());
    if (fault !== undefined) return void refuse(403, fault);
    const path = decodeURIComponent(new URL(url, "http://host").pathname);
    if (!path.startsWith(`/${name}/`)) return void refuse(404, "NoSuchBucket");
    if (method === "PUT") {
      const refused = bucket.refuse;
      bucket.refuse = undefined;
      if (refused !== undefined) return void refuse(refused, "ConditionalRequestConflict");
      if (headers["content-length"] === undefined) return void refuse(411, "MissingContentLength");
      if (headers["if-none-match"] === "*" && objects.has(path)) return void refuse(412, "PreconditionFailed");
      objects.set(path, { bytes: body, type: headers["content-type"] ?? "binary/octet-stream" });
      response.end();
    } else if (method === "GET") {
      const object = objects.get(path);
      if (!object) return void refuse(404, "NoSuchKey");
      response.writeHead(200, { "content-type": object.type, "content-length": object.bytes.length });
      response.end(object.bytes);
    } else if (method === "DELETE") {
      objects.delete(path);
      response.writeHead(204).end();
    } else refuse(405, "MethodNotAllowed");
  }
  return bucket;
}
