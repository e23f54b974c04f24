import type { OutgoingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type WebSocket, WebSocketServer } from "ws";
import type { Told } from "../core/push.ts";
import type { Who } from "../core/sessions.ts";
import { maySee } from "../core/sight.ts";
import type { RouteKey } from "./contract.ts";
import { contract } from "./contract.ts";
import { ApiFailure } from "./failure.ts";
import type { Guard } from "./guard.ts";
import type { Handlers } from "./handler.ts";
import type { ApiOptions, ApiPorts } from "./ports.ts";

type Key = Extract<RouteKey, "GET /api/live" | "GET /api/live/socket">;

const MOST_LISTENERS = 1_000;
const MOST_OF_ONE = 20;
/** Also without a change, so that a dead connection is noticed, and a session that has ended. */
const PERIOD_MS = 15_000;
/** Bytes waiting for a listener that does not read; it is cut off, comes again and goes on where it was. */
const LOST_BYTES = 512_000;

/** The other end of a stream, whatever carries it. */
interface Line {
  tell(event: "change" | "reset", data: object, cursor?: string): void;
  /** Something to see that nobody is gone. */
  beat(): void;
  readonly waiting: number;
  close(): void;
}

/**
 * What changes, told to whoever may see it, in order. Who comes with the cursor of the last thing heard hears what came since; who
 * comes without, or too late, first hears `reset`: read everything afresh.
 */
export class Live {
  readonly #ports: ApiPorts;
  readonly #guard: Guard;
  readonly #streams: boolean;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 1_024, clientTracking: false });
  /** Lines with the user that each belongs to. */
  readonly #lines = new Map<Line, string>();

  constructor({ ports, streams = true }: ApiOptions, guard: Guard) {
    this.#ports = ports;
    this.#guard = guard;
    this.#streams = streams;
  }

  readonly handlers: Handlers<Key> = {
    "GET /api/live": async ({ query, who, request, reply }) => {
      this.#mustHaveRoom(who);
      const last = request.headers["last-event-id"];
      const after = query.after ?? (typeof last === "string" && last !== "" ? last.slice(0, 400) : undefined);
      this.#attach(events(reply), request, who, after, (gone) => reply.raw.on("close", gone));
    },
    "GET /api/live/socket": async () => {
      throw new ApiFailure("refused", "this is a WebSocket; ask for an upgrade (RFC 6455)");
    },
  };

  /** A request for a WebSocket, which comes past fastify. */
  async upgrade(request: FastifyRequest["raw"], socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    try {
      const url = URL.parse(request.url ?? "", "http://cloud");
      const query = contract["GET /api/live/socket"].query.safeParse(Object.fromEntries(url?.searchParams ?? []));
      if (url?.pathname !== "/api/live/socket") return refuse(socket, "404 Not Found");
      if (!query.success) return refuse(socket, "400 Bad Request");
      if (!this.#guard.isOwnPage(request)) return refuse(socket, "403 Forbidden");
      const who = await this.#guard.recognise(request);
      if (!who) return refuse(socket, "401 Unauthorized");
      if (who.mustChangePassword) return refuse(socket, "403 Forbidden");
      this.#mustHaveRoom(who);
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on("error", () => webSocket.terminate());
        this.#attach(messages(webSocket), request, who, query.data.after, (gone) => webSocket.on("close", gone));
      });
    } catch {
      refuse(socket, "503 Service Unavailable");
    }
  }

  close(): void {
    for (const line of this.#lines.keys()) line.close();
  }

  #mustHaveRoom({ tenant, user }: Who): void {
    if (!this.#streams)
      throw new ApiFailure("refused", "answers cannot stay open here; listen at the cloud's WebSocket address");
    const own = `${tenant}/${user}`;
    const ofOne = [...this.#lines.values()].filter((one) => one === own).length;
    if (this.#lines.size >= MOST_LISTENERS || ofOne >= MOST_OF_ONE)
      throw new ApiFailure("busy", "too many live pages are open; close one");
  }

  #attach(
    line: Line,
    request: Pick<FastifyRequest, "headers">,
    who: Who,
    after: string | undefined,
    onGone: (gone: () => void) => void,
  ): void {
    this.#lines.set(line, `${who.tenant}/${who.user}`);
    if (after === undefined) line.tell("reset", {});
    // One after the other: looking at what a change is about must not change their order.
    let last = Promise.resolve();
    const hear = (told: Told | "reset") => {
      last = last.then(() => this.#tell(line, who, told)).catch(() => line.close());
    };
    const unsubscribe = this.#ports.push.subscribe(who.tenant, hear, after);
    const beat = setInterval(() => void this.#beat(line, request), PERIOD_MS);
    beat.unref();
    onGone(() => {
      clearInterval(beat);
      unsubscribe();
      this.#lines.delete(line);
    });
  }

  async #tell(line: Line, who: Who, told: Told | "reset"): Promise<void> {
    if (told === "reset") return line.tell("reset", {});
    if (line.waiting > LOST_BYTES) return line.close();
    const { kind, id, cursor } = told;
    if (await maySee(this.#ports, who, told)) line.tell("change", { kind, id, cursor }, cursor);
  }

  async #beat(line: Line, request: Pick<FastifyRequest, "headers">): Promise<void> {
    const who = await this.#guard.recognise(request).catch(() => undefined);
    if (who && line.waiting <= LOST_BYTES) line.beat();
    else line.close();
  }
}

function events(reply: FastifyReply): Line {
  reply.hijack();
  const { raw } = reply;
  const headers = reply.getHeaders() as OutgoingHttpHeaders;
  raw.on("error", () => raw.destroy());
  raw.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" });
  return {
    tell: (event, data, cursor) => {
      raw.write(`${cursor === undefined ? "" : `id: ${cursor}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    beat: () => {
      raw.write(": \n\n");
    },
    get waiting() {
      return raw.writableLength;
    },
    close: () => {
      raw.destroy();
    },
  };
}

function messages(socket: WebSocket): Line {
  return {
    tell: (event, data) => socket.send(JSON.stringify({ event, ...data })),
    beat: () => socket.ping(),
    get waiting() {
      return socket.bufferedAmount;
    },
    close: () => socket.terminate(),
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
