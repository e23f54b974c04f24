import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { GENERATED, generate } from "../../src/event/generate.ts";

it("the committed code is what event.proto gives", async () => {
  for (const [name, text] of await generate())
    expect(readFileSync(join(GENERATED, name), "utf8") === text, `${name} is out of date: npm run generate`).toBe(true);
});
