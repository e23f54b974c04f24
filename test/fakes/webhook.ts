import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";

export interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real HTTP server that keeps what was posted to it. */
export class Webhook {
  readonly port: number;
  readonly posted: Posted[] = [];
  /** Answers a request; 204 unless a test says otherwise. */
  answer: (response: ServerResponse, nth: number) => void = (response) => response.writeHead(204).end();
  /** So many requests are answered by closing their connection. */
  dropConnections = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as { port: number }).port;
  }

  static async start(): Promise<Webhook> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const webhook = new Webhook(server);
    server.on("request", async (request, response) => {
      if (webhook.dropConnections > 0) {
        webhook.dropConnections -= 1;
        request.socket.resetAndDestroy();
        return;
      }
      let body = "";
      for await (const chunk of request) body += chunk;
      webhook.posted.push({ headers: request.headers, body });
      webhook.answer(response, webhook.posted.length);
    });
    return webhook;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/spotter`;
  }

  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
