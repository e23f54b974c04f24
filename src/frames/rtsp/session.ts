import type { Address } from "./address.ts";
import { hostOf, isSecure } from "./address.ts";
import { Connection } from "./connection.ts";
import type { Reply } from "./message.ts";
import { Refusal, refused } from "./refusal.ts";
import { type Description, parseSdp, type Video } from "./sdp.ts";
import { readTransport } from "./transport.ts";
import { UdpPorts } from "./udp.ts";

const MOST_REDIRECTS = 3;
/** RFC 2326 section 12.37. */
const SESSION_S = 60;
/** Routers forget a quiet connection sooner than some cameras do. */
const LONGEST_PAUSE_MS = 30_000;
const SHORTEST_PAUSE_MS = 500;

export interface SessionEvents {
  /** RTP and RTCP packets: `bytes` from `start` to `end`; valid during the call. */
  rtp(bytes: Buffer, start: number, end: number): void;
  rtcp(bytes: Buffer, start: number, end: number): void;
  /** The camera has gone. */
  lost(why: Refusal): void;
}

/**
 * A camera's stream by RTSP 1.0 (RFC 2326): OPTIONS, DESCRIBE, SETUP and PLAY of the first video, a sign of life within half
 * the time after which the camera would forget it, TEARDOWN. Time limits are the caller's: closing ends every wait.
 */
export class Session {
  readonly description: Description;
  readonly #connection: Connection;
  readonly #events: SessionEvents;
  readonly #address: Address;
  readonly #base: string;
  readonly #signOfLife: string;
  /** Interleaved channels of RTP and RTCP. */
  #channels: readonly [number, number] | undefined;
  #ports: UdpPorts | undefined;
  #id: string | undefined;
  #alive: NodeJS.Timeout | undefined;
  #asking = false;

  private constructor(
    connection: Connection,
    address: Address,
    options: Reply,
    described: Reply,
    url: string,
    events: SessionEvents,
  ) {
    this.#connection = connection;
    this.#address = address;
    this.#events = events;
    this.description = parseSdp(described.body);
    this.#base = described.fields.get("Content-Base") ?? described.fields.get("Content-Location") ?? url;
    this.#signOfLife = /\bGET_PARAMETER\b/.test(options.fields.get("Public") ?? "") ? "GET_PARAMETER" : "OPTIONS";
  }

  /** Connects and asks what the camera sends. Rejects with Refusal, also when `signal` aborts. */
  static async open(address: Address, events: SessionEvents, signal: AbortSignal): Promise<Session> {
    let url = address.url;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      let session: Session | undefined;
      const connection = await Connection.open(
        url,
        address,
        {
          packet: (channel, bytes, start, end) => session?.interleaved(channel, bytes, start, end),
          lost: (why) => events.lost(why),
        },
        signal,
      );
      const close = () => connection.close();
      signal.addEventListener("abort", close);
      try {
        const options = await connection.request("OPTIONS", url.href);
        const described = await connection.request("DESCRIBE", url.href, { Accept: "application/sdp" });
        if (described.status >= 300 && described.status < 400) {
          url = redirected(url, described);
          connection.close();
          continue;
        }
        if (described.status !== 200) throw refused("DESCRIBE", described);
        session = new Session(connection, address, options, described, url.href, events);
        return session;
      } catch (error) {
        connection.close();
        throw error;
      } finally {
        signal.removeEventListener("abort", close);
      }
    }
    throw new Refusal(`more than ${MOST_REDIRECTS} redirections`, "refused");
  }

  /** Starts the video. Rejects with Refusal. */
  async play(video: Video): Promise<void> {
    const connection = this.#connection;
    const url = resolve(this.#base, video.control);
    const transport = await this.#offer();
    const setUp = await connection.request("SETUP", url, { Transport: transport });
    if (setUp.status !== 200) throw refused("SETUP", setUp);
    // "Session: 12345678;timeout=60"
    const [, id = "", timeout] =
      /^([^;\s]+)(?:.*;\s*timeout\s*=\s*(\d{1,6}))?/.exec(setUp.fields.get("Session") ?? "") ?? [];
    this.#id = id;
    const chosen = readTransport(setUp.fields.get("Transport") ?? "");
    if (this.#ports) this.#ports.expect(chosen.source ?? connection.ends.there, chosen.serverPorts);
    else this.#channels = chosen.channels ?? [0, 1];

    const all = resolve(this.#base, this.description.control ?? "*");
    const played = await connection.request("PLAY", all, { ...this.#fields(), Range: "npt=0.000-" });
    if (played.status !== 200) throw refused("PLAY", played);
    const pause = ((Number(timeout) || SESSION_S) * 1000) / 2;
    this.#alive = setInterval(
      () => this.#keepAlive(all),
      Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, pause)),
    );
  }

  /** Takes in interleaved data. */
  interleaved(channel: number, bytes: Buffer, start: number, end: number): void {
    if (channel === this.#channels?.[0]) this.#events.rtp(bytes, start, end);
    else if (channel === this.#channels?.[1]) this.#events.rtcp(bytes, start, end);
  }

  /** Says good-bye if there is anybody, and closes. */
  close(): void {
    clearInterval(this.#alive);
    if (this.#id !== undefined)
      this.#connection.tell("TEARDOWN", resolve(this.#base, this.description.control ?? "*"), this.#fields());
    this.#ports?.close();
    this.#ports = undefined;
    this.#connection.close();
  }

  async #offer(): Promise<string> {
    if (this.#address.transport === "tcp") return "RTP/AVP/TCP;unicast;interleaved=0-1";
    this.#ports = await UdpPorts.open(this.#connection.ends.here, this.#events);
    const [rtp, rtcp] = this.#ports.numbers;
    return `RTP/AVP;unicast;client_port=${rtp}-${rtcp}`;
  }

  #fields(): Record<string, string> {
    return this.#id ? { Session: this.#id } : {};
  }

  /** What the camera answers does not matter: whether it is there, the pictures tell. */
  #keepAlive(url: string): void {
    if (this.#asking) return;
    this.#asking = true;
    this.#connection.request(this.#signOfLife, url, this.#fields()).then(
      () => {
        this.#asking = false;
      },
      () => {},
    );
  }
}

/**
 * A control attribute as a URL (RFC 2326 section C.1.1). Relative ones are appended, as cameras mean it, not resolved by
 * RFC 3986, which would replace the last part of a base without a slash at its end.
 */
export function resolve(base: string, control: string | undefined): string {
  if (control === undefined || control === "" || control === "*") return base;
  const whole = /^rtsps?:\/\//i.test(control) ? control : `${base}${base.endsWith("/") ? "" : "/"}${control}`;
  return whole.replaceAll(/\s/g, "%20");
}

/** Where a redirecting reply points to; never from an encrypted connection to an open one. */
function redirected(from: URL, reply: Reply): URL {
  const location = reply.fields.get("Location") ?? "";
  const to = URL.canParse(location) ? new URL(location) : undefined;
  if (!to || !/^rtsps?:$/.test(to.protocol) || hostOf(to) === "" || (isSecure(from) && !isSecure(to)))
    throw new Refusal(`it redirects to ${location || "nowhere"}`, "refused");
  to.username = "";
  to.password = "";
  return to;
}
