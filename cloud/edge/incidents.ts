/** What the edge needs of a line in the API's list of incidents. */
export interface ListedIncident {
  readonly id: string;
  readonly line: string;
  readonly device: string;
  readonly camera: string;
  readonly zone: string;
  readonly severity: "suspected" | "nearMiss" | "fall";
  readonly state: "active" | "acknowledged" | "cleared";
  /** ms since 1970. */
  readonly since: number;
  readonly acknowledged?: { readonly at: number };
  readonly outcome?: "true" | "false" | "drill";
  readonly shelvedUntil?: number;
}

export interface Found {
  readonly incidents: readonly ListedIncident[];
  /** There were more than are read. */
  readonly more: boolean;
}

/** The API answered with something else than what was asked for; with 502 where its answer could not be read. */
export class UnfitAnswerError extends Error {
  override readonly name = "UnfitAnswerError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const PAGE = 200;
/** Functions at a CDN have seconds, not minutes: the newest 2,000 are read. */
const MAX_PAGES = 10;

/** A site's incidents, newest first. Rejects with UnfitAnswerError. */
export async function readIncidents(
  get: (path: string) => Promise<{ readonly status: number; readonly json: unknown }>,
  query: Readonly<Record<string, string | number>>,
): Promise<Found> {
  const incidents: ListedIncident[] = [];
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const asked = new URLSearchParams({ limit: String(PAGE) });
    for (const [name, value] of Object.entries(query)) asked.set(name, String(value));
    if (after !== undefined) asked.set("after", after);
    const { status, json } = await get(`/api/incidents?${asked}`);
    if (status !== 200) throw new UnfitAnswerError(status, `the list of incidents: ${status}`);
    const answer = json as { incidents?: unknown; next?: string } | null;
    if (!Array.isArray(answer?.incidents)) throw new UnfitAnswerError(502, "the list of incidents: has none");
    incidents.push(...answer.incidents);
    after = answer.next;
    if (after === undefined) return { incidents, more: false };
  }
  return { incidents, more: true };
}
