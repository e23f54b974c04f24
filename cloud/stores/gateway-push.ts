import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import type { Clock } from "../core/clock.ts";
import { transact } from "../core/draft.ts";
import { instant, key, path } from "../core/keys.ts";
import type { Change, Told } from "../core/push.ts";
import { maySee } from "../core/sight.ts";
import type { Item, Key, Store } from "../core/store.ts";
import { type User, userKey } from "../core/users.ts";
import { STREAMED } from "./streamed-push.ts";

/** Changes that a listener may have missed before it has to read afresh, and for how long they are kept, ms. */
const KEPT = 2_000;
const KEEP_MS = 3_600_000;
/** API Gateway ends every connection after two hours; one whose end nobody heard of is forgotten then. */
const LONGEST_MS = 2 * 3_600_000;
/** Connections that are written to at the same time. */
const TOGETHER = 32;
/** API Gateway knows a connection only once `$connect` has been answered. */
const [GREET_TRIES, GREET_WAIT_MS] = [20, 50];

/** A dashboard's connection to API Gateway, and whose it is. */
export interface Connection extends Pick<User, "user" | "epoch"> {
  readonly id: string;
  readonly tenant: string;
  /** The cursor of the last change that its page has heard. */
  readonly after?: string | undefined;
}

/** How many changes a tenant has had since `run` began. */
interface Head {
  readonly run: string;
  readonly count: number;
}

interface Ports {
  readonly store: Store;
  readonly clock: Clock;
}

type Post = (id: string, text: string) => Promise<void>;

export const CONNECTIONS = "connections";
const connectionKey = (id: string): Key<Connection> => key(CONNECTIONS, id);
const connectionsOf = (tenant: string) => path(tenant, "connections");
const headKey = (tenant: string): Key<Head> => key("feed", path(tenant));
const feedOf = (tenant: string) => path(tenant, "feed");

/**
 * Live push through API Gateway's WebSockets. Connections and the last changes are kept in the store, because no function
 * lives for as long as a connection. A change may be told twice to a listener that comes while it happens.
 */
export class GatewayPush {
  readonly #ports: Ports;
  readonly #post: Post;

  constructor(ports: Ports, client: ApiGatewayManagementApiClient) {
    this.#ports = ports;
    this.#post = async (id, text) =>
      void (await client.send(new PostToConnectionCommand({ ConnectionId: id, Data: text })));
  }

  /** Numbers the changes, keeps them for listeners that come back, and tells those who are there. */
  async tell(changes: readonly Change[]): Promise<void> {
    const tenants = new Set(changes.map(({ tenant }) => tenant));
    for (const tenant of tenants) {
      const told = await this.#number(
        tenant,
        changes.filter((change) => change.tenant === tenant),
      );
      await this.#tellAll(tenant, told);
    }
  }

  /** Tells a listener that has just come what it has missed; one that knows nothing yet, to read everything. */
  async greet(id: string): Promise<void> {
    const { store } = this.#ports;
    const [item] = await store.read([connectionKey(id)]);
    if (!item) return;
    const connection = item.body as Connection;
    const { tenant, after } = connection;
    const missed = after === undefined ? "reset" : await since(store, tenant, after);
    const texts = missed === "reset" ? [RESET] : await this.#seen(connection, missed);
    for (const [index, text] of texts.entries()) {
      for (let tries = 1; ; tries += 1) {
        try {
          await this.#post(id, text);
          break;
        } catch (error) {
          if (!(error instanceof GoneException)) throw error;
          if (index > 0 || tries === GREET_TRIES) return disconnect(this.#ports, id);
          await sleep(GREET_WAIT_MS);
        }
      }
    }
  }

  #number(tenant: string, changes: readonly Change[]): Promise<Told[]> {
    const { store, clock } = this.#ports;
    return transact({ store, push: STREAMED }, async (draft) => {
      const { run, count } = (await draft.get(headKey(tenant))) ?? {
        run: randomBytes(6).toString("base64url"),
        count: 0,
      };
      const told = changes.map((change, index) => ({ ...change, cursor: `${run}.${count + index + 1}` }));
      await draft.put(headKey(tenant), { run, count: count + told.length });
      await draft.put(key(feedOf(tenant), instant(count + told.length)), told, { expiresAt: clock.now() + KEEP_MS });
      return told;
    });
  }

  async #tellAll(tenant: string, told: readonly Told[]): Promise<void> {
    const { store } = this.#ports;
    let after: string | undefined;
    do {
      const page = await store.list(connectionsOf(tenant), { limit: TOGETHER, after });
      const connections = page.items as readonly Item<Connection>[];
      await Promise.all(connections.map(({ body }) => this.#tellOne(body, told)));
      after = page.next;
    } while (after !== undefined);
  }

  async #tellOne(connection: Connection, told: readonly Told[]): Promise<void> {
    try {
      for (const text of await this.#seen(connection, told)) await this.#post(connection.id, text);
    } catch (error) {
      // Whoever has left hears nothing; whoever does not answer goes on where they were when they come back.
      if (error instanceof GoneException) await disconnect(this.#ports, connection.id);
    }
  }

  /** What the connection's user may see of it now; of one who has been shut out, nothing. */
  async #seen({ tenant, user, epoch }: Connection, told: readonly Told[]): Promise<string[]> {
    const [item] = await this.#ports.store.read([userKey(tenant, user)]);
    const found = item?.body as User | undefined;
    if (!found || found.disabled || found.epoch !== epoch) return [];
    const seen = await Promise.all(told.map((change) => maySee(this.#ports, found, change)));
    return told.filter((_, index) => seen[index]).map(messageOf);
  }
}

/** Keeps a connection; the store's stream then has it greeted. */
export async function connect({ store, clock }: Ports, connection: Connection): Promise<void> {
  const { id, tenant } = connection;
  await transact({ store, push: STREAMED }, (draft) =>
    draft.put(connectionKey(id), connection, {
      listed: [key(connectionsOf(tenant), id)],
      expiresAt: clock.now() + LONGEST_MS,
    }),
  );
}

export async function disconnect({ store }: Pick<Ports, "store">, id: string): Promise<void> {
  await transact({ store, push: STREAMED }, (draft) => draft.remove(connectionKey(id)));
}

/** What a tenant had since a cursor; "reset" when that is no longer known. */
async function since(store: Store, tenant: string, cursor: string): Promise<Told[] | "reset"> {
  const [, run = "", number = ""] = /^([\w-]+)\.(\d{1,15})$/.exec(cursor) ?? [];
  const heard = Number(number);
  const [item] = await store.read([headKey(tenant)]);
  const head = item?.body as Head | undefined;
  if (!head || run !== head.run || heard > head.count || head.count - heard > KEPT) return "reset";
  const told: Told[] = [];
  let after: string | undefined = instant(heard);
  do {
    const page = await store.list(feedOf(tenant), { limit: 100, after });
    told.push(...page.items.flatMap(({ body }) => body as Told[]));
    after = page.next;
  } while (after !== undefined);
  const missed = told.filter(({ cursor: each }) => numberOf(each) > heard);
  // What came first may have expired.
  const whole = missed.length === 0 ? heard === head.count : numberOf(missed[0]?.cursor ?? "") === heard + 1;
  return whole ? missed : "reset";
}

const numberOf = (cursor: string) => Number(cursor.split(".")[1]);
/** The same messages as the API's own socket. */
const RESET = JSON.stringify({ event: "reset" });
const messageOf = ({ kind, id, cursor }: Told) => JSON.stringify({ event: "change", kind, id, cursor });
