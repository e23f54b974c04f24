import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Message, UndeliverableError } from "../../cloud/core/notifier.ts";
import { sign, TOLERANCE_S, verify } from "../../cloud/core/signature.ts";
import { EmailNotifier } from "../../cloud/notifiers/email.ts";
import { WebhookNotifier } from "../../cloud/notifiers/webhook.ts";
import { Mailbox } from "../fakes/mailbox.ts";
import { Webhook } from "../fakes/webhook.ts";
import { NOON } from "./rig.ts";

const SECRET = "a secret of enough characters";
const clock = { now: () => NOON };

function message(to: Message["to"], more: Partial<Message> = {}): Message {
  return {
    id: "n1",
    to,
    subject: "Fall: north, Prüfstand",
    text: "Seen at 12:00.\n.\nGo there.",
    data: { kind: "fall", text: "ü" },
    ...more,
  };
}

describe("a webhook", () => {
  let webhook: Webhook;
  const notifier = new WebhookNotifier(clock);
  const to = () => ({ channel: "webhook" as const, address: webhook.url, secret: SECRET });
  beforeEach(async () => {
    webhook = await Webhook.start();
  });
  afterEach(() => webhook.kill());

  it("gets the message as JSON, signed so that its receiver can tell who sent it and when", async () => {
    await notifier.send(message(to()));
    const [{ headers, body }] = webhook.posted as [(typeof webhook.posted)[0]];
    expect(JSON.parse(body)).toEqual({ kind: "fall", text: "ü" });
    expect(headers).toMatchObject({ "content-type": "application/json", "spotter-notice": "n1" });
    const signature = String(headers["spotter-signature"]);
    expect(verify(SECRET, body, signature, NOON)).toBe(true);
    expect(verify("another secret of that length", body, signature, NOON)).toBe(false);
    expect(verify(SECRET, `${body} `, signature, NOON)).toBe(false);
    expect(verify(SECRET, body, signature, NOON + (TOLERANCE_S + 1) * 1000)).toBe(false);
    expect(verify(SECRET, body, signature.replace(/t=\d+/, `t=${NOON / 1000 + 1}`), NOON)).toBe(false);
    expect(verify(SECRET, body, "rubbish", NOON)).toBe(false);
  });

  it("is signed as HMAC-SHA256 over time and body", () => {
    // printf '1780315200.{}' | openssl dgst -sha256 -hmac 'secret'
    expect(sign("secret", "{}", 1_780_315_200_999)).toBe(
      "t=1780315200,v1=d797c745ebbfaddc43e7de74687cb7f5edb1cf86ff45243993618eaa31544aab",
    );
  });

  it.each([500, 503, 429, 408])("that answers %i may be asked again", async (status) => {
    webhook.answer = (response) => response.writeHead(status).end("later");
    const sending = notifier.send(message(to()));
    await expect(sending).rejects.toThrow(new RegExp(`127\\.0\\.0\\.1:\\d+ answered ${status}$`));
    await expect(sending).rejects.not.toBeInstanceOf(UndeliverableError);
  });

  it.each([400, 401, 404, 410, 301])(
    "that answers %i is not asked again, nor is where it points to",
    async (status) => {
      webhook.answer = (response) => response.writeHead(status, { location: `${webhook.url}/elsewhere` }).end();
      await expect(notifier.send(message(to()))).rejects.toThrow(UndeliverableError);
      expect(webhook.posted).toHaveLength(1);
    },
  );

  it("that never answers, cuts the line or is not there may be asked again", async () => {
    webhook.answer = () => {};
    await expect(new WebhookNotifier(clock, 50).send(message(to()))).rejects.toThrow(/timeout/i);
    webhook.dropConnections = 1;
    await expect(notifier.send(message(to()))).rejects.toThrow();
    const gone = to();
    await webhook.kill();
    await expect(notifier.send(message(gone))).rejects.toThrow();
    webhook = await Webhook.start();
  });
});

describe("e-mail", () => {
  let mailbox: Mailbox;
  let notifier: EmailNotifier;
  const to = { channel: "email" as const, address: "ann@example.org" };
  beforeEach(async () => {
    mailbox = await Mailbox.start();
    notifier = new EmailNotifier(mailbox.url, "spotter@example.org");
  });
  afterEach(async () => {
    notifier.close();
    await mailbox.close();
  });

  it("is sent as text, under the notice's id, to this address alone", async () => {
    await notifier.send(message(to));
    const [mail, ...others] = mailbox.mails;
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ from: "spotter@example.org", to: ["ann@example.org"] });
    expect(mail?.text).toMatch(/^Message-ID: <n1@example\.org>\r?$/m);
    expect(mail?.text).toMatch(/^Subject: =\?UTF-8\?/m);
    expect(mail?.text).toMatch(/Seen at 12:00\.\r\n\.\.\r\nGo there\./);
  });

  it("cannot be given further headers or recipients by what it says", async () => {
    await notifier.send(message(to, { subject: "Fall\r\nBcc: eve@example.org" }));
    const head = mailbox.mails[0]?.text.split("\r\n\r\n")[0];
    expect(head).not.toMatch(/^Bcc:/m);
    expect(mailbox.mails[0]?.to).toEqual(["ann@example.org"]);
  });

  it("that the server refuses for good is not tried again, for now may be", async () => {
    mailbox.recipient = "550 no such person";
    await expect(notifier.send(message(to))).rejects.toThrow(UndeliverableError);
    mailbox.recipient = "450 mailbox busy";
    const sending = notifier.send(message(to));
    await expect(sending).rejects.toThrow(/busy/);
    await expect(sending).rejects.not.toBeInstanceOf(UndeliverableError);
  });

  it("to a server that is gone may be tried again", async () => {
    const { url } = mailbox;
    await mailbox.close();
    const lost = new EmailNotifier(url, "spotter@example.org");
    await expect(lost.send(message(to))).rejects.toThrow(/ECONNREFUSED/);
    lost.close();
    mailbox = await Mailbox.start();
  });
});
