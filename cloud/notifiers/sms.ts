import { PublishCommand, type SNSClient, SNSServiceException } from "@aws-sdk/client-sns";
import { type Message, type Notifier, UndeliverableError } from "../core/notifier.ts";
import { numberOf } from "../core/people.ts";

/** SNS cuts a longer text into several messages, each of them paid for. GSM 03.38 has 160 characters in one; two are enough. */
const MAX_TEXT = 300;
/** What SNS will say again however often it is asked. */
const FINAL = ["InvalidParameter", "InvalidParameterValue", "OptedOut", "AuthorizationError"];

/** Sends short messages to telephones through Amazon SNS, as transactional ones: those it delivers first. */
export class SmsNotifier implements Notifier {
  readonly #client: SNSClient;

  constructor(client: SNSClient) {
    this.#client = client;
  }

  async send({ to, text }: Message): Promise<void> {
    const number = numberOf(to.address);
    if (number === undefined)
      throw new UndeliverableError(`"${to.address}" is no telephone number; give it as +49 170 1234567, then replay`);
    try {
      await this.#client.send(
        new PublishCommand({
          PhoneNumber: number,
          Message: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text,
          MessageAttributes: { "AWS.SNS.SMS.SMSType": { DataType: "String", StringValue: "Transactional" } },
        }),
      );
    } catch (error) {
      if (error instanceof SNSServiceException && FINAL.some((name) => error.name.startsWith(name)))
        throw new UndeliverableError(
          `SNS: ${error.message}; correct the number or the account's settings, then replay`,
        );
      throw error;
    }
  }
}
