import fc from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { parseConfig } from "../../src/config/load.ts";
import { UsageError } from "../../src/lib/failure.ts";

const valid = {
  device: { name: "hall-1" },
  cameras: [
    {
      name: "press-line",
      url: "rtsp://192.0.2.10/s",
      user: "u",
      password: "env:P",
      zones: [
        {
          name: "press",
          kind: "machine",
          machine: "m",
          polygon: [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
          tier2: ["stop"],
        },
      ],
    },
  ],
  alarm: { tier1: { score: 0.5, needed: 3, asked: 5 }, confirmAfterS: 1 },
  actuators: [
    { kind: "modbus", name: "stop", host: "192.0.2.20", address: 16 },
    { kind: "mqtt", name: "andon", url: "mqtt://h", topic: "a/b" },
  ],
  uplink: { url: "mqtts://h", ttlHours: { alarm: null } },
  api: { port: 8600 },
};

type Path = (string | number)[];
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, child]) =>
      pathsOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

/** The valid config with one thing put where something else was, under a key that may be new. */
const mutated = fc
  .tuple(
    fc.constantFrom(...pathsOf(valid).filter((path) => path.length > 0)),
    fc.anything({ maxDepth: 2, withBigInt: false, withDate: false }),
    fc.option(fc.string({ maxLength: 12 }), { nil: undefined }),
  )
  .map(([path, value, newKey]) => {
    const copy = structuredClone(valid) as unknown;
    let at = copy as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
    at[newKey !== undefined && !Array.isArray(at) ? newKey : (path.at(-1) as string)] = value;
    return copy;
  });

const asYaml = mutated.map((config) => stringify(config, { aliasDuplicateObjects: false }));
/** The valid config with a stretch of its text overwritten. */
const scarred = fc
  .tuple(fc.nat(), fc.nat(20), fc.string({ unit: "binary", maxLength: 20 }))
  .map(([at, length, scar]) => {
    const text = stringify(valid);
    const start = at % text.length;
    return text.slice(0, start) + scar + text.slice(start + length);
  });
const noise = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        "- ",
        "? ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a ",
        "!!binary ",
        "|",
        ">",
        "\n",
        "  ",
        "#",
        "'",
        '"',
        "%",
        "<<: ",
        "~",
        "1",
        "a",
      ),
      { maxLength: 300 },
    )
    .map((parts) => parts.join("")),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
);

/** Line and column, then a fault of the text itself, or a key and what it must be. */
const HELPS = new RegExp(
  "^s\\.yaml:\\d+:\\d+: (is not YAML: .+; correct the line|cannot be read as YAML .+; simplify the file|nests deeper than 64 levels.+" +
    "|.+: .*(must|is|carries|names|encloses|crosses|equals|has) .+)$|^… and \\d+ more problems$",
);

it("answers each of 1,000 malformed configs with a UsageError that names a line and a key or the line's fault", () => {
  let refused = 0;
  const sample = fc.sample(
    fc.oneof({ arbitrary: asYaml, weight: 4 }, { arbitrary: scarred, weight: 3 }, { arbitrary: noise, weight: 3 }),
    {
      seed: 20260105,
      numRuns: 3000,
    },
  );
  for (const text of sample) {
    if (refused === 1000) break;
    try {
      // Some scars heal by chance: what parses is a valid config and does not count.
      parseConfig(text, "s.yaml");
    } catch (error) {
      refused += 1;
      expect(error, text).toBeInstanceOf(UsageError);
      for (const line of (error as Error).message.split("\n")) expect(line, text).toMatch(HELPS);
    }
  }
  expect(refused).toBe(1000);
});
