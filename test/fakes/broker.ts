import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { startBroker } from "../../cloud/broker.ts";
import { freePort } from "./free-port.ts";

/** A broker on loopback that can be killed and brought back on its port. */
export interface Broker {
  readonly url: string;
  /** Cuts every connection and stops listening, without a goodbye. */
  kill(): Promise<void>;
  revive(): Promise<void>;
}

/** Mosquitto with further `settings` of mosquitto.conf; nothing is persisted: what a killed broker held is gone. */
export async function startMosquitto(settings: readonly string[] = ["allow_anonymous true"]): Promise<Broker> {
  const port = await freePort();
  let kill = async (): Promise<void> => {};
  const revive = async (): Promise<void> => {
    const dir = await mkdtemp(join(tmpdir(), "spotter-mosquitto-"));
    const config = join(dir, "mosquitto.conf");
    await writeFile(config, [`listener ${port} 127.0.0.1`, "user root", "persistence false", ...settings].join("\n"));
    const child = spawn("mosquitto", ["-c", config], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    const gone = once(child, "exit");
    kill = async () => {
      child.kill("SIGKILL");
      await gone;
    };
    await new Promise<void>((resolve, reject) => {
      let said = "";
      child.stderr.on("data", (line) => {
        said += line;
        if (/mosquitto version .* running/.test(said)) resolve();
      });
      child.on("error", reject);
      child.on("exit", () => reject(new Error(`mosquitto ended: ${said}`)));
    });
    await rm(dir, { recursive: true });
  };
  await revive();
  return { url: `mqtt://127.0.0.1:${port}`, revive, kill: () => kill() };
}

/** The in-process twin. */
export async function startAedes(): Promise<Broker> {
  let broker = await startBroker();
  const { port, url } = broker;
  return {
    url,
    kill: () => broker.close(),
    revive: async () => {
      broker = await startBroker({ port });
    },
  };
}

/** Everything published under `topics`, as an independent client hears it. */
export async function listen(
  broker: Broker,
  topics: string,
  hear: (topic: string, body: string, client: MqttClient) => void,
): Promise<MqttClient> {
  const client = await connectAsync(broker.url, { reconnectPeriod: 50 });
  client.on("message", (topic, body) => hear(topic, body.toString(), client));
  client.on("error", () => {});
  await client.subscribeAsync(topics, { qos: 1 });
  return client;
}
