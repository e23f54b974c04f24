import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Message, UndeliverableError } from "../../../cloud/core/notifier.ts";
import { SmsNotifier } from "../../../cloud/notifiers/sms.ts";
import { type Sns, startSns } from "../../fakes/sns.ts";

describe("a short message through SNS", () => {
  let sns: Sns;
  beforeEach(async () => {
    sns = await startSns();
  });
  afterEach(() => sns.close());

  const message = (address = "+493012345678", words = "A person has fallen: north, Prüfstand."): Message => ({
    id: "n1",
    to: { channel: "sms", address },
    subject: "Fall",
    text: words,
    data: {},
  });
  const send = (...args: Parameters<typeof message>) => new SmsNotifier(sns.client).send(message(...args));

  it("is published to the number, as one of those that SNS delivers first", async () => {
    await send();
    expect(Object.fromEntries(sns.asked[0] ?? [])).toMatchObject({
      Action: "Publish",
      PhoneNumber: "+493012345678",
      Message: "A person has fallen: north, Prüfstand.",
      "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType",
      "MessageAttributes.entry.1.Value.StringValue": "Transactional",
    });
  });

  it("finds the number however people space it", async () => {
    await send("+49 30 / 1234-5678");
    expect(sns.asked[0]?.get("PhoneNumber")).toBe("+493012345678");
  });

  it("is cut when it would be many messages", async () => {
    await send(undefined, "x".repeat(1_000));
    expect(sns.asked[0]?.get("Message")).toBe(`${"x".repeat(299)}…`);
  });

  it.each(["0301234567", "+0301234567", "+49 (0)30 1234567", "ann@example.org", "+49301234567890123", ""])(
    "is not asked of SNS when %j is no number",
    async (address) => {
      await expect(send(address)).rejects.toThrow(UndeliverableError);
      expect(sns.asked).toEqual([]);
    },
  );

  it.each<[string, number, string, boolean]>([
    ["a number that it does not take", 400, "InvalidParameter", true],
    ["an account that may not send", 403, "AuthorizationError", true],
    ["too much at once", 400, "Throttled", false],
    ["a fault of its own", 500, "InternalError", false],
  ])("is not tried again when SNS refuses it for good, and may be otherwise: %s", async (_, status, code, final) => {
    sns.refuse = { status, code };
    const error = await send().catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error instanceof UndeliverableError).toBe(final);
    expect((error as Error).message).toContain("said so");
  });
});
