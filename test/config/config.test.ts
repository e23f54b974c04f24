import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultYaml } from "../../src/config/generate.ts";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { redact } from "../../src/config/redact.ts";
import { configSchema } from "../../src/config/schema.ts";
import { UsageError } from "../../src/lib/failure.ts";

const shipped = readFileSync(resolve(import.meta.dirname, "../../src/config/default.yaml"), "utf8");

/** Takes the "#" away from every setting that is commented out, as its head tells people to. */
const switchedOn = (yaml: string) => yaml.replaceAll(/^( *)#(?! \S)/gm, "$1");

function folder(): string {
  return mkdtempSync(join(tmpdir(), "spotter-config-"));
}

describe("the shipped default.yaml", () => {
  it("is what the schema generates", () => {
    expect(shipped).toBe(defaultYaml());
  });

  it("says exactly the defaults of the code", () => {
    expect(parseConfig(shipped, "default.yaml")).toEqual(configSchema.parse({}));
  });

  it("holds examples that work once their # is taken away", () => {
    const config = parseConfig(switchedOn(shipped), "default.yaml");
    expect(config.cameras[0]).toMatchObject({ name: "hall-1", user: "spotter", password: "env:CAMERA_PASSWORD" });
    expect(config.cameras[0]?.zones[0]).toMatchObject({ name: "press", tier2: ["stop-press", "call-help"] });
    expect(config.actuators.map(({ kind }) => kind)).toEqual(["modbus", "mqtt", "http", "beacon"]);
    expect(config.uplink.url).toBe("mqtts://broker.example:8883");
  });

  it("explains every setting that the schema knows", () => {
    const settings = switchedOn(shipped)
      .split("\n")
      .filter((line) => /^ *(- )?\w+:/.test(line));
    const lines = switchedOn(shipped).split("\n");
    for (const setting of settings) {
      const before = lines[lines.indexOf(setting) - 1] ?? "";
      expect(`${before} / ${setting}`).toMatch(/# \S/);
    }
    expect(settings.length).toBeGreaterThan(90);
  });
});

it("the README's example is a config without a mistake", () => {
  const readme = readFileSync(resolve(import.meta.dirname, "../../README.md"), "utf8");
  const [, example = ""] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(parseConfig(example, "README.md")).toMatchObject({ device: { name: "line-3" }, cameras: [{ name: "press" }] });
});

describe("loading a config", () => {
  it("takes relative paths from the file's own folder", () => {
    const at = folder();
    const path = join(at, "site.yaml");
    writeFileSync(path, switchedOn(shipped).replace("rtsps://192.0.2.10:322/stream2", "rtsps://192.0.2.10/s"));
    const config = loadConfig(path);
    expect(config.device.dataDir).toBe(join(at, "data"));
    expect(config.cameras[0]?.ca).toBe(join(at, "certificates/camera-ca.pem"));
    expect(config.vision.catalogue).toBe(join(at, "models/catalogue.json"));
    expect(config.uplink).toMatchObject({
      ca: join(at, "certificates/ca.pem"),
      key: "file:/etc/spotter/device.key",
      password: "env:BROKER_PASSWORD",
    });
    expect(config.actuators[2]).toMatchObject({ secret: "file:/etc/spotter/webhook.key" });
  });

  it("takes a clip's path from there too, and leaves addresses alone", () => {
    const at = folder();
    const path = join(at, "site.yaml");
    writeFileSync(
      path,
      "cameras:\n  - {name: a, url: 'file://clips/a b.mp4'}\n  - {name: b, url: 'file:///c.mp4'}\n  - {name: c, url: 'v4l2:///dev/video0'}\n",
    );
    expect(loadConfig(path).cameras.map(({ url }) => url)).toEqual([
      `file://${join(at, "clips/a b.mp4")}`,
      "file:///c.mp4",
      "v4l2:///dev/video0",
    ]);
  });

  it("names a file that is not there, and the way out", () => {
    expect(() => loadConfig("/nowhere/site.yaml")).toThrow(
      /^\/nowhere\/site\.yaml: cannot be read \(ENOENT.*\); correct the path, or start from the shipped default\.yaml$/,
    );
  });

  it("refuses a file that cannot be a config: too large, a folder, not text", () => {
    const at = folder();
    writeFileSync(join(at, "large.yaml"), "#".repeat(1_000_001));
    writeFileSync(join(at, "bytes.yaml"), Buffer.from([0x61, 0x3a, 0x0a, 0xff, 0xfe]));
    expect(() => loadConfig(join(at, "large.yaml"))).toThrow(/is larger than 1000000 bytes; a config never is/);
    expect(() => loadConfig(join(at, "bytes.yaml"))).toThrow(/line 2 is not UTF-8 text; save the file as UTF-8/);
    expect(() => loadConfig(at)).toThrow(UsageError);
  });

  it("reports every problem at once, in the order of the file, with line and column", () => {
    const text = [
      "cameras:",
      "  - name: A",
      "    url: rtsp://h/1",
      "    zones: [{name: z, polygon: [[0, 0], [1, 0], [1, 1]], tier2: [horn]}]",
      "  - name: b",
      "    url: ftp://h",
      "    tier1: [horn]",
      "actuators:",
      "  - {kind: beacon, name: lamp}",
      "api: {port: 99999}",
    ].join("\n");
    expect(() => parseConfig(text, "site.yaml")).toThrow(UsageError);
    try {
      parseConfig(text, "site.yaml");
    } catch (error) {
      expect((error as Error).message.split("\n").map((line) => line.split(": ").slice(0, 2).join(": "))).toEqual([
        "site.yaml:2:11: cameras[0].name",
        "site.yaml:6:10: cameras[1].url",
        "site.yaml:10:13: api.port",
      ]);
    }
  });

  it("checks what is sound against the rest even while something else is broken", () => {
    const text = "cameras: [{name: a, url: 'rtsp://h/1', tier2: [horn]}]\napi: {port: x}";
    expect(() => parseConfig(text, "s")).toThrow(
      /cameras\[0\]\.tier2\[0\]: "horn" is no actuator[\s\S]*api\.port: "x" must be/,
    );
  });
});

describe("what the API and the log may show of a config", () => {
  it("hides what an address carries beside host and path, and keeps references", () => {
    const config = parseConfig(
      "actuators: [{kind: http, name: h, url: 'https://h/hook?token=abc', secret: env:HOOK}]",
      "test",
    );
    const shown = JSON.stringify(redact(config));
    expect(shown).toContain("https://h/hook?***");
    expect(shown).toContain("env:HOOK");
    expect(shown).not.toContain("abc");
  });

  it("never repeats a password that was written in the wrong place", () => {
    const read = (yaml: string) => () => parseConfig(yaml, "test");
    expect(read("uplink: {password: hunter2}")).toThrow(/uplink\.password: \(hidden\) is no reference/);
    expect(read("uplink: {password: hunter2}")).not.toThrow(/hunter2/);
    expect(read("cameras: [{name: a, url: 'rtsp://ada:hunter2@h/1'}]")).not.toThrow(/hunter2/);
  });
});
