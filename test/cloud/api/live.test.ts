import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { ingest } from "../../../cloud/core/ingest.ts";
import { changeUser } from "../../../cloud/core/users.ts";
import { change, SimulatedDevice } from "../rig.ts";
import { type Name, type World, world } from "./world.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closing.splice(0).reverse()) await close();
});

interface Heard {
  readonly event: string;
  readonly kind?: string;
  readonly id?: string;
  readonly cursor?: string;
}

/** A listener, whatever carries what it hears. */
interface Listener {
  readonly heard: Heard[];
  readonly closed: Promise<void>;
  /** Resolves once so much was heard. */
  until(count: number): Promise<Heard[]>;
  close(): void;
}

async function listening() {
  const here = await world();
  await here.app.listen({ port: 0, host: "127.0.0.1" });
  closing.push(() => here.app.close());
  return { here, host: `127.0.0.1:${(here.app.server.address() as AddressInfo).port}` };
}

type Place = Awaited<ReturnType<typeof listening>>;
type Connect = (place: Place, name: Name, after?: string) => Promise<Listener>;

function collecting(): { heard: Heard[]; add(one: Heard): void; until(count: number): Promise<Heard[]> } {
  const heard: Heard[] = [];
  let wake = () => {};
  return {
    heard,
    add: (one) => {
      heard.push(one);
      wake();
    },
    until: async (count) => {
      while (heard.length < count)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return heard.slice(0, count);
    },
  };
}

const bySse: Connect = async ({ here, host }, name, after) => {
  const stop = new AbortController();
  const headers = {
    cookie: `__Host-spotter=${here.sessions.acme[name].token}`,
    ...(after === undefined ? {} : { "last-event-id": after }),
  };
  const response = await fetch(`http://${host}/api/live`, { headers, signal: stop.signal });
  if (response.status !== 200 || !response.body) throw new Error(`HTTP ${response.status}`);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const { heard, add, until } = collecting();
  const read = async (body: ReadableStream<Uint8Array>) => {
    let text = "";
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const fields = Object.fromEntries(
          text
            .slice(0, end)
            .split("\n")
            .map((line) => /^(\w*): ?(.*)$/.exec(line)?.slice(1) ?? ["", ""]),
        );
        text = text.slice(end + 2);
        if (fields.event) add({ event: fields.event, ...JSON.parse(fields.data) });
      }
    }
  };
  closing.push(() => stop.abort());
  return { heard, until, closed: read(response.body).catch(() => {}), close: () => stop.abort() };
};

const bySocket: Connect = async ({ here, host }, name, after) => {
  const query = after === undefined ? "" : `?after=${encodeURIComponent(after)}`;
  const socket = new WebSocket(`ws://${host}/api/live/socket${query}`, {
    headers: { cookie: `__Host-spotter=${here.sessions.acme[name].token}`, origin: `http://${host}` },
  });
  const { heard, add, until } = collecting();
  socket.on("message", (data) => add(JSON.parse(String(data))));
  await new Promise<void>((resolve, reject) => {
    socket.on("open", () => resolve());
    socket.on("error", reject);
  });
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  closing.push(() => socket.terminate());
  return { heard, until, closed, close: () => socket.terminate() };
};

/** A fall at a site of acme; its incident. */
async function fall({ ports }: World, device: string, site = "north"): Promise<void> {
  await ingest({ ...ports, adopt: { tenant: "acme", site } }, new SimulatedDevice(device).send(change("confirmed")));
}

