import { SNSClient } from "@aws-sdk/client-sns";
import type { Notifier } from "../core/notifier.ts";
import type { Channel } from "../core/people.ts";
import { EmailNotifier } from "../notifiers/email.ts";
import { SmsNotifier } from "../notifiers/sms.ts";
import { WebhookNotifier } from "../notifiers/webhook.ts";
import { clock } from "./ports.ts";

/** Mail only where a server for it is named. */
export function notifiers(): Partial<Record<Channel, Notifier>> {
  const { SPOTTER_MAIL_URL: url, SPOTTER_MAIL_FROM: from } = process.env;
  if (url && !from) throw new Error("environment: SPOTTER_MAIL_URL is set, and SPOTTER_MAIL_FROM is not; set both");
  return {
    webhook: new WebhookNotifier(clock),
    sms: new SmsNotifier(new SNSClient({})),
    ...(url && from ? { email: new EmailNotifier(url, from) } : {}),
  };
}
