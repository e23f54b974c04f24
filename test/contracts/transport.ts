import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LimitError } from "../../src/uplink/limits.ts";
import type { Transport } from "../../src/uplink/transport.ts";

/** A transport with its other side, which is reachable at first. */
export interface Linked {
  readonly transport: Transport;
  /** Where the other side takes messages. */
  readonly topic: string;
  /** What the other side has taken, in order. */
  taken(): { topic: string; payload: Uint8Array }[];
  down(): Promise<void> | void;
  up(): Promise<void> | void;
  /** The link stands, but nothing passes any more. */
  freeze(): void;
  /** Frees the other side. */
  close(): Promise<void>;
}

/** What every transport does, whatever carries it. */
export function describeTransport(kind: string, link: () => Promise<Linked>): void {
  describe(`${kind} as a transport`, () => {
    let linked: Linked;
    let heard: string[];
    const start = () =>
      linked.transport.start({
        connected: () => heard.push("connected"),
        disconnected: () => heard.push("disconnected"),
      });
    const connected = (want = true) =>
      vi.waitUntil(() => linked.transport.connected === want, { timeout: 20_000, interval: 5 });
    const message = (id: string, payload = new TextEncoder().encode(id)) => ({ id, topic: linked.topic, payload });
    const taken = () => linked.taken().map(({ payload }) => new TextDecoder().decode(payload));

    beforeEach(async () => {
      heard = [];
      linked = await link();
    });
    afterEach(async () => {
      await linked.transport.close();
      await linked.close();
    });

    it("carries bytes unchanged and answers once the other side has them", async () => {
      start();
      await connected();
      const payload = Uint8Array.from({ length: 1_000 }, (_, i) => i % 256);
      await linked.transport.send(message("bytes", payload));
      await vi.waitUntil(() => linked.taken().length === 1, { timeout: 20_000 });
      expect(linked.taken()[0]?.topic).toBe(linked.topic);
      expect([...(linked.taken()[0]?.payload ?? [])]).toEqual([...payload]);
    });

    it("keeps the order of what is sent together", async () => {
      start();
      await connected();
      const ids = Array.from({ length: 100 }, (_, i) => `${i}`);
      await Promise.all(ids.map((id) => linked.transport.send(message(id))));
      await vi.waitUntil(() => linked.taken().length === ids.length, { timeout: 20_000 });
      expect(taken()).toEqual(ids);
    });

    it("refuses to send before it is connected", async () => {
      await expect(linked.transport.send(message("early"))).rejects.toThrow(/not connected/);
    });

    it("waits for another side that is not there yet", async () => {
      await linked.down();
      start();
      await linked.up();
      await connected();
      await linked.transport.send(message("late"));
      await vi.waitUntil(() => taken().includes("late"), { timeout: 20_000 });
    });

    it("rejects what was not acknowledged when the link is lost, and does not send it by itself later", async () => {
      start();
      await connected();
      linked.freeze();
      const lost = linked.transport.send(message("lost"));
      const refused = expect(lost).rejects.toThrow();
      await linked.down();
      await refused;
      await connected(false);
      await linked.up();
      await connected();
      await linked.transport.send(message("after"));
      await vi.waitUntil(() => taken().includes("after"), { timeout: 20_000 });
      expect(taken()).toEqual(["after"]);
      expect(heard.filter((word, i) => word !== heard[i - 1])).toEqual(["connected", "disconnected", "connected"]);
    });

    it("refuses what the strictest broker would, and says what and why", async () => {
      start();
      await connected();
      const big = linked.transport.send(message("big", new Uint8Array(131_073)));
      await expect(big).rejects.toThrow(LimitError);
      await expect(big).rejects.toThrow(/event big: 131073 bytes, the limit is 131072/);
      const deep = linked.transport.send({ ...message("deep"), topic: "a/b/c/d/e/f/g/h/i" });
      await expect(deep).rejects.toThrow(/8 slashes, the limit is 7; shorten uplink.topic/);
      await linked.transport.send(message("fine"));
    });

    it("stays closed", async () => {
      start();
      await connected();
      await linked.transport.close();
      expect(linked.transport.connected).toBe(false);
      await expect(linked.transport.send(message("closed"))).rejects.toThrow();
    });
  });
}
