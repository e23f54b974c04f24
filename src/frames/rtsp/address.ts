import type { CameraConfig } from "../../config/schema.ts";
import { readPem } from "../../lib/pem.ts";
import type { Input } from "../input.ts";

/** Where a camera is and how it is spoken to. */
export interface Address {
  /** Without user and password. */
  url: URL;
  user: string;
  password: string;
  /** CA certificates (PEM) that it must chain to; undefined for the system's. */
  ca: string | undefined;
  transport: "tcp" | "udp";
}

/** The ports that `rtsp:` and `rtsps:` mean when none is written (RFC 7826 section 19.1). */
const PORTS: Record<string, number> = { "rtsp:": 554, "rtsps:": 322 };

/** Throws UsageError when the CA file cannot be read. */
export function addressOf(camera: CameraConfig, input: Input): Address {
  const { username, password, protocol } = new URL(input.url);
  const secure = protocol === "rtsps:";
  return {
    url: new URL(input.shown),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ca: secure && camera.ca !== undefined ? readPem(camera.ca, `cameras.${camera.name}.ca`) : undefined,
    // Interleaved in the TLS connection: UDP would carry the pictures in the clear.
    transport: secure ? "tcp" : camera.transport,
  };
}

export function isSecure(url: URL): boolean {
  return url.protocol === "rtsps:";
}

/** The name or address to connect to; IPv6 without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

export function portOf(url: URL): number {
  return Number(url.port) || (PORTS[url.protocol] as number);
}
