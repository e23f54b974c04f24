import { openActuator } from "../../src/actuators/open.ts";
import type { Logger } from "../../src/observe/log.ts";
import { describeActuator, type Wired } from "../contracts/actuator.ts";
import { describeWith } from "../engines.ts";
import { type Broker, listen, startAedes, startMosquitto } from "../fakes/broker.ts";
import { Gate } from "../fakes/gate.ts";
import { ModbusSlave } from "../fakes/modbus-slave.ts";
import { Webhook } from "../fakes/webhook.ts";
import { configured, deps } from "./command.ts";

for (const table of ["coil", "register"] as const) {
  describeActuator(`a Modbus ${table}`, async (settings) => {
    const slave = await ModbusSlave.start();
    const gate = await Gate.before(slave.port);
    const config = { kind: "modbus", host: "127.0.0.1", port: gate.port, table, address: 3, ...settings };
    return {
      actuator: await openActuator(configured(config), deps),
      levels: () => slave.written.map(({ value }) => value === 1),
      gate,
      close: async () => {
        await gate.shut();
        await slave.kill();
      },
    };
  });
}

describeActuator("a webhook", async (settings) => {
  const webhook = await Webhook.start();
  const gate = await Gate.before(webhook.port);
  const config = {
    kind: "http",
    url: `http://127.0.0.1:${gate.port}/`,
    secret: "env:SECRET",
    retries: 10,
    ...settings,
  };
  return {
    actuator: await openActuator(configured(config), deps),
    levels: () => webhook.posted.map(({ body }) => JSON.parse(body).energised),
    gate,
    close: async () => {
      await gate.shut();
      await webhook.kill();
    },
  };
});

async function wireBeacon(settings: object): Promise<Wired> {
  const levels: boolean[] = [];
  // Its log line is all that can be seen of a simulated lamp.
  const log = { info: ({ lit }: { lit: boolean }) => levels.push(lit) } as unknown as Logger;
  return {
    actuator: await openActuator(configured({ kind: "beacon", ...settings }), { ...deps, log }),
    levels: () => levels,
    close: async () => {},
  };
}
describeActuator("a simulated beacon", wireBeacon, { local: true });

async function wireMqtt(broker: Broker, settings: object, ackTopic?: string): Promise<Wired> {
  const gate = await Gate.before(Number(new URL(broker.url).port));
  const levels: boolean[] = [];
  const receiver = await listen(broker, "site/stop", (_, body, client) => {
    const { id, energised } = JSON.parse(body);
    levels.push(energised);
    client.publish("site/stop/done", id, { qos: 1 });
  });
  const config = { kind: "mqtt", url: `mqtt://127.0.0.1:${gate.port}`, topic: "site/stop", ackTopic, ...settings };
  return {
    actuator: await openActuator(configured(config), deps),
    levels: () => levels,
    gate,
    close: async () => {
      await receiver.endAsync(true);
      await gate.shut();
      await broker.kill();
    },
  };
}

describeActuator("an MQTT command with acknowledgement, aedes", async (settings) =>
  wireMqtt(await startAedes(), settings, "site/stop/done"),
);
describeWith("Mosquitto", "Mosquitto", () => {
  describeActuator("an MQTT command with acknowledgement", async (settings) =>
    wireMqtt(await startMosquitto(), settings, "site/stop/done"),
  );
  describeActuator(
    "an MQTT command without acknowledgement",
    async (settings) => wireMqtt(await startMosquitto(), settings),
    { done: "commanded" },
  );
});
