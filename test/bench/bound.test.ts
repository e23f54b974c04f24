import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const MODULE = resolve(import.meta.dirname, "../../bench/bound.ts");

it("ends a child with the bench, even one that ends in the middle", async () => {
  const script = `
    import { spawn } from "node:child_process";
    import { bound } from ${JSON.stringify(MODULE)};
    const child = bound(spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" }));
    child.once("spawn", () => { console.log(child.pid); process.exit(1); });`;
  let pid = 0;
  try {
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  } catch (ended) {
    pid = Number((ended as { stdout: string }).stdout);
  }
  expect(pid).toBeGreaterThan(0);
  onTestFinished(() => {
    if (lives(pid)) process.kill(pid, "SIGKILL");
  });
  await expect.poll(() => lives(pid)).toBe(false);
});

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
