import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { json } from "node:stream/consumers";
import { CREDENTIALS } from "./dynoxide.ts";

/** Where .ci/run installs `aws-lambda-ric`, which compiles itself there. */
export const ricDir = process.env.SPOTTER_RIC ?? join(homedir(), ".cache/spotter/lambda-ric");

/** Programs that run a bundle as Lambda does: AWS's own, and forty lines of ours that need no compiler to install. */
export const CLIENTS = {
  "AWS's runtime client": join(ricDir, "node_modules/aws-lambda-ric/index.mjs"),
  "a runtime client of our own": resolve(import.meta.dirname, "lambda-client.mjs"),
} as const;
export type ClientName = keyof typeof CLIENTS;

/** A function that has begun, in a process of its own. */
export interface RunningFunction {
  /** From the start of its process until it asked for its first event, ms; Lambda's "Init Duration". */
  readonly initMs: number;
  /** What the handler answers. Rejects with its error's type and message. */
  invoke(event: unknown): Promise<unknown>;
  /** Everything it has written so far. */
  log(): string;
  close(): Promise<void>;
}

interface Invocation {
  readonly event: unknown;
  readonly settle: { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void };
}

const API = "/2018-06-01/runtime";
const TIMEOUT_MS = 60_000;

/**
 * Starts a bundle behind Lambda's Runtime API ("Using the Lambda runtime API for custom runtimes"), with an environment such as
 * Lambda gives and the credentials of nobody. Rejects when the function cannot begin.
 */
export async function startFunction(
  dir: string,
  environment: Readonly<Record<string, string>>,
  client: ClientName,
): Promise<RunningFunction> {
  const waiting: Invocation[] = [];
  const running = new Map<string, Invocation>();
  const begun = Promise.withResolvers<number>();
  let asking: ServerResponse | undefined;
  let log = "";

  const hand = () => {
    const invocation = asking && waiting.shift();
    if (!asking || !invocation) return;
    const id = randomUUID();
    running.set(id, invocation);
    asking.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": id,
      "lambda-runtime-deadline-ms": Date.now() + TIMEOUT_MS,
      "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-central-1:000000000000:function:spotter",
    });
    asking.end(JSON.stringify(invocation.event));
    asking = undefined;
  };
  const server = createServer(async (request, response) => {
    if (request.url === `${API}/invocation/next`) {
      begun.resolve(performance.now() - startedAt);
      asking = response;
      return hand();
    }
    const answer = await json(request);
    response.writeHead(202).end("{}");
    if (request.url === `${API}/init/error`) return begun.reject(errorOf(answer));
    const [, id = "", outcome] =
      new RegExp(`^${API}/invocation/([^/]+)/(response|error)$`).exec(request.url ?? "") ?? [];
    const settle = running.get(id)?.settle;
    running.delete(id);
    if (outcome === "response") settle?.resolve(answer);
    else settle?.reject(errorOf(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const startedAt = performance.now();
  const child = spawn(process.execPath, [CLIENTS[client]], {
    cwd: dir,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      LAMBDA_TASK_ROOT: dir,
      _HANDLER: "index.handler",
      AWS_LAMBDA_FUNCTION_NAME: "spotter",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_LOG_GROUP_NAME: "spotter",
      AWS_LAMBDA_LOG_STREAM_NAME: "spotter",
      AWS_LAMBDA_LOG_FORMAT: "JSON",
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      ...environment,
    },
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      log += text;
    });
  const gone = once(child, "exit").then(([code]) => {
    const error = new Error(`the function's process ended with ${code}: ${log.slice(-2_000)}`);
    begun.reject(error);
    for (const { settle } of [...running.values(), ...waiting]) settle.reject(error);
  });
  const close = async () => {
    child.kill("SIGKILL");
    await gone;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  try {
    const initMs = await begun.promise;
    return {
      initMs,
      invoke: (event) =>
        new Promise((resolve, reject) => {
          waiting.push({ event, settle: { resolve, reject } });
          hand();
        }),
      log: () => log,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function errorOf(answer: unknown): Error {
  const { errorType, errorMessage } = answer as Record<string, string>;
  return new Error(`${errorType}: ${errorMessage}`);
}
