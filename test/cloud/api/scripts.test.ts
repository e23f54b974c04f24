import { describe, expect, it } from "vitest";
import { contract, type Route } from "../../../cloud/api/contract.ts";
import { openApi } from "../../../cloud/api/openapi.ts";
import { examples, INNER, type Inner } from "./examples.ts";
import { ask, type World, world } from "./world.ts";

/** Whatever a browser might run, if somebody let it. */
const SCRIPT = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`;

/** Places of texts that take anything, such as `contacts.0.address`, in a body that is an example. */
function freeTexts(schema: Schema, example: unknown, place: (string | number)[] = []): (string | number)[][] {
  if (schema.type === "object")
    return Object.entries(example as object).flatMap(([name, value]) =>
      freeTexts(schema.properties?.[name] ?? {}, value, [...place, name]),
    );
  if (schema.type === "array")
    return (example as unknown[]).flatMap((value, index) => freeTexts(schema.items ?? {}, value, [...place, index]));
  const wide = (schema.maxLength ?? 1_000) >= SCRIPT.length && schema.enum === undefined && schema.const === undefined;
  return schema.type === "string" && wide ? [place] : [];
}

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly maxLength?: number;
  readonly enum?: unknown;
  readonly const?: unknown;
}

function withAt(value: unknown, [first, ...rest]: (string | number)[], text: string): unknown {
  if (first === undefined) return text;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[first] = withAt(copy[first], rest, text);
  return copy;
}

/** Every write with every text of it replaced by a script. */
function cases(here: World) {
  const paths = openApi().paths as Record<string, Record<string, { requestBody?: Content }>>;
  interface Content {
    readonly content: { readonly "application/json"?: { readonly schema: Schema } };
  }
  return INNER.flatMap((key) => {
    const { body } = examples[key](here, "acme");
    const [method = "", path = ""] = key.split(" ");
    const operation = paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];
    const schema = operation?.requestBody?.content["application/json"]?.schema;
    return body && schema ? freeTexts(schema, body).map((place) => ({ key, place })) : [];
  });
}

/** What everybody may read, and what came with it. */
async function everything(here: World) {
  const reads = INNER.filter((key) => key.startsWith("GET") && (contract[key] as Route).answer);
  return Promise.all(reads.map((key) => ask(here.app, key, here.sessions.acme.ada, examples[key](here, "acme"))));
}

const known = cases(await world({ streams: false }));

describe("a script stored in a text", () => {
  it.each(known.map(({ key, place }) => [key, place.join("."), place] as const))(
    "of %s, %s, stays a text: inert, whole and as JSON",
    async (key: Inner, _name, place) => {
      const here = await world({ streams: false });
      const { body, status, ...asking } = examples[key](here, "acme");
      const answer = await ask(here.app, key, here.sessions.acme.ada, { ...asking, body: withAt(body, place, SCRIPT) });
      const answers = [answer, ...(await everything(here))];
      for (const { headers } of answers.filter(({ body: text }) => text !== "")) {
        expect(headers["content-type"]).toBe("application/json; charset=utf-8");
        expect(headers["x-content-type-options"]).toBe("nosniff");
      }
      const kept = answers
        .flatMap((one) => (one.body === "" ? [] : textsOf(one.json())))
        .filter((text) => text.includes("<script>"));
      // A text that has a form of its own does not take it at all; the refusal repeats it at most.
      if (answer.statusCode >= 400) expect([400, status]).toContain(answer.statusCode);
      else expect(kept).toContain(SCRIPT);
    },
  );

  it("is tried in every place where somebody can write freely", () => {
    const places = known.map(({ key, place }) => `${key.split("/api/")[1]} ${place.join(".")}`);
    expect(places).toEqual(
      expect.arrayContaining([
        "users name",
        "incidents/:incident/acknowledge reason",
        "incidents/:incident/notes reason",
        "sites/:site name",
        "devices/:device/cameras/:camera line",
        "people/:person name",
        "people/:person contacts.0.address",
      ]),
    );
  });

  it("and sent by a device is told as text as well", async () => {
    const here = await world({ streams: false });
    const { ingest } = await import("../../../cloud/core/ingest.ts");
    const { change, SimulatedDevice, state } = await import("../rig.ts");
    const device = new SimulatedDevice("acme-script");
    const short = "<script>alert(1)</script>";
    const sent = device.send(
      state("blind", short, SCRIPT),
      change("confirmed", { camera: short, zone: short, machine: short }),
    );
    await ingest({ ...here.ports, adopt: { tenant: "acme", site: "north" } }, sent);
    const answers = await everything(here);
    expect(answers.flatMap((one) => textsOf(one.json())).filter((text) => text === short).length).toBeGreaterThan(5);
    for (const { headers } of answers) expect(headers["content-type"]).toBe("application/json; charset=utf-8");
  });
});

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
