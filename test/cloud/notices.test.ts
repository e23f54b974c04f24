import { describe, expect, it } from "vitest";
import { incidents } from "../../cloud/core/incidents.ts";
import { ingest } from "../../cloud/core/ingest.ts";
import { noticeLog, noticesOf, replayNotice, writeTest } from "../../cloud/core/notices.ts";
import { UndeliverableError } from "../../cloud/core/notifier.ts";
import { writePerson } from "../../cloud/core/people.ts";
import { annIsTold, person, telling } from "./people.ts";
import { ACME, change, SimulatedDevice } from "./rig.ts";

async function fallen() {
  const cloud = telling();
  await annIsTold(cloud, { repeatS: 1_000_000 });
  await ingest(cloud, new SimulatedDevice().send(change("confirmed")));
  const [{ id = "" } = {}] = (await incidents(cloud, ACME)).incidents;
  const { webhook } = cloud.notifiers;
  const notices = () => noticesOf(cloud, ACME, id);
  const failed = async () => (await noticeLog(cloud, ACME)).items.map(({ body }) => body);
  return { cloud, webhook, notices, failed };
}

describe("a notice", () => {
  it("is tried again with growing waits under the same id until it is taken", async () => {
    const { cloud, webhook, notices } = await fallen();
    webhook.answer = () => {
      if (webhook.sent.length < 4) throw new Error("connection refused");
    };
    await cloud.until(1_000);
    expect(webhook.sent.map(({ atS }) => atS)).toEqual([0, 5, 20, 80]);
    expect(new Set(webhook.sent.map(({ message }) => message.id)).size).toBe(1);
    expect(await notices()).toMatchObject([{ state: "delivered", tries: 4, person: "ann" }]);
    expect((await notices())[0]?.error).toBeUndefined();
  });

  it("that nobody takes waits in the list of failures, until it is replayed", async () => {
    const { cloud, webhook, notices, failed } = await fallen();
    webhook.answer = () => {
      throw new Error("connection refused");
    };
    await cloud.until(20_000);
    expect(webhook.sent).toHaveLength(7);
    const [notice] = await failed();
    expect(notice).toMatchObject({ state: "failed", tries: 7, error: "connection refused" });
    webhook.answer = () => {};
    await replayNotice(cloud, ACME, notice?.id ?? "");
    expect(await failed()).toEqual([]);
    await cloud.run();
    expect(await notices()).toMatchObject([{ state: "delivered", tries: 1 }]);
    await expect(replayNotice(cloud, ACME, notice?.id ?? "")).rejects.toThrow(/none has failed/);
    await expect(replayNotice(cloud, "other", notice?.id ?? "")).rejects.toThrow(/none has failed/);
  });

  it("that will never be taken is not tried again", async () => {
    const { cloud, webhook, failed } = await fallen();
    webhook.answer = () => {
      throw new UndeliverableError("410 gone");
    };
    await cloud.until(20_000);
    expect(webhook.sent).toHaveLength(1);
    expect(await failed()).toMatchObject([{ error: "410 gone" }]);
  });

  it("does not wait for the receiver of another", async () => {
    const cloud = telling();
    const chain = [
      { afterS: 0, to: { person: "ann" }, by: "webhook" as const },
      { afterS: 0, to: { person: "ann" }, by: "email" as const },
    ];
    await annIsTold(cloud, { chain });
    await ingest(cloud, new SimulatedDevice().send(change("confirmed")));
    let free = () => {};
    const mailed = new Promise<void>((resolve) => {
      cloud.notifiers.email.answer = () => resolve();
    });
    cloud.notifiers.webhook.answer = () => new Promise<void>((resolve) => (free = resolve));
    const running = cloud.run();
    await mailed;
    // Another process that looks meanwhile leaves it to the first.
    expect(await cloud.run()).toBe(0);
    free();
    await running;
    expect(cloud.notifiers.webhook.sent).toHaveLength(1);
  });

  it("for a channel that this cloud does not have says so", async () => {
    const { cloud, failed } = await fallen();
    Reflect.deleteProperty(cloud.notifiers, "webhook");
    await cloud.until(1);
    expect(await failed()).toMatchObject([{ error: expect.stringMatching(/webhook: this cloud has no such channel/) }]);
  });

  it("can be a test, which names itself one", async () => {
    const cloud = telling();
    await writePerson(cloud, ACME, person("ann"));
    await writeTest(cloud, ACME, "ann", "email");
    await cloud.run();
    expect(cloud.notifiers.email.sent).toMatchObject([{ message: { subject: "Test", data: { kind: "test" } } }]);
    await expect(writeTest(cloud, ACME, "ann", "sms")).rejects.toThrow(/has no sms/);
    await expect(writeTest(cloud, "other", "ann", "email")).rejects.toThrow(/has no email/);
  });
});

describe("a person", () => {
  it.each<[string, object, RegExp]>([
    ["no address", { channel: "webhook", address: "nowhere", secret: "x".repeat(16) }, /"nowhere" is no http/],
    ["a file", { channel: "webhook", address: "file:///etc/passwd", secret: "x".repeat(16) }, /is no http/],
    [
      "a password",
      { channel: "webhook", address: "https://a:b@c.example", secret: "x".repeat(16) },
      /without user and password/,
    ],
    ["a short secret", { channel: "webhook", address: "https://a.example", secret: "short" }, /16 or more characters/],
    ["two addresses", { channel: "email", address: "a@b, c@d" }, /is no e-mail address/],
    [
      "a number that cannot be dialled from everywhere",
      { channel: "sms", address: "0170 1234567" },
      /is no telephone number/,
    ],
    ["a header", { channel: "email", address: "a@b\r\nBcc: c@d" }, /is no e-mail address/],
  ])("is not written down with a contact that is %s", async (_, contact, reason) => {
    const cloud = telling();
    await expect(writePerson(cloud, ACME, { ...person("ann"), contacts: [contact as never] })).rejects.toThrow(reason);
  });
});
