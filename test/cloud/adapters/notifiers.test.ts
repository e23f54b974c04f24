import { EmailNotifier } from "../../../cloud/notifiers/email.ts";
import { SmsNotifier } from "../../../cloud/notifiers/sms.ts";
import { WebhookNotifier } from "../../../cloud/notifiers/webhook.ts";
import { describeNotifier } from "../../contracts/notifier.ts";
import { Mailbox } from "../../fakes/mailbox.ts";
import { startSns } from "../../fakes/sns.ts";
import { Webhook } from "../../fakes/webhook.ts";

describeNotifier("a webhook, over real HTTP,", async () => {
  const webhook = await Webhook.start();
  let gone = false;
  let refused = 0;
  const vanish = async () => {
    if (!gone) await webhook.kill();
    gone = true;
  };
  return {
    notifier: new WebhookNotifier({ now: () => Date.now() }),
    to: { channel: "webhook", address: webhook.url, secret: "a secret of enough characters" },
    answer: (how) => {
      webhook.answer = (response) => {
        refused += 1;
        response.writeHead(how === "never" ? 410 : 503).end();
      };
    },
    vanish,
    taken: () => webhook.posted.length - refused,
    close: vanish,
  };
});

describeNotifier("e-mail, over real SMTP,", async () => {
  const mailbox = await Mailbox.start();
  const notifier = new EmailNotifier(mailbox.url, "spotter@example.org");
  let gone = false;
  const vanish = async () => {
    if (!gone) await mailbox.close();
    gone = true;
  };
  return {
    notifier,
    to: { channel: "email", address: "ann@example.org" },
    answer: (how) => {
      mailbox.recipient = how === "never" ? "550 no such person" : "450 busy";
    },
    vanish,
    taken: () => mailbox.mails.length,
    close: async () => {
      notifier.close();
      await vanish();
    },
  };
});

describeNotifier("the SNS adapter on an endpoint of our own", async () => {
  const sns = await startSns();
  let refused = 0;
  return {
    notifier: new SmsNotifier(sns.client),
    to: { channel: "sms", address: "+493012345678" },
    answer: (how) => {
      refused += 1;
      sns.refuse = how === "never" ? { status: 400, code: "InvalidParameter" } : { status: 400, code: "Throttled" };
    },
    vanish: () => sns.close(),
    taken: () => sns.asked.length - refused,
    close: () => sns.close(),
  };
});