describe.each([
  ["Server-Sent Events", bySse],
  ["a WebSocket", bySocket],
])("live by %s", (_, connect) => {
  it("first says to read afresh, then tells what changes, and of this tenant alone", async () => {
    const place = await listening();
    const listener = await connect(place, "ada");
    await listener.until(1);
    const zeta = new SimulatedDevice("zeta-other").send(change("confirmed"));
    await ingest({ ...place.here.ports, adopt: { tenant: "zeta", site: "north" } }, zeta);
    await fall(place.here, "acme-two");
    const [first, ...rest] = await listener.until(4);
    expect(first).toEqual({ event: "reset" });
    expect(rest.map(({ event, kind }) => `${event} ${kind}`)).toEqual([
      "change device",
      "change device",
      "change incident",
    ]);
    expect(rest[0]?.id).toBe("acme-two");
  });

  it("goes on where it was cut off, with what came meanwhile, once and in order", async () => {
    const place = await listening();
    const before = await connect(place, "olga");
    await before.until(1);
    await fall(place.here, "acme-two");
    const last = (await before.until(4)).at(-1);
    before.close();
    await before.closed;
    await fall(place.here, "acme-three");
    const after = await connect(place, "olga", last?.cursor);
    await fall(place.here, "acme-four");
    const devices = (await after.until(6)).filter(({ kind }) => kind === "device").map(({ id }) => id);
    expect(devices).toEqual(["acme-three", "acme-three", "acme-four", "acme-four"]);
    expect(after.heard.some(({ event }) => event === "reset")).toBe(false);
  });

  it("says to read afresh when nobody knows any more where it was", async () => {
    const place = await listening();
    const listener = await connect(place, "olga", "another-run.17");
    expect(await listener.until(1)).toEqual([{ event: "reset" }]);
  });

  it("tells nobody of a site, nor of things, that they may not see", async () => {
    const place = await listening();
    const south = await connect(place, "otto");
    const safety = await connect(place, "sam");
    await Promise.all([south.until(1), safety.until(1)]);
    await fall(place.here, "acme-north-2");
    await ingest({ ...place.here.ports, adopt: { tenant: "acme", site: "north" } }, [
      new SimulatedDevice("acme-north-2").envelope(new Uint8Array([9])),
    ]);
    await fall(place.here, "acme-south-1", "south");
    const told = await south.until(4);
    expect(told.slice(1).map(({ id, kind }) => (kind === "device" ? id : kind))).toEqual([
      "acme-south-1",
      "acme-south-1",
      "incident",
    ]);
    expect((await safety.until(7)).filter(({ kind }) => kind === "deadLetter")).toEqual([]);
  });

  it("ends with the session", async () => {
    const place = await listening();
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const listener = await connect(place, "sam");
    await listener.until(1);
    await vi.advanceTimersByTimeAsync(15_000);
    await fall(place.here, "acme-two");
    await listener.until(2);
    await changeUser(place.here.ports, "acme", "sam", { disabled: true });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await listener.closed).toBeUndefined();
  });

  it("ends when the cloud stops, which does not wait for it", async () => {
    const place = await listening();
    const listener = await connect(place, "sam");
    await listener.until(1);
    await place.here.app.close();
    expect(await listener.closed).toBeUndefined();
  });
});

describe("a WebSocket", () => {
  const open = (url: string, headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url, { headers });
      closing.push(() => socket.terminate());
      socket.on("open", () => resolve("open"));
      socket.on("unexpected-response", (_, { statusCode }) => resolve(String(statusCode)));
      socket.on("error", () => {});
    });

  it("is opened for nobody without a session, and for no other site's page", async () => {
    const { here, host } = await listening();
    const url = `ws://${host}/api/live/socket`;
    const cookie = `__Host-spotter=${here.sessions.acme.olga.token}`;
    const origin = `http://${host}`;
    expect(await open(url, { cookie, origin })).toBe("open");
    expect(await open(url, { origin })).toBe("401");
    expect(await open(url, { cookie: `__Host-spotter=${"A".repeat(43)}`, origin })).toBe("401");
    expect(await open(url, { cookie, origin: "https://evil.example" })).toBe("403");
    expect(await open(url, { cookie })).toBe("403");
    expect(await open(`ws://${host}/api/incidents`, { cookie, origin })).toBe("404");
    expect(await open(`${url}?after=${"x".repeat(500)}`, { cookie, origin })).toBe("400");
  });

  it("and a stream are given to one person only so many times", async () => {
    const place = await listening();
    for (let i = 0; i < 20; i += 1) await bySse(place, "olga");
    await expect(bySse(place, "olga")).rejects.toThrow("HTTP 503");
    await expect(bySocket(place, "olga")).rejects.toThrow("503");
    await bySse(place, "sam");
  });

  it("that says more than it has to say is closed", async () => {
    const place = await listening();
    const { host, here } = place;
    const socket = new WebSocket(`ws://${host}/api/live/socket`, {
      headers: { cookie: `__Host-spotter=${here.sessions.acme.olga.token}`, origin: `http://${host}` },
    });
    closing.push(() => socket.terminate());
    await new Promise<void>((resolve) => socket.on("open", () => resolve()));
    const closed = new Promise<number>((resolve) => socket.on("close", (code) => resolve(code)));
    socket.send("x".repeat(100_000));
    expect(await closed).toBe(1009);
    expect((await fetch(`http://${host}/healthz`)).status).toBe(200);
  });
});
