import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { newPassKey } from "../../../cloud/core/pass.ts";
import { adoptOf, DOORS, passKeyOf, VARIABLES, valuesOf } from "../../../cloud/functions/environment.ts";
import { notifiers } from "../../../cloud/functions/notifiers.ts";

const FUNCTIONS = resolve(import.meta.dirname, "../../../cloud/functions");

describe("the environment of a function", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("is told whole when something is missing: each variable with what it must hold", () => {
    const given = { SPOTTER_TABLE: "spotter", SPOTTER_BUCKET: "" };
    expect(() => valuesOf(["SPOTTER_TABLE", "SPOTTER_BUCKET", "SPOTTER_URL"], given)).toThrow(
      `environment: SPOTTER_BUCKET is not set; give it the ${VARIABLES.SPOTTER_BUCKET} · SPOTTER_URL is not set; give it the ${VARIABLES.SPOTTER_URL}`,
    );
    expect(valuesOf(["SPOTTER_TABLE"], given)).toEqual({ SPOTTER_TABLE: "spotter" });
  });

  it("names tenant and site of devices that nobody enrolled, or nothing", () => {
    expect(adoptOf("acme/north")).toEqual({ tenant: "acme", site: "north" });
    expect(adoptOf(undefined)).toBeUndefined();
    for (const text of ["acme", "acme/", "/north", "a/b/c"])
      expect(() => adoptOf(text)).toThrow(`SPOTTER_ADOPT is "${text}"`);
  });

  it("holds a key of passes or none, and a wrong one is not repeated", () => {
    const { publicKey: _, ...key } = newPassKey("k1");
    expect(passKeyOf(JSON.stringify(key))).toEqual(key);
    expect(passKeyOf("")).toBeUndefined();
    for (const wrong of [
      "secret",
      "{}",
      JSON.stringify({ ...key, id: "a b" }),
      JSON.stringify({ ...key, pem: "secret" }),
    ])
      expect(() => passKeyOf(wrong)).toThrow(/^environment: SPOTTER_PASS_KEY is none; give it the JSON(?!.*secret)/);
  });

  it("sends mail only when it names both server and sender", () => {
    vi.stubEnv("AWS_REGION", "eu-central-1");
    vi.stubEnv("SPOTTER_MAIL_URL", "");
    vi.stubEnv("SPOTTER_MAIL_FROM", "");
    expect(Object.keys(notifiers())).toEqual(["webhook", "sms"]);
    vi.stubEnv("SPOTTER_MAIL_URL", "smtps://mail.example:465");
    expect(() => notifiers()).toThrow(/SPOTTER_MAIL_FROM is not; set both/);
    vi.stubEnv("SPOTTER_MAIL_FROM", "spotter@cloud.example");
    expect(Object.keys(notifiers())).toEqual(["webhook", "sms", "email"]);
  });

  it("is described for functions that there are", () => {
    for (const { entry } of Object.values(DOORS)) expect(existsSync(join(FUNCTIONS, entry)), entry).toBe(true);
  });
});
