import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, getCACertificates } from "node:tls";
import { type Address, hostOf, isSecure, portOf } from "./address.ts";
import { Login } from "./login.ts";
import { composeReply, composeRequest, type Head, type Inquiry, type Reply } from "./message.ts";
import { Refusal, unreachable } from "./refusal.ts";
import { GarbledError, Splitter } from "./splitter.ts";

const READ = 64 * 1024;
/** Requests and replies of ours that a camera has not fetched; more means that it does not read. */
const MOST_UNSENT = 64 * 1024;
/** How long the last words may take. */
const FAREWELL_MS = 200;
const AGENT = "Spotter";

export interface ConnectionEvents {
  /** Interleaved data: `bytes` from `start` to `end`; valid during the call. */
  packet(channel: number, bytes: Buffer, start: number, end: number): void;
  /** The connection is over though nobody closed it. */
  lost(why: Refusal): void;
}

interface Awaited {
  sequence: string;
  resolve: (reply: Reply) => void;
  reject: (why: Refusal) => void;
}

/** A TCP or TLS connection to an RTSP camera: requests and their replies, log-in, and interleaved data. */
export class Connection {
  readonly #socket: Socket;
  readonly #login: Login;
  readonly #events: ConnectionEvents;
  readonly #splitter: Splitter;
  readonly #awaited: Awaited[] = [];
  #sequence = 0;
  #over: Refusal | undefined;

  private constructor(socket: Socket, login: Login, events: ConnectionEvents) {
    this.#socket = socket;
    this.#login = login;
    this.#events = events;
    this.#splitter = new Splitter({
      packet: (channel, bytes, start, end) => {
        if (!this.#over) events.packet(channel, bytes, start, end);
      },
      message: (head, body) => this.#heard(head, body),
    });
    socket.on("error", (error) => this.#end(unreachable(error)));
    socket.on("close", () => this.#end(new Refusal("closed by the other side", "unreachable")));
  }

  /** Connects to `url`, which is the address's own or one it redirects to. Rejects with Refusal; aborting ends the attempt. */
  static async open(url: URL, address: Address, events: ConnectionEvents, signal: AbortSignal): Promise<Connection> {
    if (signal.aborted) throw new Refusal("closed", "unreachable");
    // The password is for the configured host alone.
    const same = url.host === address.url.host;
    const login = new Login(same ? address.user : "", same ? address.password : "");
    // One piece of memory for every read; what is kept of it is copied.
    let connection: Connection | undefined;
    const onread = {
      buffer: Buffer.allocUnsafeSlow(READ),
      callback: (length: number, bytes: Uint8Array) => {
        connection?.received(bytes as Buffer, length);
        return true;
      },
    };
    const to = { host: hostOf(url), port: portOf(url), noDelay: true, onread };
    const socket = isSecure(url)
      ? connectTls({ ...to, ...nameOf(to.host), ca: address.ca ?? getCACertificates("system") })
      : connectTcp(to);
    const opened = new Connection(socket, login, events);
    connection = opened;
    const abort = () => socket.destroy();
    signal.addEventListener("abort", abort);
    try {
      await opened.#connected(isSecure(url) ? "secureConnect" : "connect");
    } finally {
      signal.removeEventListener("abort", abort);
    }
    return opened;
  }

  /** The camera's and this device's end of the connection; the address of the camera is where UDP comes from. */
  get ends(): { here: string; there: string } {
    return { here: this.#socket.localAddress ?? "", there: this.#socket.remoteAddress ?? "" };
  }

  /** Sends a request and logs in if asked to. Rejects with Refusal when the connection ends first; it has no time limit. */
  async request(method: string, url: string, fields: Record<string, string> = {}): Promise<Reply> {
    let asked = 0;
    for (;;) {
      const reply = await this.#ask(method, url, { ...this.#login.answer(method, url), ...fields });
      if (reply.status !== 401) return reply;
      const learned = this.#login.learn(reply.fields.all("WWW-Authenticate"));
      asked += 1;
      // Asking on with a wrong password would lock the user out at many cameras.
      if (learned === "none" || asked > (learned === "stale" ? 2 : 1)) return reply;
    }
  }

  /** Sends a request whose reply nobody waits for. */
  tell(method: string, url: string, fields: Record<string, string>): void {
    this.#write(composeRequest(method, url, { ...this.#head(), ...this.#login.answer(method, url), ...fields }));
  }

  /** Takes in what was read. */
  received(bytes: Buffer, length: number): void {
    if (this.#over) return;
    try {
      this.#splitter.push(bytes, length);
    } catch (error) {
      if (!(error instanceof GarbledError)) throw error;
      this.#end(new Refusal(`it sent ${error.message}`, "no camera"));
    }
  }

  /** Ends it once what was written is sent. */
  close(): void {
    const socket = this.#socket;
    this.#over ??= new Refusal("closed", "unreachable");
    this.#refuseAwaited(this.#over);
    const impatient = setTimeout(() => socket.destroy(), FAREWELL_MS);
    socket.once("close", () => clearTimeout(impatient));
    socket.destroySoon();
  }

  #connected(event: "connect" | "secureConnect"): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#awaited.push({ sequence: "", resolve: () => resolve(), reject });
      this.#socket.once(event, () => {
        this.#awaited.length = 0;
        resolve();
      });
    });
  }

  #ask(method: string, url: string, fields: Record<string, string>): Promise<Reply> {
    if (this.#over) return Promise.reject(this.#over);
    const head = this.#head();
    return new Promise((resolve, reject) => {
      this.#awaited.push({ sequence: head.CSeq, resolve, reject });
      this.#write(composeRequest(method, url, { ...head, ...fields }));
    });
  }

  #head() {
    this.#sequence += 1;
    return { CSeq: String(this.#sequence), "User-Agent": AGENT };
  }

  #write(text: string): void {
    if (this.#over) return;
    this.#socket.write(text);
    if (this.#socket.writableLength > MOST_UNSENT) this.#end(new Refusal("it does not read", "unreachable"));
  }

  #heard(head: Head, body: string): void {
    if (this.#over) return;
    if (head.kind === "inquiry") {
      this.#answer(head);
      return;
    }
    // Replies come in order (RFC 2326 section 1.4), and some cameras forget the number.
    const sequence = head.fields.get("CSeq");
    const index = sequence === undefined ? 0 : this.#awaited.findIndex((one) => one.sequence === sequence);
    const [awaited] = index < 0 ? [] : this.#awaited.splice(index, 1);
    awaited?.resolve({ status: head.status, reason: head.reason, fields: head.fields, body });
  }

  /** A camera may ask whether somebody is there (RFC 2326 sections 10.1 and 10.8); nothing else is done for it. */
  #answer({ method, fields }: Inquiry): void {
    const known = method === "OPTIONS" || method === "GET_PARAMETER";
    this.#write(composeReply(known ? "200 OK" : "501 Not Implemented", { CSeq: fields.get("CSeq") ?? "0" }));
  }

  #end(why: Refusal): void {
    if (this.#over) return;
    this.#over = why;
    this.#socket.destroy();
    this.#refuseAwaited(why);
    this.#events.lost(why);
  }

  #refuseAwaited(why: Refusal): void {
    for (const { reject } of this.#awaited.splice(0)) reject(why);
  }
}

/** RFC 6066 section 3: the name that is sent must not be an IP address. */
function nameOf(host: string): { servername?: string } {
  return isIP(host) ? {} : { servername: host };
}
