import { resolve } from "node:path";
import type { Config } from "./schema.ts";

/** The config with every path in it made absolute from `folder`. */
export function resolvePaths(config: Config, folder: string): Config {
  const path = (text: string | undefined) => (text === undefined ? undefined : resolve(folder, text));
  const secret = (text: string | undefined) => (text?.startsWith("file:") ? `file:${path(text.slice(5))}` : text);
  const clip = (url: string) => (url.startsWith("file://") ? `file://${path(url.slice(7))}` : url);
  const client = <T extends object>(part: T): T => {
    const known = part as { ca?: string; cert?: string; key?: string; password?: string; secret?: string };
    const absolute = {
      ca: path(known.ca),
      cert: path(known.cert),
      key: secret(known.key),
      password: secret(known.password),
      secret: secret(known.secret),
    };
    const set = Object.entries(absolute).filter(([, value]) => value !== undefined);
    return { ...part, ...Object.fromEntries(set) };
  };
  return {
    ...config,
    device: { ...config.device, dataDir: resolve(folder, config.device.dataDir) },
    cameras: config.cameras.map((camera) => client({ ...camera, url: clip(camera.url) })),
    vision: config.vision.catalogue
      ? { ...config.vision, catalogue: resolve(folder, config.vision.catalogue) }
      : config.vision,
    actuators: config.actuators.map(client),
    uplink: client(config.uplink),
  };
}
