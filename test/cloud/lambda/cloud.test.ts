import { once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { escalation } from "../../../cloud/core/escalation.ts";
import { writePerson } from "../../../cloud/core/people.ts";
import { enrol } from "../../../cloud/core/places.ts";
import { writePolicy } from "../../../cloud/core/policy.ts";
import { verify } from "../../../cloud/core/signature.ts";
import { ALL_SITES, createUser } from "../../../cloud/core/users.ts";
import { describeWith, type Engine } from "../../engines.ts";
import { type Bucket, startBucket } from "../../fakes/bucket.ts";
import { CLIENTS, type ClientName } from "../../fakes/lambda.ts";
import { Webhook } from "../../fakes/webhook.ts";
import { change, SimulatedDevice } from "../rig.ts";
import { AwsCloud, Bundles, batch, ORIGIN, record, TENANT } from "./rig.ts";

const SECRET = "a secret of enough characters";
const PASSWORD = "correct horse battery staple";
/** The smallest PNG, 1 × 1. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string;
}

/** A browser behind API Gateway's HTTP API and WebSocket API. */
class Browser {
  readonly #cloud: AwsCloud;
  cookies: string[] = [];
  csrf = "";

  constructor(cloud: AwsCloud) {
    this.#cloud = cloud;
  }

  /** As API Gateway hands it over, payload version 2.0. */
  async ask(method: string, url: string, body?: object | Buffer, type = "application/json"): Promise<Answer> {
    const { pathname, search, searchParams } = new URL(url, ORIGIN);
    const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const answer = (await this.#cloud.invoke("api", {
      version: "2.0",
      routeKey: "$default",
      rawPath: pathname,
      rawQueryString: search.slice(1),
      ...(search === "" ? {} : { queryStringParameters: Object.fromEntries(searchParams) }),
      headers: { host: "cloud.example", "x-csrf-token": this.csrf, ...(bytes ? { "content-type": type } : {}) },
      cookies: this.cookies,
      requestContext: { http: { method, path: pathname, sourceIp: "192.0.2.1" }, requestId: "r1", stage: "$default" },
      ...(bytes ? { body: bytes.toString("base64"), isBase64Encoded: true } : { isBase64Encoded: false }),
    })) as Answer;
    for (const cookie of answer.cookies ?? []) this.cookies = [cookie.split(";")[0] as string];
    return answer;
  }

  async logIn(user: string): Promise<void> {
    const answer = await this.ask("POST", "/api/session", { user, password: PASSWORD });
    expect(answer.statusCode).toBe(200);
    this.csrf = JSON.parse(answer.body).csrf;
  }

  /** What it hears from then on. */
  async listen(after?: string): Promise<{ heard: Record<string, string>[]; socket: WebSocket }> {
    const query = after === undefined ? "" : `?${new URLSearchParams({ after })}`;
    const socket = new WebSocket(`${this.#cloud.gateway.url}/${query}`, {
      headers: { cookie: this.cookies.join("; "), origin: ORIGIN },
    });
    const heard: Record<string, string>[] = [];
    socket.on("message", (text) => heard.push(JSON.parse(String(text))));
    await once(socket, "open");
    return { heard, socket };
  }
}

const until = (check: () => boolean) => vi.waitUntil(check, { timeout: 30_000, interval: 5 });

let bundles: Bundles;
beforeAll(() => {
  bundles = new Bundles();
});
afterAll(() => bundles?.remove());

