import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import aslValidator from "asl-validator";
import type { DynamoDBRecord } from "aws-lambda";
import { StateMachine } from "aws-local-stepfunctions";
import { describe, expect, it } from "vitest";
import { ingest } from "../../../cloud/core/ingest.ts";
import type { Key } from "../../../cloud/core/store.ts";
import { follow } from "../../../cloud/functions/follow.ts";
import { startWakings, type Waking, wakingsIn } from "../../../cloud/functions/wakings.ts";
import { DEFINITION } from "../../../cloud/infrastructure/escalation.ts";
import { annIsTold, telling } from "../people.ts";
import { change, NOON, SimulatedDevice } from "../rig.ts";
import { file, play } from "../scenarios.ts";

const definition = JSON.parse(readFileSync(DEFINITION, "utf8"));

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * A cloud on AWS, as far as escalation goes: the table's stream starts executions, an interpreter of the Amazon States Language runs
 * them, and nothing but their waits moves the clock.
 */
function onStepFunctions() {
  const cloud = telling();
  const { store, clock } = cloud;
  const machine = new StateMachine(definition);
  const started = new Map<string, Waking>();
  const shouted: { Message: string }[] = [];
  const sleepers = new Set<Sleeper>();
  const faults: unknown[] = [];
  let running = 0;
  const sleepUntil = (at: number) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        sleepers.delete(sleeper);
        resolve();
      };
      const sleeper = { at, wake };
      sleepers.add(sleeper);
    });

  const start = (waking: Waking) => {
    // Step Functions knows an execution by its name, and starts none twice.
    if (started.has(waking.name)) return;
    started.set(waking.name, waking);
    running += 1;
    const { timer, at } = waking;
    let wakeAt = Date.parse(at);
    const { result } = machine.run(
      { timer, at },
      {
        overrides: {
          waitTimeOverrides: { "Wait until it is due": 0, "Wait a minute": 0 },
          retryIntervalOverrides: { Climb: 0 },
          taskResourceLocalHandlers: {
            Climb: async () => {
              await sleepUntil(wakeAt);
              const next = await follow(cloud, timer);
              wakeAt = Date.parse(next.at ?? at);
              return { ...next };
            },
            "Say that nobody is told": async (input) => {
              shouted.push(input as { Message: string });
              wakeAt = clock.now() + 60_000;
              return {};
            },
          },
        },
      },
    );
    result
      .catch((error: unknown) => faults.push(error))
      .finally(() => {
        running -= 1;
      });
  };

  const commit = store.commit.bind(store);
  let records = 0;
  store.commit = async (writes) => {
    const keys: Key[] = writes.map(({ key }) => key);
    const before = await store.read(keys);
    await commit(writes);
    const image = (body: unknown) => (body === undefined ? {} : { body: { S: JSON.stringify(body) } });
    const stream = writes.map(({ key, body }, i): DynamoDBRecord => {
      records += 1;
      return {
        eventID: String(records),
        dynamodb: {
          Keys: { pk: { S: key.partition }, sk: { S: key.sort } },
          OldImage: image(before[i]?.body),
          NewImage: image(body),
        },
      };
    });
    // Streams deliver at least once.
    for (const waking of [...wakingsIn(stream), ...wakingsIn(stream)]) start(waking);
  };

  const settled = async () => {
    while (running > sleepers.size) await turn();
  };
  const until = async (atS: number) => {
    const end = NOON + atS * 1000;
    for (;;) {
      await settled();
      const next = [...sleepers].toSorted((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      clock.advance(Math.max(0, next.at - clock.now()));
      next.wake();
    }
    clock.advance(Math.max(0, end - clock.now()));
  };
  return { ...cloud, until, started, shouted, faults, asleep: () => sleepers.size };
}

describe("the state machine of an escalation", () => {
  it("is written in the Amazon States Language", () => {
    expect(aslValidator(definition)).toMatchObject({ isValid: true, errors: [] });
  });

  it.each(file.scenarios)("$title", async (scenario) => {
    const cloud = onStepFunctions();
    const ended = await play(cloud, scenario, cloud.until);
    expect(cloud.told()).toEqual(scenario.told);
    expect(ended?.stopped).toBe(scenario.stopped);
    expect([cloud.faults, cloud.shouted]).toEqual([[], []]);
  });

  it("ends by itself once somebody has acknowledged", async () => {
    const scenario = file.scenarios.find(({ title }) => title === "stops when somebody acknowledges");
    const cloud = onStepFunctions();
    await play(cloud, scenario as (typeof file.scenarios)[0], cloud.until);
    expect([cloud.started.size, cloud.asleep()]).toEqual([1, 0]);
  });

  it("shouts when the core cannot do its work, and goes on trying until it can", async () => {
    const cloud = onStepFunctions();
    await annIsTold(cloud);
    const read = cloud.store.read.bind(cloud.store);
    cloud.store.read = async (keys) => {
      if (keys.some(({ partition }) => partition === "acme/policies")) throw new Error("the table is away");
      return read(keys);
    };
    await ingest(cloud, new SimulatedDevice().send(change("confirmed")));
    await cloud.until(100);
    expect(cloud.shouted.map(({ Message }) => Message)).toEqual([
      expect.stringMatching(/^Timer escalate\/acme\/\S+ of a fall fails: the table is away\. It is tried again/),
      expect.stringMatching(/fails/),
    ]);
    cloud.store.read = read;
    await cloud.until(200);
    expect(cloud.told()).toEqual(["120 ann webhook"]);
    expect(cloud.faults).toEqual([]);
  });
});

describe("what the table's stream starts", () => {
  const record = (sort: string, before: number | undefined, after: number | undefined, partition = "timers") => ({
    eventID: "e1",
    dynamodb: {
      Keys: { pk: { S: partition }, sk: { S: sort } },
      ...(before === undefined ? {} : { OldImage: { body: { S: JSON.stringify({ at: before }) } } }),
      ...(after === undefined ? {} : { NewImage: { body: { S: JSON.stringify({ at: after }) } } }),
    },
  });

  it.each<[string, DynamoDBRecord, number]>([
    ["a new timer of an escalation", record("escalate/acme/x", undefined, NOON), 1],
    ["one that is put forward", record("escalate/acme/x", NOON + 1, NOON), 1],
    ["one that is put off", record("escalate/acme/x", NOON, NOON + 1), 0],
    ["one that is gone", record("escalate/acme/x", NOON, undefined), 0],
    ["a timer of something else", record("silence/acme/x", undefined, NOON), 0],
    ["a row of a list", record("0001~escalate/acme/x", undefined, NOON, "timers/due"), 0],
    ["nothing", {}, 0],
  ])("%s: %#", (_, given, executions) => {
    const expected = { name: "e1", timer: "escalate/acme/x", at: "2026-06-01T12:00:00.000Z" };
    expect(wakingsIn([given])).toEqual(executions === 0 ? [] : [expected]);
  });

  it("is started once, and a fault is told so that the stream delivers again", async () => {
    const waking = { name: "e1", timer: "escalate/acme/x", at: "2026-06-01T12:00:00.000Z" };
    const { ExecutionAlreadyExists, SFNClient } = await import("@aws-sdk/client-sfn");
    const client = new SFNClient({ region: "eu-central-1" });
    const sent: unknown[] = [];
    let fault: Error | undefined = new ExecutionAlreadyExists({ message: "there", $metadata: {} });
    client.send = async (command: { input: unknown }) => {
      sent.push(command.input);
      if (fault) throw fault;
    };
    await startWakings(client, "arn:machine", [waking]);
    expect(sent).toEqual([
      {
        stateMachineArn: "arn:machine",
        name: "e1",
        input: '{"timer":"escalate/acme/x","at":"2026-06-01T12:00:00.000Z"}',
      },
    ]);
    fault = new Error("throttled");
    await expect(startWakings(client, "arn:machine", [waking])).rejects.toThrow("throttled");
  });
});
