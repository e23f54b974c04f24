import type { ComponentType } from "preact";
import type { IconName } from "./parts/icon.tsx";
import type { shell } from "./shell.words.ts";

/** What a page gets: the named parts of its address. */
export interface PageProps {
  readonly params: Readonly<Record<string, string>>;
}

interface Route {
  readonly path: string;
  /** Each page is a script of its own, fetched when it is gone to. */
  readonly load: () => Promise<{ readonly default: ComponentType<PageProps> }>;
  /** Its place in the navigation, and the key that leads to it behind `g`. */
  readonly nav?: {
    readonly name: keyof ReturnType<typeof shell>["pages"];
    readonly icon: IconName;
    readonly key: string;
  };
  /** Least role that it is of use to. */
  readonly role?: "safety" | "admin";
  /** Fills the whole window, without navigation. */
  readonly bare?: boolean;
}

export const routes: readonly Route[] = [
  {
    path: "/incidents",
    load: () => import("./pages/incidents.tsx"),
    nav: { name: "incidents", icon: "incidents", key: "i" },
  },
  { path: "/incidents/:id", load: () => import("./pages/incident.tsx") },
  { path: "/map", load: () => import("./pages/map.tsx"), nav: { name: "map", icon: "map", key: "p" } },
  { path: "/wall", load: () => import("./pages/wall.tsx"), bare: true },
  { path: "/fleet", load: () => import("./pages/fleet.tsx"), nav: { name: "fleet", icon: "fleet", key: "f" } },
  {
    path: "/analytics",
    load: () => import("./pages/analytics.tsx"),
    nav: { name: "analytics", icon: "analytics", key: "a" },
    role: "safety",
  },
  {
    path: "/settings",
    load: () => import("./pages/settings.tsx"),
    nav: { name: "settings", icon: "settings", key: "s" },
  },
  { path: "/settings/:part", load: () => import("./pages/settings.tsx") },
];
