import { draw, type Size, type Track } from "./drawing.ts";
import { type Ask, cookies, type EdgeRequest, type EdgeResponse, failure, header } from "./message.ts";
import { THUMBNAIL_HEADER } from "./origin-request.ts";

/** Another change of the same alarm may bring a newer skeleton, s. */
const THUMBNAIL_S = 300;

/** The header by which CloudFront tells a kind of device, and the size of pictures there; anything else is a desk. */
const SIZES: readonly (readonly [string, Size])[] = [
  ["cloudfront-is-smarttv-viewer", { width: 960, ghosts: 8 }],
  ["cloudfront-is-tablet-viewer", { width: 480, ghosts: 3 }],
  ["cloudfront-is-mobile-viewer", { width: 320, ghosts: 2 }],
];
const DESK: Size = { width: 640, ghosts: 5 };

/**
 * When the API has answered: puts a picture of the person in place of the numbers. A function at the CDN does not see the body
 * of an answer, so it asks for the same again; the API has judged by then that this viewer may see it.
 */
export async function originResponse(request: EdgeRequest, response: EdgeResponse, ask: Ask): Promise<EdgeResponse> {
  const { headers, path, origin = request.host } = request;
  if (header(headers, THUMBNAIL_HEADER) === "" || response.status !== 200) return response;
  try {
    const { status, json } = await ask(origin, path, cookies(headers));
    const track = status === 200 ? newestTrack(json) : undefined;
    const picture = track && draw(track, sizeFor(headers));
    if (picture === undefined)
      return failure(404, "not-found", "No skeleton was sent with this incident.", "Look at its timeline.");
    return {
      status: 200,
      headers: {
        "content-type": ["image/svg+xml"],
        "cache-control": [`max-age=0, s-maxage=${THUMBNAIL_S}`],
      },
      body: picture,
    };
  } catch {
    return failure(502, "away", "The home region does not answer.", "Try again in a moment.");
  }
}

function sizeFor(headers: EdgeRequest["headers"]): Size {
  return SIZES.find(([name]) => header(headers, name) === "true")?.[1] ?? DESK;
}

/** The last of the API's tracks that has poses; undefined when there is none, or it is none. */
function newestTrack(json: unknown): Track | undefined {
  const { tracks } = (json ?? {}) as { tracks?: readonly Track[] };
  return Array.isArray(tracks)
    ? tracks.findLast((track) => Array.isArray(track?.poses) && track.poses.length > 0)
    : undefined;
}
