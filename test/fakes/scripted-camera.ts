import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { EventEmitter, once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A request as it came. */
export interface Asked {
  method: string;
  url: string;
  /** By name in lower case. */
  fields: Record<string, string>;
}

/** What the camera says instead of its usual answer: status line after the version, further fields, a body. */
export interface Answer {
  status?: string;
  fields?: Record<string, string>;
  body?: string;
}

export interface Script {
  /** The session description's lines for the video; H.264 if none are given. */
  video?: string[];
  /** The answer to a request, if it is to be another than usual. */
  answer?: (asked: Asked) => Answer | undefined;
  /** Called when PLAY was answered. */
  played?: (camera: ScriptedCamera) => void;
}

export const H264 = [
  "m=video 0 RTP/AVP 96",
  "a=rtpmap:96 H264/90000",
  "a=fmtp:96 packetization-mode=1",
  "a=control:track1",
];
export const H265 = ["m=video 0 RTP/AVP 96", "a=rtpmap:96 H265/90000", "a=control:track1"];

/** An RTSP camera that says and sends exactly what a test tells it to. Emits `asked` with each request. */
export class ScriptedCamera extends EventEmitter<{ asked: [Asked]; left: [] }> {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #script: Script;
  #socket: Socket | undefined;
  #udp: UdpSocket | undefined;
  #clientPort = 0;

  private constructor(script: Script) {
    super();
    this.#script = script;
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  static async listen(script: Script = {}): Promise<ScriptedCamera> {
    const camera = new ScriptedCamera(script);
    camera.#server.listen(0, "127.0.0.1");
    await once(camera.#server, "listening");
    return camera;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `rtsp://127.0.0.1:${this.port}/cam`;
  }

  /** Sends RTP packets on channel 0 or by UDP. */
  send(...packets: Buffer[]): void {
    for (const packet of packets) {
      if (this.#udp) this.#udp.send(packet, this.#clientPort, "127.0.0.1");
      else this.write(Buffer.from([0x24, 0, packet.length >> 8, packet.length & 0xff]), packet);
    }
  }

  /** Sends RTCP packets on channel 1. */
  report(...packets: Buffer[]): void {
    for (const packet of packets) this.write(Buffer.from([0x24, 1, packet.length >> 8, packet.length & 0xff]), packet);
  }

  /** Sends packets to the client's UDP port from another address of this machine; resolves when they are on their way. */
  async forge(address: string, ...packets: Buffer[]): Promise<void> {
    const stranger = createSocket("udp4");
    stranger.bind(0, address);
    await once(stranger, "listening");
    for (const packet of packets)
      await new Promise<void>((sent) => stranger.send(packet, this.#clientPort, "127.0.0.1", () => sent()));
    stranger.close();
  }

  /** Writes bytes into the connection as they are. */
  write(...bytes: Buffer[]): void {
    this.#socket?.write(Buffer.concat(bytes));
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    this.#udp?.close();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: Socket): void {
    this.#socket = socket;
    let text = "";
    socket.on("error", () => {});
    socket.on("close", () => this.emit("left"));
    socket.on("data", (data) => {
      text += data.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        void this.#answer(socket, text.slice(0, end));
        text = text.slice(end + 4);
      }
    });
  }

  async #answer(socket: Socket, head: string): Promise<void> {
    const [first = "", ...lines] = head.split("\r\n");
    // Its own requests are answered too.
    if (first.startsWith("RTSP/")) return;
    const [method = "", url = ""] = first.split(" ");
    const fields = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    const asked = { method, url, fields };
    this.asked.push(asked);
    const answer = { ...(await this.#usual(asked)), ...this.#script.answer?.(asked) };
    const body = answer.body ?? "";
    const said = { CSeq: fields.cseq, ...answer.fields, ...(body ? { "Content-Length": String(body.length) } : {}) };
    const written = Object.entries(said).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`RTSP/1.0 ${answer.status ?? "200 OK"}\r\n${written.join("")}\r\n${body}`);
    this.emit("asked", asked);
    if (method === "PLAY" && (answer.status ?? "200").startsWith("200")) this.#script.played?.(this);
  }

  async #usual({ method, url, fields }: Asked): Promise<Answer> {
    switch (method) {
      case "OPTIONS":
        return { fields: { Public: "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER" } };
      case "DESCRIBE": {
        const lines = [
          "v=0",
          "o=- 0 0 IN IP4 127.0.0.1",
          "s=test",
          "t=0 0",
          "a=control:*",
          ...(this.#script.video ?? H264),
        ];
        return {
          fields: { "Content-Base": `${url}/`, "Content-Type": "application/sdp" },
          body: `${lines.join("\r\n")}\r\n`,
        };
      }
      case "SETUP": {
        const [, port] = /client_port=(\d+)/.exec(fields.transport ?? "") ?? [];
        const session = { Session: "77;timeout=60" };
        if (!port) return { fields: { Transport: "RTP/AVP/TCP;unicast;interleaved=0-1", ...session } };
        this.#clientPort = Number(port);
        this.#udp = createSocket("udp4");
        this.#udp.bind(0, "127.0.0.1");
        await once(this.#udp, "listening");
        const own = this.#udp.address().port;
        return { fields: { Transport: `${fields.transport};server_port=${own}-${own + 1}`, ...session } };
      }
      default:
        return {};
    }
  }
}