for (const client of Object.keys(CLIENTS) as ClientName[]) {
  const engines: Engine[] = client === "AWS's runtime client" ? ["dynoxide", client] : ["dynoxide"];
  describeWith(engines, `the deployed bundles under ${client}, on dynoxide and a gateway of our own`, () => {
    let cloud: AwsCloud;
    let webhook: Webhook;
    let bucket: Bucket;
    let browser: Browser;
    beforeEach(async () => {
      webhook = await Webhook.start();
      bucket = await startBucket();
      cloud = await AwsCloud.start(bundles, client, {
        AWS_ENDPOINT_URL_S3: bucket.endpoint,
        SPOTTER_BUCKET: bucket.name,
      });
      browser = new Browser(cloud);
      const { ports } = cloud;
      const user = { user: "ada", name: "Ada", role: "admin", sites: [ALL_SITES], password: PASSWORD } as const;
      await createUser(ports, TENANT, { ...user, mustChangePassword: false });
      await enrol(ports, { device: "hall-2", tenant: TENANT, site: "north" });
      const contacts = [{ channel: "webhook" as const, address: webhook.url, secret: SECRET }];
      await writePerson(ports, TENANT, { person: "ann", name: "Ann", contacts });
      const chain = [{ afterS: 0, to: { person: "ann" }, by: "webhook" as const }];
      await writePolicy(ports, TENANT, "*", { chain, repeatS: 300, nearMiss: [], trouble: [], cooldownS: 900 });
    });
    afterEach(async () => {
      await cloud?.close();
      await bucket.close();
      await webhook.kill();
    });

    it("carry a fall from the device to the people and the open page, and the acknowledgement back", async () => {
      await browser.logIn("ada");
      await cloud.drainStream();
      const { heard, socket } = await browser.listen();
      await cloud.drainStream();
      await until(() => heard.length === 1);
      expect(heard[0]).toEqual({ event: "reset" });

      const device = new SimulatedDevice();
      const fall = device.send(change("confirmed")).map((one) => record(one));
      await cloud.invoke("ingest", batch([...fall, ...fall]));
      await cloud.drainStream();
      const incidentsHeard = () => heard.filter(({ kind }) => kind === "incident");
      await until(() => incidentsHeard().length === 1);
      const [{ id = "" } = {}] = incidentsHeard();

      await cloud.invoke("timers", {});
      await cloud.invoke("timers", {});
      expect(webhook.posted).toHaveLength(1);
      const [{ headers, body }] = webhook.posted as [(typeof webhook.posted)[0]];
      expect(verify(SECRET, body, String(headers["spotter-signature"]), Date.now())).toBe(true);
      expect(JSON.parse(body)).toMatchObject({ kind: "fall" });

      const answer = await browser.ask("POST", `/api/incidents/${id}/acknowledge`, {
        reason: "on my way",
        outcome: "true",
      });
      expect([answer.statusCode, JSON.parse(answer.body).state]).toEqual([200, "acknowledged"]);
      expect((await escalation(cloud.ports, TENANT, id))?.stopped).toBe("acknowledged");
      await cloud.drainStream();
      await until(() => incidentsHeard().length >= 2);

      // The page was away while something happened.
      const { cursor } = heard.at(-1) as { cursor: string };
      socket.close();
      await once(socket, "close");
      await cloud.invoke("ingest", batch(device.send(change("cleared")).map((one) => record(one))));
      await cloud.drainStream();
      const again = await browser.listen(cursor);
      await cloud.drainStream();
      await until(() => again.heard.some((each) => each.kind === "incident" && each.id === id));
      expect(again.heard.some(({ event }) => event === "reset")).toBe(false);
      again.socket.close();
      await once(again.socket, "close");
    }, 180_000);

    it("wait for what becomes due before the schedule comes again", async () => {
      const rung = { to: { person: "ann" }, by: "webhook" as const };
      const chain = [0, 2].map((afterS) => ({ ...rung, afterS }));
      const rest = { repeatS: 600, nearMiss: [], trouble: [], cooldownS: 900 };
      await writePolicy(cloud.ports, TENANT, "*", { chain, ...rest });
      await cloud.invoke("ingest", batch(new SimulatedDevice().send(change("confirmed")).map((one) => record(one))));
      await cloud.invoke("timers", {});
      expect(webhook.posted).toHaveLength(2);
    }, 180_000);

    it("let in only whom the API would, from its own pages alone", async () => {
      await browser.logIn("ada");
      const refused = async (headers: Record<string, string>) => {
        const socket = new WebSocket(cloud.gateway.url, { headers });
        const [, { statusCode }] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
        return statusCode;
      };
      const cookie = browser.cookies.join("; ");
      expect(await refused({ cookie, origin: "https://evil.example" })).toBe(403);
      expect(await refused({ cookie })).toBe(403);
      expect(await refused({ origin: ORIGIN })).toBe(401);
      expect(await refused({ cookie: `${cookie.slice(0, -1)}~`, origin: ORIGIN })).toBe(401);
      expect((await new Browser(cloud).ask("GET", "/api/incidents")).statusCode).toBe(401);
      const live = await browser.ask("GET", "/api/live");
      expect([live.statusCode, JSON.parse(live.body).remedy ?? live.body]).toEqual([409, expect.any(String)]);
    });

    it("take a picture in through API Gateway's base64 and keep it in the bucket", async () => {
      await browser.logIn("ada");
      const site = await browser.ask("PUT", "/api/sites/north", { name: "North", timeZone: "Europe/Berlin" });
      expect(site.statusCode, site.body).toBeLessThan(300);
      const drawn = await browser.ask("PUT", "/api/sites/north/floor-plan", PNG, "image/png");
      expect(drawn.statusCode, drawn.body).toBeLessThan(300);
      const { sites } = JSON.parse((await browser.ask("GET", "/api/sites")).body);
      const address = JSON.stringify(sites).match(/http:[^"]+X-Amz-Signature=[0-9a-f]+[^"]*/)?.[0] ?? "";
      const picture = await fetch(address);
      expect(picture.headers.get("content-type")).toBe("image/png");
      expect(Buffer.from(await picture.arrayBuffer())).toEqual(PNG);
    });
  });
}
