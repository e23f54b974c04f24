import {
  AVERROR_DECODER_NOT_FOUND,
  AVERROR_HTTP_FORBIDDEN,
  AVERROR_HTTP_NOT_FOUND,
  AVERROR_HTTP_UNAUTHORIZED,
  AVERROR_INVALIDDATA,
  AVERROR_PROTOCOL_NOT_FOUND,
} from "node-av/constants";
import { FFmpegError } from "node-av/lib";
import type { CameraConfig } from "../config/schema.ts";
import type { Input } from "./input.ts";

/** What keeps a stream from being opened, as far as it changes what a person can do about it. */
export type Trouble = "log-in" | "no such stream" | "no camera" | "transport" | "refused" | "unreachable";

/** A stream could not be opened: the key, the value without its password, the reason and the remedy. */
export function cannotOpen(camera: CameraConfig, input: Input, reason: string, trouble: Trouble): Error {
  return new Error(
    `cameras.${camera.name}.url: ${input.shown} cannot be opened (${reason}); ${remedy(camera, input, trouble)}`,
  );
}

/** The same for a code of libav's. */
export function openFailure(camera: CameraConfig, input: Input, code: number): Error {
  return cannotOpen(camera, input, FFmpegError.strerror(code), troubleOf(code));
}

/** Opening took longer than `ms`. */
export function openTimeout(camera: CameraConfig, input: Input, ms: number, awaited: string): Error {
  return new Error(
    `cameras.${camera.name}.url: ${input.shown} gave no ${awaited} within ${ms} ms; ` +
      "check that the camera is on, its address and port, and any firewall between",
  );
}

function troubleOf(code: number): Trouble {
  switch (code) {
    case AVERROR_HTTP_UNAUTHORIZED:
    case AVERROR_HTTP_FORBIDDEN:
      return "log-in";
    case AVERROR_HTTP_NOT_FOUND:
      return "no such stream";
    case AVERROR_DECODER_NOT_FOUND:
    case AVERROR_INVALIDDATA:
    case AVERROR_PROTOCOL_NOT_FOUND:
      return "no camera";
    default:
      return "unreachable";
  }
}

function remedy(camera: CameraConfig, input: Input, trouble: Trouble): string {
  const key = `cameras.${camera.name}`;
  if (input.kind === "file") return "check that the file exists, is readable and is a video";
  if (input.kind === "v4l2") return "check that the device exists and that this user may read it (group video)";
  switch (trouble) {
    case "log-in":
      return camera.user === undefined
        ? `the camera asks for a log-in: set ${key}.user and ${key}.password`
        : `check ${key}.user and the secret behind ${key}.password`;
    case "no such stream":
      return "the camera has no stream of that name: check the path in its manual";
    case "no camera":
      return "what answers there is no RTSP camera: check address, port and path";
    case "transport":
      return `set ${key}.transport to ${camera.transport === "tcp" ? "udp" : "tcp"}`;
    case "refused":
      return "check the path, and whether others use up the camera's streams";
    case "unreachable":
      return camera.url.startsWith("rtsps:")
        ? `check host and port, and that the camera's certificate names this host and chains to ${camera.ca ?? `the system's CAs (or set ${key}.ca)`}`
        : "check that the camera is on, its address and its port";
  }
}
