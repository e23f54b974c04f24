import { createHash } from "node:crypto";
import { type AuditEntry, append, auditOf } from "./audit.ts";
import { canonical } from "./canonical.ts";
import type { Clock } from "./clock.ts";
import { escalation } from "./escalation.ts";
import { eventKey } from "./events.ts";
import type { Incident } from "./incident.ts";
import { noticesOf } from "./notices.ts";
import type { Store } from "./store.ts";
import { timeline } from "./timeline.ts";

export interface CasePart {
  readonly name: string;
  /** Of the content's canonical JSON, hexadecimal. */
  readonly sha256: string;
  readonly content: unknown;
}

/**
 * Everything that the cloud knows of an incident, as evidence. Each part has its hash, the hashes have one, and that one stands
 * in the audit log: a part that was changed afterwards fits no more, and neither does a log that was.
 */
export interface CaseFile {
  readonly incident: string;
  readonly tenant: string;
  readonly exportedAt: number;
  readonly exportedBy: string;
  readonly parts: readonly CasePart[];
  readonly sha256: string;
  /** The entry of the log that holds `sha256`. */
  readonly audit: Pick<AuditEntry, "sequence" | "hash">;
}

export async function exportCase(
  ports: { readonly store: Store; readonly clock: Clock },
  incident: Incident,
  by: string,
): Promise<CaseFile> {
  const { tenant, id, device, steps } = incident;
  const [kept, climbed, told, done] = await Promise.all([
    ports.store.read(steps.map((step) => eventKey(tenant, device, step.event))),
    escalation(ports, tenant, id),
    noticesOf(ports, tenant, id),
    auditOf(ports, tenant, id),
  ]);
  const parts = [
    part("incident", incident),
    part("timeline", timeline(incident)),
    // As they came from the device: protobuf, base64.
    part(
      "events",
      kept.flatMap((item) => item?.body ?? []),
    ),
    part("escalation", climbed ?? null),
    part(
      "notices",
      told.map(({ contact: { secret: _, ...contact }, ...notice }) => ({ ...notice, contact })),
    ),
    part("audit", done),
  ];
  const sha256 = hashOf(parts);
  const exportedAt = ports.clock.now();
  const entry = await append(ports, {
    tenant,
    user: by,
    action: "incident.export",
    subject: id,
    detail: { sha256 },
  });
  const { sequence, hash } = entry;
  return { incident: id, tenant, exportedAt, exportedBy: by, parts, sha256, audit: { sequence, hash } };
}

/** Whether every part, and all of them together, are as they were exported. */
export function isWhole({ parts, sha256 }: Pick<CaseFile, "parts" | "sha256">): boolean {
  return (
    hashOf(parts) === sha256 && parts.every(({ name, content, sha256: own }) => part(name, content).sha256 === own)
  );
}

function part(name: string, content: unknown): CasePart {
  return { name, sha256: sha(canonical(content)), content };
}

function hashOf(parts: readonly CasePart[]): string {
  return sha(parts.map(({ name, sha256 }) => `${name} ${sha256}\n`).join(""));
}

const sha = (text: string) => createHash("sha256").update(text).digest("hex");
