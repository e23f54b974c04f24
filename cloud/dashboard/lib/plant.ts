import type { Answer } from "../../api/contract.ts";
import { call } from "./api.ts";
import { isShelved, type Summary } from "./incident.ts";
import { type Loaded, useLoad } from "./load.ts";
import { now } from "./now.ts";

export type Site = Answer<"GET /api/sites">["sites"][number];
export type Camera = Answer<"GET /api/cameras">["cameras"][number];

/** A camera with the gravest of what goes on in front of it. */
export interface Watched extends Camera {
  readonly incident?: Summary;
}

export interface Plant {
  readonly sites: readonly Site[];
  readonly cameras: readonly Camera[];
  /** Not over, newest first. */
  readonly open: readonly Summary[];
}

/** Sites, cameras and what is open there, as it changes. */
export function usePlant(): Loaded<Plant> {
  const sites = useLoad(async (signal) => (await call("GET /api/sites", { signal })).sites, { on: ["device"] });
  const cameras = useLoad(async (signal) => (await call("GET /api/cameras", { signal })).cameras, { on: ["device"] });
  const open = useLoad(
    async (signal) => {
      const pages = await Promise.all(
        (["active", "acknowledged"] as const).map((state) =>
          call("GET /api/incidents", { query: { state, limit: 100 }, signal }),
        ),
      );
      return pages.flatMap(({ incidents }) => incidents).sort((a, b) => b.since - a.since);
    },
    { on: ["incident"] },
  );
  const all = sites.data && cameras.data && open.data;
  return {
    data: all && { sites: sites.data, cameras: cameras.data, open: open.data },
    error: sites.error ?? cameras.error ?? open.error,
    loading: sites.loading || cameras.loading || open.loading,
    reload: () => {
      sites.reload();
      cameras.reload();
      open.reload();
    },
  };
}

const GRAVITY = { fall: 2, suspected: 1, nearMiss: 0 };
const gravity = ({ state, severity }: Summary) => (state === "active" ? 10 : 0) + GRAVITY[severity];

/** The cameras of a site, each with the gravest incident that is open there and not put aside. */
export function watched({ cameras, open }: Plant, site: string): Watched[] {
  return cameras
    .filter((camera) => camera.site === site)
    .map((camera) => {
      const [incident] = open
        .filter((one) => one.device === camera.device && one.camera === camera.camera && !isShelved(one, now.value))
        .sort((a, b) => gravity(b) - gravity(a));
      return incident ? { ...camera, incident } : camera;
    });
}

export const nameOf = ({ device, camera }: Camera) => `${device}/${camera}`;
