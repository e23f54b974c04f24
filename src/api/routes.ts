import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Config } from "../config/schema.ts";
import type { Logger } from "../observe/log.ts";
import type { DeviceView, Verdict } from "./device.ts";
import { ApiFailure } from "./failure.ts";
import type { Live } from "./live.ts";
import type { Pictures } from "./pictures.ts";

const name = { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,62}$" };
const id = { type: "string", pattern: "^[A-Za-z0-9_.:-]{1,80}$" };
const object = (properties: Record<string, object>, required = Object.keys(properties)) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
/** Whoever acts signs with a name; shown in the alarm's history. */
const who = object({ who: { type: "string", minLength: 1, maxLength: 60, pattern: "\\S" } });

interface Parts {
  device: DeviceView;
  live: Live;
  pictures: Pictures;
  /** What runs now, redacted. */
  config: () => Config;
  log: Logger;
}

/** What can be asked of a device, all of it behind the guard. */
export function routes(app: FastifyInstance, { device, live, pictures, config, log }: Parts): void {
  app.get("/healthz", { config: { open: true } }, async () => ({ ok: true }));
  app.get("/metrics", async (_request, reply) => {
    return reply.type("text/plain; version=0.0.4; charset=utf-8").send(await device.metrics());
  });

  app.get("/api/state", async () => device.status());
  app.get("/api/config", async () => config());
  app.get("/api/cameras", async () => ({ cameras: device.status().cameras }));
  app.get("/api/alarms", async () => ({ alarms: device.status().alarms }));

  app.get<{ Params: { camera: string }; Querystring: { overlay?: "0" | "1"; width?: string } }>(
    "/api/cameras/:camera/snapshot.jpg",
    {
      schema: {
        params: object({ camera: name }),
        querystring: object(
          { overlay: { enum: ["0", "1"] }, width: { type: "string", pattern: "^[1-9][0-9]{1,3}$" } },
          [],
        ),
      },
    },
    async (request, reply) => {
      const { camera } = request.params;
      const { overlay = "1", width = "960" } = request.query;
      mustKnow(config(), camera);
      const jpeg = await pictures.jpeg(camera, Number(width), overlay === "1");
      if (!jpeg)
        throw new ApiFailure("not-found", `camera ${camera} has given no picture yet`, {
          remedy: "see GET /api/cameras for its state and the reason",
        });
      return reply
        .type("image/jpeg")
        .headers({ "x-age-ms": String(Math.round(jpeg.ageMs)), "x-stale": jpeg.stale ? "1" : "0" })
        .send(jpeg.bytes);
    },
  );

  app.post<{ Params: { camera: string; zone: string }; Body: { enabled: boolean } }>(
    "/api/cameras/:camera/zones/:zone",
    { schema: { params: object({ camera: name, zone: name }), body: object({ enabled: { type: "boolean" } }) } },
    async (request) => {
      const { camera, zone } = request.params;
      mustKnow(config(), camera);
      grant(device.enableZone(camera, zone, request.body.enabled));
      log.warn({ camera, zone, enabled: request.body.enabled }, "a zone was switched");
      return { ok: true };
    },
  );

  for (const action of ["acknowledge", "reset"] as const)
    app.post<{ Params: { id: string }; Body: { who: string } }>(
      `/api/alarms/:id/${action}`,
      { schema: { params: object({ id }), body: who } },
      async (request) => {
        const by = request.body.who.trim();
        grant(device[action](request.params.id, by));
        log.info(
          { alarm: request.params.id, who: by },
          `an alarm was ${action === "reset" ? "reset" : "acknowledged"}`,
        );
        return { ok: true };
      },
    );

  app.get("/api/live", async (_request, reply) => {
    if (live.full) throw new ApiFailure("busy", "too many live pages are open");
    reply.hijack();
    const headers = reply.getHeaders() as OutgoingHttpHeaders;
    reply.raw.writeHead(200, { ...headers, "content-type": "text/event-stream", "x-accel-buffering": "no" });
    live.attach(reply.raw);
  });
}

function mustKnow(config: Config, camera: string): void {
  if (!config.cameras.some(({ name }) => name === camera))
    throw new ApiFailure("not-found", `there is no camera ${camera}`);
}

function grant(verdict: Verdict): void {
  if (verdict.ok) return;
  throw new ApiFailure(verdict.code === "unknown" ? "not-found" : "refused", verdict.reason);
}
