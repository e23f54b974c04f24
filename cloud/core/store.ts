/**
 * The incident store, as the core needs it: items under a key of two texts, read by key, listed in the order of their
 * keys, and written in all-or-nothing commits that fail when somebody else was faster. That is what DynamoDB offers in
 * one table, and every SQL database can; nothing here is more than both.
 *
 *   partition                    sort                          body
 *   acme/incidents               V1StGXR8_Z5jdHi6B-myT         { "state": "active", … }
 *     listed acme/incidents/all  000001780272000000~V1StGXR8…  (the same item, found by time)
 */
export interface Key<Body = unknown> {
  readonly partition: string;
  /** Items of a partition are listed in the order of this, byte by byte. */
  readonly sort: string;
  /** What lies there; for the compiler alone. */
  readonly body?: Body;
}

export interface Item<Body = unknown> {
  readonly key: Key<Body>;
  /** Counts the writes of this item, from 1. */
  readonly version: number;
  /** Whatever JSON can carry. */
  readonly body: Body;
}

export interface Put {
  readonly key: Key;
  readonly body: unknown;
  /** Other keys under which the item is listed too; they hold its id, so that no two items share one. */
  readonly listed?: readonly Key[];
  /** ms since 1970 from when on nobody needs it; it is gone at some time after that. */
  readonly expiresAt?: number;
  /** The version that this replaces; 0: there is none yet. */
  readonly expect: number;
}

export interface Remove {
  readonly key: Key;
  readonly expect: number;
  readonly body?: never;
}

export type Write = Put | Remove;

export interface Range {
  /** At most so many items, 1-1000. */
  readonly limit: number;
  /** The last sort of the page before; the listing goes on behind it, whatever was written meanwhile. */
  readonly after?: string | undefined;
  /** Newest (greatest) first. */
  readonly backwards?: boolean | undefined;
  /** Only sorts from this (inclusive) … */
  readonly from?: string | undefined;
  /** … to this (exclusive). */
  readonly to?: string | undefined;
}

export interface Page<Body = unknown> {
  readonly items: readonly Item<Body>[];
  /** `after` of the next page; undefined at the end. */
  readonly next: string | undefined;
}

/** Somebody else wrote one of the items first: read again and decide again. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}

export interface Store {
  /** The most writes that one commit takes. */
  readonly maxWrites: number;
  /** The items at these keys, in that order; undefined where there is none. Sees every commit that has returned. */
  read(keys: readonly Key[]): Promise<(Item | undefined)[]>;
  /** Items whose own key, or one they are listed under, lies in `partition`. Sees every commit that has returned. */
  list(partition: string, range: Range): Promise<Page>;
  /** Writes all or nothing; durable when it resolves. Rejects with ConflictError when a version is not the expected one. */
  commit(writes: readonly Write[]): Promise<void>;
}
