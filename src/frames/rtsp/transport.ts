/** What a camera made of the transport that was offered to it. */
export interface Transport {
  /** Interleaved channels of RTP and RTCP. */
  channels: [number, number] | undefined;
  /** The camera's own UDP ports. */
  serverPorts: [number, number] | undefined;
  /** Where its UDP packets come from, when not from the address of the connection. */
  source: string | undefined;
}

/** Reads a Transport field (RFC 2326 section 12.39); "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=1F2E3D4C". */
export function readTransport(value: string): Transport {
  return {
    channels: pair(value, "interleaved", 255),
    serverPorts: pair(value, "server_port", 65_535),
    source: /;\s*source=([\w.:[\]-]+)/.exec(value)?.[1]?.replace(/^\[(.*)\]$/, "$1"),
  };
}

/** "name=6970-6971", or "name=6970" for that one and the next. */
function pair(value: string, name: string, most: number): [number, number] | undefined {
  const [, first, second] = new RegExp(`;\\s*${name}=(\\d{1,5})(?:-(\\d{1,5}))?`).exec(value) ?? [];
  if (first === undefined) return undefined;
  const both: [number, number] = [Number(first), second === undefined ? Number(first) + 1 : Number(second)];
  return both.every((number) => number <= most) ? both : undefined;
}
