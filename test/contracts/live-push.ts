import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Change, LivePush, Told } from "../../cloud/core/push.ts";
import { describeContract } from "./contract.ts";

export interface OpenPush {
  readonly push: LivePush;
  /** A push of another run, which knows nothing of the first's changes. */
  restart(): Promise<LivePush>;
  close(): Promise<void>;
}

/** What every live push does, whatever carries it. */
export function describeLivePush(kind: string, open: () => Promise<OpenPush>): void {
  describeContract(`${kind} as the live push`, () => {
    let opened: OpenPush;
    let push: LivePush;
    beforeEach(async () => {
      opened = await open();
      push = opened.push;
    });
    afterEach(() => opened.close());

    const change = (id: string, tenant = "acme"): Change => ({ tenant, kind: "incident", id });
    const listen = (tenant = "acme", after?: string) => {
      const heard: (Told | "reset")[] = [];
      const stop = push.subscribe(tenant, (told) => heard.push(told), after);
      const ids = () => heard.map((told) => (told === "reset" ? told : told.id));
      return { heard, ids, stop };
    };
    const until = (check: () => boolean) => vi.waitUntil(check, { timeout: 10_000, interval: 2 });

    it("tells everybody who listens, in order, of their own tenant alone", async () => {
      const [one, two, foreign] = [listen(), listen(), listen("other")];
      for (const id of ["a", "b", "c"]) push.publish(change(id));
      push.publish(change("x", "other"));
      await until(() => foreign.ids().length === 1 && two.ids().length === 3);
      expect(one.ids()).toEqual(["a", "b", "c"]);
      expect(two.ids()).toEqual(["a", "b", "c"]);
      expect(foreign.ids()).toEqual(["x"]);
    });

    it("tells nothing more to those who have stopped, nor what was before to those who begin", async () => {
      const early = listen();
      push.publish(change("a"));
      await until(() => early.ids().length === 1);
      early.stop();
      early.stop();
      const late = listen();
      push.publish(change("b"));
      await until(() => late.ids().length === 1);
      expect(late.ids()).toEqual(["b"]);
      expect(early.ids()).toEqual(["a"]);
    });

    it("goes on for a listener that was cut off where it was", async () => {
      const first = listen();
      push.publish(change("a"));
      await until(() => first.ids().length === 1);
      first.stop();
      push.publish(change("b"));
      push.publish(change("x", "other"));
      push.publish(change("c"));
      const again = listen("acme", (first.heard[0] as Told).cursor);
      push.publish(change("d"));
      await until(() => again.ids().length === 3);
      expect(again.ids()).toEqual(["b", "c", "d"]);
    });

    it("tells a listener that was away too long, or before a restart, to read afresh", async () => {
      const first = listen();
      push.publish(change("a"));
      await until(() => first.ids().length === 1);
      first.stop();
      const { cursor } = first.heard[0] as Told;
      for (let i = 0; i < 5_000; i += 1) push.publish(change(`${i}`));
      const resumed = async (after: string) => {
        const again = listen("acme", after);
        await until(() => again.ids().length > 0);
        return again.ids();
      };
      expect(await resumed(cursor)).toEqual(["reset"]);
      push = await opened.restart();
      for (const strange of [cursor, "", "rubbish", "a.b.c"]) expect(await resumed(strange)).toEqual(["reset"]);
    });

    it("is not held up by a listener that throws", async () => {
      push.subscribe("acme", () => {
        throw new Error("gone");
      });
      const sound = listen();
      push.publish(change("a"));
      push.publish(change("b"));
      await until(() => sound.ids().length === 2);
    });
  });
}
