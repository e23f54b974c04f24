import type { ChildProcess } from "node:child_process";

/** A child that does not outlive this process, however it ends (SIGKILL apart). */
export function bound<C extends ChildProcess>(child: C): C {
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  return child;
}
