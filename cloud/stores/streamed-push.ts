import type { LivePush } from "../core/push.ts";

/** Live push where the table's own stream tells of every commit: there is nothing more to say here, and nobody to hear it. */
export const STREAMED: LivePush = {
  publish: () => {},
  subscribe: (_tenant, hear) => {
    hear("reset");
    return () => {};
  },
};
