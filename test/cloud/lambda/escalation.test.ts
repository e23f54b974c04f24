import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { acknowledge, incidents } from "../../../cloud/core/incidents.ts";
import { writePerson } from "../../../cloud/core/people.ts";
import { enrol } from "../../../cloud/core/places.ts";
import { writePolicy } from "../../../cloud/core/policy.ts";
import { describeWith } from "../../engines.ts";
import { Webhook } from "../../fakes/webhook.ts";
import { change, SimulatedDevice } from "../rig.ts";
import { AwsCloud, Bundles, batch, record, TENANT } from "./rig.ts";

const MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:spotter-escalation";

interface Started {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
}

/** As much of Step Functions as starts executions: the same name once. */
async function startStepFunctions() {
  const started = new Map<string, Started>();
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const asked = JSON.parse(Buffer.concat(parts).toString()) as Started;
    response.setHeader("content-type", "application/x-amz-json-1.0");
    if (request.headers["x-amz-target"] !== "AWSStepFunctions.StartExecution" || started.has(asked.name))
      return response.writeHead(400).end(JSON.stringify({ __type: "ExecutionAlreadyExists", message: "there" }));
    started.set(asked.name, asked);
    response.end(JSON.stringify({ executionArn: `${MACHINE}:${asked.name}`, startDate: Date.now() / 1000 }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, executions: () => [...started.values()], close: () => server.close() };
}

describeWith("dynoxide", "the deployed bundles of the escalation", () => {
  let bundles: Bundles;
  let machines: Awaited<ReturnType<typeof startStepFunctions>>;
  let webhook: Webhook;
  let cloud: AwsCloud;
  beforeAll(async () => {
    bundles = new Bundles();
    machines = await startStepFunctions();
    webhook = await Webhook.start();
    cloud = await AwsCloud.start(bundles, "a runtime client of our own", {
      AWS_ENDPOINT_URL_SFN: machines.endpoint,
      SPOTTER_ESCALATION: MACHINE,
    });
  }, 180_000);
  afterAll(async () => {
    await cloud?.close();
    await webhook?.kill();
    machines?.close();
    bundles?.remove();
  });

  it("start one execution for a fall, which tells people when it is to and ends with the acknowledgement", async () => {
    const { ports } = cloud;
    await enrol(ports, { device: "hall-2", tenant: TENANT, site: "north" });
    const contacts = [{ channel: "webhook" as const, address: webhook.url, secret: "a secret of enough characters" }];
    await writePerson(ports, TENANT, { person: "ann", name: "Ann", contacts });
    const chain = [0, 600].map((afterS) => ({ afterS, to: { person: "ann" }, by: "webhook" as const }));
    await writePolicy(ports, TENANT, "*", { chain, repeatS: 300, nearMiss: [], trouble: [], cooldownS: 900 });
    const fall = new SimulatedDevice().send(change("confirmed")).map((one) => record(one));
    await cloud.invoke("ingest", batch([...fall, ...fall]));
    await cloud.drainStream();

    const [execution, ...more] = machines.executions();
    expect([execution?.stateMachineArn, more]).toEqual([MACHINE, []]);
    const input = JSON.parse(execution?.input ?? "{}") as { timer: string; at: string };
    expect(input.timer).toMatch(/^escalate\/acme\//);

    const next = (await cloud.invoke("escalation", input)) as { timer: string; at: string };
    expect(webhook.posted).toHaveLength(1);
    expect(next.timer).toBe(input.timer);
    expect(Date.parse(next.at) - Date.parse(input.at)).toBe(600_000);

    const [{ id = "" } = {}] = (await incidents(ports, TENANT)).incidents;
    await acknowledge(ports, { tenant: TENANT, id, by: "Ann", reason: "on my way" });
    expect(await cloud.invoke("escalation", next)).toEqual({ timer: input.timer });
    await cloud.drainStream();
    expect(machines.executions()).toHaveLength(1);
  }, 180_000);
});
