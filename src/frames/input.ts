import { fileURLToPath } from "node:url";
import type { CameraConfig } from "../config/schema.ts";
import { readSecret } from "../config/secret.ts";
import { UsageError } from "../lib/failure.ts";

/** What libav, in this process or in a child, is told to open. */
export interface Input {
  kind: "rtsp" | "file" | "v4l2";
  /** With user and password; never shown. */
  url: string;
  /** The same without user and password, for people. */
  shown: string;
  /** libav's name of the container or device, where it must not guess. */
  format?: string;
  /** libav demuxer options. */
  options: Record<string, string>;
  /** How long opening may take, ms. */
  openMs: number;
}

const OPEN_MS = 5000;
/** libav gives times in microseconds. */
const US_PER_MS = 1000;
/** UDP packets that come in the wrong order are waited for this long; TCP needs no waiting. */
const REORDER_MS = 50;

/** Translates a camera's settings to libav's. Throws UsageError when a secret cannot be read or the URL is no URL. */
export function inputOf(camera: CameraConfig): Input {
  const key = `cameras.${camera.name}.url`;
  if (!URL.canParse(camera.url)) throw new UsageError(`${key}: ${camera.url} is no URL; correct it`);
  const url = new URL(camera.url);
  switch (url.protocol) {
    case "rtsp:":
    case "rtsps:":
      return rtsp(camera, url);
    case "file:":
      if (url.host !== "")
        throw new UsageError(`${key}: ${camera.url} names a host; write file:///path with three slashes`);
      return { kind: "file", url: fileURLToPath(url), shown: camera.url, options: {}, openMs: OPEN_MS };
    case "v4l2:":
      return { kind: "v4l2", url: url.pathname, shown: camera.url, format: "v4l2", options: {}, openMs: OPEN_MS };
    default:
      throw new UsageError(`${key}: ${url.protocol}// is not supported; use rtsp://, rtsps://, file:// or v4l2://`);
  }
}

function rtsp(camera: CameraConfig, url: URL): Input {
  const options: Record<string, string> = {
    rtsp_transport: camera.transport,
    allowed_media_types: "video",
    timeout: String(OPEN_MS * US_PER_MS),
  };
  if (url.protocol === "rtsps:") {
    // Interleaved in the TLS connection: UDP would carry the pictures in the clear.
    options.rtsp_transport = "tcp";
    options.tls_verify = "1";
    options.ca_file = camera.ca ?? SYSTEM_CA;
  } else if (camera.transport === "udp") {
    options.max_delay = String(REORDER_MS * US_PER_MS);
    // A key frame of 1080p arrives as one burst, which the kernel's default buffer (208 KiB) does not hold.
    options.buffer_size = String(2 ** 20);
  }
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  if (camera.user !== undefined) url.username = encodeURIComponent(camera.user);
  if (camera.password !== undefined)
    url.password = encodeURIComponent(readSecret(camera.password, `cameras.${camera.name}.password`));
  return { kind: "rtsp", url: url.href, shown: shown.href, format: "rtsp", options, openMs: OPEN_MS };
}

/** The certificates that Debian and its kin trust. */
const SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt";
