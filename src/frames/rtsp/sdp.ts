/** The part of a session description (RFC 8866) that says how the first video is sent. */
export interface Video {
  /** `RTP/AVP` for plain RTP. */
  protocol: string;
  payloadType: number;
  /** Name of the codec, in upper case; empty when the description leaves it to the payload type. */
  encoding: string;
  /** RTP time steps per second. */
  clockRate: number;
  /** fmtp, by name in lower case. */
  parameters: Map<string, string>;
  /** Frames per second; 0 when it is not said. */
  fps: number;
  /** Where to SETUP it; relative to the description's base. */
  control: string | undefined;
}

export interface Description {
  /** Where to PLAY everything together; relative to the description's base. */
  control: string | undefined;
  video: Video | undefined;
}

/** RFC 3551 table 5: every video clock counts in 90 kHz. */
const CLOCK_RATE = 90_000;
const FASTEST = 1000;
/** Codecs that are looked for among several that a medium offers. */
const WANTED = /^H26[45]$/;

/** Reads a session description; what it does not know it passes over. Never throws. */
export function parseSdp(text: string): Description {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const starts = lines.flatMap((line, index) => (line.startsWith("m=") ? [index] : []));
  const session = lines.slice(0, starts[0]);
  const at = starts.find((start) => lines[start]?.startsWith("m=video "));
  if (at === undefined) return { control: attribute(session, "control"), video: undefined };
  const medium = lines.slice(at, starts.find((start) => start > at) ?? lines.length);
  return { control: attribute(session, "control"), video: readVideo(medium, session) };
}

function readVideo(medium: string[], session: string[]): Video | undefined {
  // "m=video 0 RTP/AVP 96 97"
  const [, , protocol = "", ...formats] = (medium[0] ?? "").split(/\s+/);
  const types = formats.map(Number).filter((type) => Number.isInteger(type) && type >= 0 && type < 128);
  const maps = types.map((type) => {
    // "a=rtpmap:96 H264/90000"
    const [, encoding = "", rate] = /^([^/\s]+)(?:\/(\d{1,9}))?/.exec(attribute(medium, "rtpmap", type) ?? "") ?? [];
    return { type, encoding: encoding.toUpperCase(), clockRate: Number(rate) || CLOCK_RATE };
  });
  const chosen = maps.find(({ encoding }) => WANTED.test(encoding)) ?? maps[0];
  if (!chosen) return undefined;
  const fps = Number(attribute(medium, "framerate") ?? attribute(session, "framerate"));
  return {
    protocol: protocol.toUpperCase(),
    payloadType: chosen.type,
    encoding: chosen.encoding,
    clockRate: chosen.clockRate,
    parameters: readParameters(attribute(medium, "fmtp", chosen.type) ?? ""),
    fps: fps > 0 && fps <= FASTEST ? fps : 0,
    control: attribute(medium, "control"),
  };
}

/** "packetization-mode=1; sprop-parameter-sets=Z0IAKeKQ,aM48gA==" */
function readParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const part of text.split(";")) {
    const equals = part.indexOf("=");
    if (equals > 0) parameters.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  return parameters;
}

/** The value of `a=name:`, or of `a=name:type ` for a payload type. */
function attribute(lines: readonly string[], name: string, type?: number): string | undefined {
  const start = type === undefined ? `a=${name}:` : `a=${name}:${type} `;
  return lines
    .find((line) => line.startsWith(start))
    ?.slice(start.length)
    .trim();
}
