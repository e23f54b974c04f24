import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { emptyClip } from "../device/rig.ts";
import { spotterIn } from "./spotter.ts";

it("looks with the shipped models without leaving anything in the home folder for anybody to collect", async () => {
  const home = mkdtempSync(join(tmpdir(), "spotter-home-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const work = mkdtempSync(join(tmpdir(), "spotter-privacy-"));
  onTestFinished(() => rmSync(work, { recursive: true, force: true }));
  // The library is silent of its own accord where it takes a machine for a build server.
  const { PATH } = process.env;
  const { code } = await spotterIn({ PATH, HOME: home }, "replay", await emptyClip(work));
  expect({ code, left: readdirSync(home, { recursive: true }) }).toEqual({ code: 0, left: [] });
});
