import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Actuator } from "../../src/actuators/actuator.ts";
import { openActuator } from "../../src/actuators/open.ts";
import { readSecret } from "../../src/config/secret.ts";
import { describeWith } from "../engines.ts";
import { type Authority, makeAuthority } from "../fakes/authority.ts";
import { startMosquitto } from "../fakes/broker.ts";
import { AMPLE_MS, command, configured, deps, LONGER_MS } from "./command.ts";

describeWith("Mosquitto", "an output over TLS", () => {
  const directory = mkdtempSync(join(tmpdir(), "spotter-tls-"));
  let ours: Authority;
  let foreign: Authority;
  beforeAll(() => {
    ours = makeAuthority(directory, "ours");
    foreign = makeAuthority(directory, "foreign");
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const toClose: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close();
  });

  const started = async (settings: Record<string, unknown>): Promise<Actuator> => {
    const actuator = await openActuator(configured(settings), { ...deps, secret: readSecret });
    toClose.push(() => actuator.close());
    actuator.start();
    return actuator;
  };

  it("commands a broker that asks for a client certificate", async () => {
    const broker = await startMosquitto([
      "allow_anonymous true",
      "require_certificate true",
      `cafile ${ours.ca}`,
      `certfile ${ours.certificate}`,
      `keyfile ${ours.key}`,
    ]);
    toClose.push(() => broker.kill());
    const mqtt = { kind: "mqtt", url: broker.url.replace("mqtt:", "mqtts:"), topic: "site/stop" };
    const pair = { cert: ours.certificate, key: `file:${ours.key}` };
    const trusting = await started({ ...mqtt, ...pair, ca: ours.ca });
    expect(await trusting.apply(command("active", AMPLE_MS))).toMatchObject({ outcome: "commanded" });
    const wary = await started({ ...mqtt, ...pair, ca: foreign.ca });
    const receipt = await wary.apply(command("active", LONGER_MS));
    expect(receipt).toMatchObject({ outcome: "failed", writtenMs: Number.NaN });
    expect(receipt.detail).toMatch(/not connected: .*certificate/);
  });

  it("posts to a webhook whose certificate chains to the given authority, and to no other", async () => {
    const server = createServer(
      { cert: readFileSync(ours.certificate), key: readFileSync(ours.key) },
      (request, response) => request.resume().on("end", () => response.writeHead(204).end()),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    toClose.push(async () => server.close());
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const http = { kind: "http", url, secret: `file:${ours.key}`, retries: 0 };
    const trusting = await started({ ...http, ca: ours.ca });
    expect(await trusting.apply(command("active", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
    const wary = await started({ ...http, ca: foreign.ca });
    const receipt = await wary.apply(command("active", AMPLE_MS));
    expect(receipt).toMatchObject({ outcome: "failed", writtenMs: Number.NaN });
    expect(receipt.detail).toMatch(/certificate/);
  });
});
