import { analytics } from "../core/analytics.ts";
import { auditHead, auditLog, checkAudit } from "../core/audit.ts";
import { deadLetters } from "../core/dead-letters.ts";
import { replay } from "../core/ingest.ts";
import { noticeLog, replayNotice } from "../core/notices.ts";
import type { RouteKey } from "./contract.ts";
import { type Handlers, mustSee, seesAll } from "./handler.ts";
import { shown } from "./people.ts";

type Key = Extract<RouteKey, `${string} /api/${"notices" | "analytics" | "dead-letters" | "audit"}${string}`>;

const MONTH_MS = 30 * 24 * 3_600_000;

export const recordHandlers: Handlers<Key> = {
  "GET /api/notices": async ({ query, who, ports }) => {
    const { items, next } = await noticeLog(ports, who.tenant, query);
    return { notices: items.map(({ body }) => shown(body)), next };
  },
  "POST /api/notices/:notice/replay": async ({ params: { notice }, who, ports }) => {
    await replayNotice(ports, who.tenant, notice);
    ports.poke?.();
  },
  "GET /api/analytics": async ({ query, who, ports }) => {
    const { to = ports.clock.now() } = query;
    const { from = Math.max(0, to - MONTH_MS) } = query;
    const { site } = query;
    if (site !== undefined) mustSee(who, site);
    const sites = site !== undefined ? [site] : seesAll(who) ? undefined : who.sites;
    return analytics(ports, who.tenant, { from, to, sites });
  },
  "GET /api/dead-letters": async ({ query, who, ports }) => {
    const { items, next } = await deadLetters(ports, who.tenant, query);
    return {
      deadLetters: items.map(({ body }) => ({ ...body, size: Buffer.byteLength(body.bytes, "base64") })),
      next,
    };
  },
  "POST /api/dead-letters/:letter/replay": async ({ params: { letter }, who, ports }) => {
    const fate = await replay(ports, who.tenant, letter);
    ports.poke?.();
    return { fate };
  },
  "GET /api/audit": async ({ query, who, ports }) => {
    const [head, { items, next }] = await Promise.all([
      auditHead(ports, who.tenant),
      auditLog(ports, who.tenant, query),
    ]);
    return { entries: items.map(({ body }) => body), head, next };
  },
  "GET /api/audit/check": async ({ who, ports }) => checkAudit(ports, who.tenant),
};
