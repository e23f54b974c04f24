import type { IncomingMessage, ServerResponse } from "node:http";
import type { BlobStore } from "../core/blobs.ts";
import type { IngestPorts } from "../core/ingest.ts";
import type { DeliverPorts } from "../core/notices.ts";
import type { PassKey } from "../core/pass.ts";
import type { Provider } from "./oidc.ts";

/** What the API needs of the cloud that it stands in front of. */
export interface ApiPorts extends IngestPorts, DeliverPorts {
  readonly blobs: BlobStore;
  /** Whatever is due is to be looked at now: somebody may have to be told. */
  readonly poke?: () => void;
}

export interface ApiOptions {
  readonly ports: ApiPorts;
  /** Whose people log in when they name no tenant. */
  readonly tenant: string;
  /** False only on loopback, where there is no TLS. */
  readonly secure: boolean;
  /** Names that the cloud answers to; undefined: whatever is in front of it sees to that. */
  readonly hosts?: readonly string[];
  /** Where browsers find it, such as `https://cloud.example`; providers send people back there. */
  readonly publicUrl?: string;
  readonly providers?: readonly Provider[];
  /** What the addresses of blobs are signed with, when this cloud hands them out itself (`core/links.ts`). */
  readonly linkSecret?: string;
  /** Where pictures may come from besides the cloud itself, such as a bucket. */
  readonly pictureOrigins?: readonly string[];
  /** Signs what the edge lets people in with. */
  readonly passKey?: PassKey;
  /** Folder of the built dashboard. */
  readonly pages?: string;
  /** False where answers cannot stay open, as in a Lambda. */
  readonly streams?: boolean;
  /** How many that stand in front of the cloud each add the address they saw to `x-forwarded-for`; 0: nobody does. */
  readonly proxies?: number;
  /** Stands before everything, as a CDN would (`cloud/edge/middleware.ts`); `next` lets a request through. */
  readonly edge?: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** Hears of faults of ours, and of refused attempts. */
  readonly warn?: (error: Error, text: string) => void;
}
