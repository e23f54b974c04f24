import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SNSClient } from "@aws-sdk/client-sns";
import { CREDENTIALS } from "./dynoxide.ts";

const NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/";

/** The one action of SNS's query protocol that the notifier asks for, on an endpoint of our own. */
export interface Sns {
  readonly client: SNSClient;
  /** What it was asked, in order. */
  readonly asked: URLSearchParams[];
  /** Answers with this status and code of error from now on; undefined: takes everything. */
  refuse: { readonly status: number; readonly code: string } | undefined;
  close(): Promise<void>;
}

export async function startSns(): Promise<Sns> {
  const server = createServer(async (request, response) => {
    sns.asked.push(new URLSearchParams(await text(request)));
    const { status = 200, code } = sns.refuse ?? {};
    const body = code
      ? `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>said so</Message></Error></ErrorResponse>`
      : `<PublishResponse xmlns="${NAMESPACE}"><PublishResult><MessageId>m1</MessageId></PublishResult></PublishResponse>`;
    response.writeHead(status, { "content-type": "text/xml" }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new SNSClient({ endpoint, region: "eu-central-1", credentials: CREDENTIALS, maxAttempts: 1 });
  const sns: Sns = {
    client,
    asked: [],
    refuse: undefined,
    close: async () => {
      client.destroy();
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return sns;
}
