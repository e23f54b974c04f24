import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { incidentKey } from "../../../cloud/core/incidents.ts";
import type { Change, LivePush, Told } from "../../../cloud/core/push.ts";
import type { Store } from "../../../cloud/core/store.ts";
import { ALL_SITES, changeUser, createUser } from "../../../cloud/core/users.ts";
import { connect, disconnect, GatewayPush } from "../../../cloud/stores/gateway-push.ts";
import { MemoryStore } from "../../../cloud/stores/memory-store.ts";
import { describeLivePush } from "../../contracts/live-push.ts";
import { type Gateway, startGateway } from "../../fakes/gateway.ts";

const clock = { now: () => Date.now() };
const ANN = { user: "ann", name: "Ann", role: "admin", sites: [ALL_SITES] } as const;

const until = (check: () => boolean | Promise<boolean>) => vi.waitUntil(check, { timeout: 30_000, interval: 5 });

/** A gateway in front of a store, and what browsers behind it hear. What the functions do one after the other happens in order. */
class Rig implements LivePush {
  readonly store: Store = new MemoryStore();
  readonly #gateway: Gateway;
  readonly #push: GatewayPush;
  #last: Promise<unknown> = Promise.resolve();
  #waiting: Change[] = [];
  readonly ids: string[] = [];

  static async start(): Promise<Rig> {
    const rigs: Rig[] = [];
    const gateway = await startGateway(async ({ requestContext, queryStringParameters = {} }) => {
      const ports = { store: rigs[0]!.store, clock };
      const { connectionId: id, routeKey } = requestContext;
      const { tenant = "", user = "", after } = queryStringParameters;
      if (routeKey === "$disconnect") await disconnect(ports, id);
      else {
        rigs[0]!.ids.push(id);
        await connect(ports, { id, tenant, user, epoch: 0, after });
      }
      return { statusCode: tenant === "nobody" ? 401 : 200 };
    });
    rigs.push(new Rig(gateway));
    for (const tenant of ["acme", "other"]) await createUser({ ...rigs[0]!, push: rigs[0]!, clock }, tenant, ANN);
    return rigs[0]!;
  }

  private constructor(gateway: Gateway) {
    this.#gateway = gateway;
    this.#push = new GatewayPush({ store: this.store, clock }, gateway.client);
  }

  publish(change: Change): void {
    this.#waiting.push(change);
    void this.#then(async () => {
      if (this.#waiting.length > 0) await this.#push.tell(this.#waiting.splice(0, 100));
    });
  }

  subscribe(tenant: string, hear: (told: Told | "reset") => void, after?: string, user = "ann"): () => void {
    let stopped = false;
    const query = new URLSearchParams({ tenant, user, ...(after === undefined ? {} : { after }) });
    const opening = this.#then(async () => {
      const socket = new WebSocket(`${this.#gateway.url}/?${query}`);
      socket.on("message", (text) => {
        const { event, ...change } = JSON.parse(String(text));
        // Whoever knows nothing yet is told to read everything.
        if (stopped || (event === "reset" && after === undefined)) return;
        try {
          hear(event === "reset" ? event : { tenant, ...change });
        } catch {
          socket.close();
        }
      });
      await once(socket, "open");
      await this.#push.greet(this.ids.at(-1)!);
      return socket;
    });
    return () => {
      stopped = true;
      void opening.then((socket) => socket.close());
    };
  }

  tell(changes: Change[]): Promise<void> {
    return this.#push.tell(changes);
  }

  greet(id: string): Promise<void> {
    return this.#push.greet(id);
  }

  get url(): string {
    return this.#gateway.url;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#gateway.close();
  }

  #then<Result>(next: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(next);
    this.#last = result.catch(() => {});
    return result;
  }
}

describeLivePush("the API Gateway adapter on a gateway of our own", async () => {
  const rigs = [await Rig.start()];
  return {
    push: rigs[0]!,
    restart: async () => {
      const again = await Rig.start();
      rigs.push(again);
      return again;
    },
    close: async () => {
      for (const rig of rigs) await rig.close();
    },
  };
});

describe("live push through a gateway", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await Rig.start();
  });
  afterEach(() => rig.close());
  const connections = async () => (await rig.store.list("acme/connections", { limit: 100 })).items.length;

  it("forgets a connection that has gone without a word, and goes on for the others", async () => {
    const ports = { store: rig.store, clock };
    await connect(ports, { id: "gone=", tenant: "acme", user: "ann", epoch: 0 });
    const heard: unknown[] = [];
    rig.subscribe("acme", (told) => heard.push(told));
    await until(async () => (await connections()) === 2);
    rig.publish({ tenant: "acme", kind: "incident", id: "a" });
    await until(() => heard.length === 1);
    await until(async () => (await connections()) === 1);
  });

  it("forgets a connection when it is closed", async () => {
    const stop = rig.subscribe("acme", () => {});
    await until(async () => (await connections()) === 1);
    stop();
    await until(async () => (await connections()) === 0);
  });

  it("gives up greeting a connection that never comes about", async () => {
    await connect({ store: rig.store, clock }, { id: "never=", tenant: "acme", user: "ann", epoch: 0, after: "x.1" });
    await rig.greet("never=");
    expect(await connections()).toBe(0);
  });

  it("tells people of what they may read, as long as they may, and nothing else", async () => {
    const incident = { tenant: "acme", site: "south" };
    await rig.store.commit([{ key: incidentKey("acme", "far"), body: incident, expect: 0 }]);
    await rig.store.commit([{ key: incidentKey("acme", "near"), body: { ...incident, site: "north" }, expect: 0 }]);
    const ports = { store: rig.store, push: rig, clock };
    await createUser(ports, "acme", { user: "bob", name: "Bob", role: "operator", sites: ["north"] });
    const [anns, bobs]: string[][] = [[], []];
    rig.subscribe("acme", (told) => anns!.push(told === "reset" ? told : told.id));
    rig.subscribe("acme", (told) => bobs!.push(told === "reset" ? told : told.id), undefined, "bob");
    const tell = (kind: Change["kind"], id: string) => rig.publish({ tenant: "acme", kind, id });
    for (const id of ["far", "near", "unheard-of"]) tell("incident", id);
    for (const kind of ["device", "notice", "deadLetter"] as const) tell(kind, kind);
    await until(() => anns!.length === 6);
    expect(bobs).toEqual(["near"]);
    await changeUser(ports, "acme", "bob", { disabled: true });
    tell("incident", "near");
    await until(() => anns!.length === 7);
    expect(bobs).toEqual(["near"]);
  });

  it("lets in nobody whom the function turns away", async () => {
    const socket = new WebSocket(`${rig.url}/?tenant=nobody`);
    const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(401);
  });
});
