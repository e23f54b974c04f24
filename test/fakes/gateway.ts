import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { ApiGatewayManagementApiClient } from "@aws-sdk/client-apigatewaymanagementapi";
import { type WebSocket, WebSocketServer } from "ws";
import { CREDENTIALS } from "./dynoxide.ts";

/** What API Gateway hands to the function behind a WebSocket API, as far as ours look at it. */
export interface SocketEvent {
  readonly requestContext: { readonly routeKey: "$connect" | "$disconnect"; readonly connectionId: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
}

/**
 * API Gateway's WebSocket API, as far as this cloud uses it: asks a handler at `$connect` and lets in by its status, tells it of
 * `$disconnect`, and posts to connections at `/@connections/{id}`. Ours, on real WebSockets; not Amazon's.
 */
export interface Gateway {
  /** `ws://`, for browsers. */
  readonly url: string;
  /** `http://`, for functions. */
  readonly endpoint: string;
  readonly client: ApiGatewayManagementApiClient;
  close(): Promise<void>;
}

export async function startGateway(handle: (event: SocketEvent) => Promise<{ statusCode: number }>): Promise<Gateway> {
  const sockets = new Map<string, WebSocket>();
  const upgrades = new WebSocketServer({ noServer: true });
  const server = createServer(async (request, response) => {
    const [, id = ""] = /^\/@connections\/(.+)$/.exec(decodeURIComponent(request.url ?? "")) ?? [];
    const text = await buffer(request);
    const socket = sockets.get(id);
    if (request.method === "POST" && socket) socket.send(text.toString(), () => response.end());
    else response.writeHead(410, { "x-amzn-errortype": "GoneException" }).end();
  });
  server.on("upgrade", async (request: IncomingMessage, socket, head) => {
    const connectionId = `${randomBytes(9).toString("base64")}=`;
    const { searchParams } = new URL(request.url ?? "", "ws://host");
    const { statusCode } = await handle({
      requestContext: { routeKey: "$connect", connectionId },
      headers: request.headers as Record<string, string>,
      queryStringParameters: Object.fromEntries(searchParams),
    });
    if (statusCode !== 200) return void socket.end(`HTTP/1.1 ${statusCode} Refused\r\nContent-Length: 0\r\n\r\n`);
    upgrades.handleUpgrade(request, socket, head, (opened) => {
      sockets.set(connectionId, opened);
      opened.on("close", () => {
        sockets.delete(connectionId);
        // API Gateway tells it once, and does not wait for an answer.
        handle({ requestContext: { routeKey: "$disconnect", connectionId } }).catch(() => {});
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoint = `http://${address}`;
  const client = new ApiGatewayManagementApiClient({ endpoint, region: "eu-central-1", credentials: CREDENTIALS });
  return {
    url: `ws://${address}`,
    endpoint,
    client,
    close: async () => {
      client.destroy();
      for (const socket of sockets.values()) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
