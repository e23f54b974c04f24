import { createHash } from "node:crypto";
import type { BlobStore } from "./blobs.ts";
import type { Clock } from "./clock.ts";
import { transact } from "./draft.ts";
import { digest, key, path } from "./keys.ts";
import type { LivePush } from "./push.ts";
import { Refusal } from "./refusal.ts";
import type { Key, Store } from "./store.ts";

/** The picture of a site that its cameras are placed on. */
export interface FloorPlan {
  readonly site: string;
  readonly blob: string;
  readonly uploadedAt: number;
}

/** What the first bytes of a picture of each type look like, hexadecimal. */
const HEADS: Readonly<Record<string, RegExp>> = {
  "image/png": /^89504e470d0a1a0a/,
  "image/jpeg": /^ffd8ff/,
  "image/webp": /^52494646.{8}57454250/,
};

const plansOf = (tenant: string) => path(tenant, "plans");
const planKey = (tenant: string, site: string): Key<FloorPlan> => key(plansOf(tenant), path(site));

/** Replaces a site's plan. Throws Refusal for bytes that are no picture of that type: nothing else is ever handed out as one. */
export async function drawFloorPlan(
  ports: { readonly store: Store; readonly push: LivePush; readonly clock: Clock; readonly blobs: BlobStore },
  tenant: string,
  site: string,
  { bytes, type }: { readonly bytes: Uint8Array; readonly type: string },
): Promise<void> {
  const head = Buffer.from(bytes.subarray(0, 16)).toString("hex");
  if (!HEADS[type]?.test(head))
    throw new Refusal("bad-request", `floor plan: is no ${type}; send a PNG, JPEG or WebP with its own content-type`);
  const blob = `${digest(tenant)}/plans/${createHash("sha256").update(bytes).digest("hex")}`;
  await ports.blobs.put(blob, { bytes, type });
  await transact(ports, (draft) => draft.put(planKey(tenant, site), { site, blob, uploadedAt: ports.clock.now() }));
}

export async function floorPlans({ store }: { readonly store: Store }, tenant: string): Promise<FloorPlan[]> {
  const { items } = await store.list(plansOf(tenant), { limit: 1_000 });
  return items.map(({ body }) => body as FloorPlan);
}
