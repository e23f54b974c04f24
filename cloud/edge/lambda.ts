import { askOver } from "./ask.ts";
import { cloudfront } from "./cloudfront.ts";
import { readConfig } from "./config.ts";

/** Put in when the bundle is made. */
declare const SPOTTER_EDGE: unknown;

/** One bundle for the four functions; each is deployed with the name of its handler. */
export const { viewerRequest, originRequest, originResponse, viewerResponse } = cloudfront(
  readConfig(SPOTTER_EDGE),
  askOver("https"),
  { now: () => Date.now() },
);
