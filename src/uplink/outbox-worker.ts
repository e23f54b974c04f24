import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { asError } from "../lib/failure.ts";
import type { OutboxEvent, OutboxNotice, OutboxStats } from "./classes.ts";
import { isDamaged, openStore, replaceStore } from "./recover.ts";
import { type Appended, OutboxStore, type StoreOptions } from "./store.ts";

/** The outbox's own thread: waiting for the disk must never hold up frames or actuators. */

export type OutboxJob =
  | { readonly op: "append"; readonly event: OutboxEvent }
  | { readonly op: "next"; readonly limit: number }
  | { readonly op: "remove"; readonly sequences: readonly number[] }
  | { readonly op: "setAside"; readonly sequence: number }
  | { readonly op: "tidy" }
  | { readonly op: "close" };

export type OutboxRequest = OutboxJob & { readonly call: number };

export type OutboxReply =
  | { readonly kind: "open"; readonly epoch: number; readonly boot: number; readonly lastSequence: number }
  | { readonly kind: "done"; readonly call: number; readonly value: Appended | OutboxEvent[] | undefined }
  | { readonly kind: "failed"; readonly call: number; readonly message: string }
  | { readonly kind: "notice"; readonly notice: OutboxNotice }
  | { readonly kind: "stats"; readonly stats: OutboxStats };

export interface WorkerOptions extends Omit<StoreOptions, "now" | "notice"> {
  /** A file that cannot be opened is done without: a device that cannot remember must still watch and tell. */
  readonly orInMemory: boolean;
}

function serve(port: MessagePort, given: WorkerOptions): void {
  const reply = (message: OutboxReply) => port.postMessage(message);
  const options: StoreOptions = {
    ...given,
    now: () => performance.now(),
    notice: (notice) => reply({ kind: "notice", notice }),
  };
  let volatile = "";
  let store = open();
  let lastSequence = store.lastSequence;
  reply({ kind: "stats", stats: stats() });
  reply({ kind: "open", epoch: store.epoch, boot: store.boot, lastSequence });

  port.on("message", (first: OutboxRequest) => {
    // Whatever has come meanwhile shares one commit: many cameras cost one wait for the disk.
    const requests = [first];
    for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) requests.push(more.message);
    const replies: OutboxReply[] = [];
    for (let at = 0; at < requests.length; ) {
      let end = at + 1;
      while (requests[at]?.op === "append" && requests[end]?.op === "append") end += 1;
      replies.push(...answers(requests.slice(at, end)));
      at = end;
    }
    if (requests.at(-1)?.op !== "close") reply({ kind: "stats", stats: stats() });
    for (const message of replies) reply(message);
  });

  function open(): OutboxStore {
    mkdirSync(dirname(options.path), { recursive: true });
    try {
      return openStore(options);
    } catch (error) {
      if (!given.orInMemory) throw error;
      volatile = `the outbox ${options.path} cannot be opened (${asError(error).message}): events wait in memory only and do not survive a power cut; free or replace the disk, then restart`;
      return new OutboxStore({ ...options, path: ":memory:" });
    }
  }

  function stats(): OutboxStats {
    const found = store.stats();
    return { ...found, trouble: volatile || found.trouble };
  }

  function answers(requests: readonly OutboxRequest[]): OutboxReply[] {
    for (const request of requests)
      if (request.op === "append") lastSequence = Math.max(lastSequence, request.event.sequence);
    try {
      const values = run(store, requests);
      return requests.map(({ call }, index) => ({ kind: "done", call, value: values[index] }));
    } catch (error) {
      if (isDamaged(error)) {
        const origin = store.origin(lastSequence);
        closeQuietly(store);
        // When this throws, the thread ends and is started again, and the same requests come back.
        store = replaceStore(options, asError(error).message, origin);
        return answers(requests);
      }
      return requests.map(({ call }) => ({ kind: "failed", call, message: asError(error).message }));
    }
  }
}

function run(store: OutboxStore, requests: readonly OutboxRequest[]): (Appended | OutboxEvent[] | undefined)[] {
  const [first] = requests;
  switch (first?.op) {
    case "append":
      return store.append(requests.flatMap((request) => (request.op === "append" ? [request.event] : [])));
    case "next":
      return [store.next(first.limit)];
    case "remove":
      store.remove(first.sequences);
      return [undefined];
    case "setAside":
      store.setAside(first.sequence, "refused");
      return [undefined];
    case "tidy":
      store.tidy();
      return [undefined];
    case "close":
      store.close();
      return [undefined];
    default:
      return [];
  }
}

function closeQuietly(store: OutboxStore): void {
  try {
    store.close();
  } catch {
    // A damaged file need not close in order.
  }
}

if (parentPort) serve(parentPort, workerData as WorkerOptions);
