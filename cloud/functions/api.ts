import awsLambdaFastify from "@fastify/aws-lambda";
import { buildApi } from "../api/build.ts";
import { passKeyOf } from "./environment.ts";
import { bucketBlobs, settingsOf, tablePorts } from "./ports.ts";

const { SPOTTER_TABLE, SPOTTER_BUCKET, SPOTTER_URL, SPOTTER_TENANT } = settingsOf("api");

const passKey = passKeyOf(process.env.SPOTTER_PASS_KEY);

const app = buildApi({
  // It asks for messages; the timers' function sends them.
  ports: { ...tablePorts(SPOTTER_TABLE), blobs: bucketBlobs(SPOTTER_BUCKET), notifiers: {} },
  tenant: SPOTTER_TENANT,
  secure: true,
  publicUrl: SPOTTER_URL,
  pictureOrigins: [`https://${SPOTTER_BUCKET}.s3.${process.env.AWS_REGION}.amazonaws.com`],
  streams: false,
  ...(passKey ? { passKey } : {}),
  // API Gateway adds the address that it saw.
  proxies: 1,
  warn: (error, text) => console.warn(`${text}: ${error.stack ?? error.message}`),
});

/** The API behind API Gateway. Pages and live changes come from elsewhere: the bucket, and the WebSocket API. */
export const handler = awsLambdaFastify(app, {
  decorateRequest: false,
  parseCommaSeparatedQueryParams: false,
  // API Gateway carries text; everything else goes through it as base64.
  enforceBase64: ({ headers }) => !/^(text\/|application\/json)/.test(String(headers["content-type"] ?? "text/plain")),
});
