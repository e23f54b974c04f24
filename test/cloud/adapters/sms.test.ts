import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SNSClient } from "@aws-sdk/client-sns";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Message, UndeliverableError } from "../../../cloud/core/notifier.ts";
import { SmsNotifier } from "../../../cloud/notifiers/sms.ts";
import { CREDENTIALS } from "../../fakes/dynoxide.ts";

const NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/";
const TAKEN = `<PublishResponse xmlns="${NAMESPACE}"><PublishResult><MessageId>m1</MessageId></PublishResult></PublishResponse>`;
const refusal = (code: string) =>
  `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>said so</Message></Error></ErrorResponse>`;

/** The one request of SNS's query protocol that the notifier makes, against an endpoint of our own. */
describe("SNS's adapter as the notifier for short messages, on an endpoint of our own", () => {
  const asked: URLSearchParams[] = [];
  let answer: { status: number; body: string };
  let server: Server;
  let client: SNSClient;
  beforeEach(async () => {
    asked.length = 0;
    answer = { status: 200, body: TAKEN };
    server = createServer(async (request, response) => {
      asked.push(new URLSearchParams(await text(request)));
      response.writeHead(answer.status, { "content-type": "text/xml" }).end(answer.body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = new SNSClient({ endpoint, region: "eu-central-1", credentials: CREDENTIALS, maxAttempts: 1 });
  });
  afterEach(async () => {
    client.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  const message = (address = "+493012345678", words = "A person has fallen: north, Prüfstand."): Message => ({
    id: "n1",
    to: { channel: "sms", address },
    subject: "Fall",
    text: words,
    data: {},
  });
  const send = (...args: Parameters<typeof message>) => new SmsNotifier(client).send(message(...args));

  it("publishes the text to the number, as one of those that SNS delivers first", async () => {
    await send();
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      Action: "Publish",
      PhoneNumber: "+493012345678",
      Message: "A person has fallen: north, Prüfstand.",
      "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType",
      "MessageAttributes.entry.1.Value.StringValue": "Transactional",
    });
  });

  it("cuts what would be many messages", async () => {
    await send(undefined, "x".repeat(1_000));
    expect(asked[0]?.get("Message")).toBe(`${"x".repeat(299)}…`);
  });

  it.each(["0301234567", "+0301234567", "+49 30 1234567", "ann@example.org", "+49301234567890123", ""])(
    "asks SNS for nothing when %j is no number",
    async (address) => {
      await expect(send(address)).rejects.toThrow(UndeliverableError);
      expect(asked).toEqual([]);
    },
  );

  it.each<[string, number, string, boolean]>([
    ["a number that it does not take", 400, "InvalidParameter", true],
    ["an account that may not send", 403, "AuthorizationError", true],
    ["too much at once", 400, "Throttled", false],
    ["a fault of its own", 500, "InternalError", false],
  ])("tells final refusals from passing ones: %s", async (_, status, code, final) => {
    answer = { status, body: refusal(code) };
    const error = await send().catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error instanceof UndeliverableError).toBe(final);
    expect((error as Error).message).toContain("said so");
  });
});
