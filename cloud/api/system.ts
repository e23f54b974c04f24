import { openLink } from "../core/links.ts";
import { userKey } from "../core/users.ts";
import type { RouteKey } from "./contract.ts";
import { ApiFailure } from "./failure.ts";
import type { Handlers } from "./handler.ts";
import { openApi } from "./openapi.ts";
import type { ApiOptions } from "./ports.ts";

type Key = Extract<RouteKey, "GET /healthz" | "GET /readyz" | "GET /api/openapi.json" | "GET /blobs/*">;

/** Media types that a page may show; anything else is only ever saved. */
const SHOWN = ["image/png", "image/jpeg", "image/webp", "video/mp4"];

export function systemHandlers({ ports, tenant, linkSecret }: ApiOptions): Handlers<Key> {
  return {
    "GET /healthz": async () => ({ ok: true }),
    "GET /readyz": async () => {
      await ports.store.read([userKey(tenant, "-")]).catch((error: Error) => {
        throw new ApiFailure("busy", `the store does not answer: ${error.message}`);
      });
      return { ok: true };
    },
    "GET /api/openapi.json": async () => openApi(),
    "GET /blobs/*": async ({ request, reply }) => {
      const place = linkSecret === undefined ? undefined : openLink(linkSecret, request.url, ports.clock.now());
      const blob = place === undefined ? undefined : await ports.blobs.get(place);
      if (!blob)
        throw new ApiFailure("not-found", "this address leads nowhere, or no longer; read again where it came from");
      const shown = SHOWN.includes(blob.type);
      await reply
        .type(shown ? blob.type : "application/octet-stream")
        .headers({
          "content-disposition": shown ? "inline" : "attachment",
          "content-security-policy": "default-src 'none'; sandbox",
          "cache-control": "private, max-age=600",
        })
        .send(Buffer.from(blob.bytes));
    },
  };
}
