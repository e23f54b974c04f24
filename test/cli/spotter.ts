import { execFile } from "node:child_process";
import { resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

export interface Ended {
  code: number;
  out: string;
  said: string;
}

/** Runs the command line as a process of its own, as a person would, and waits for its end. */
export const spotter = (...args: string[]): Promise<Ended> => spotterIn(process.env, ...args);

/** The same in another environment. */
export function spotterIn(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> {
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      [resolve(root, "src/main.ts"), ...args],
      { cwd: root, env, maxBuffer: 64e6 },
      (error, out, said) => {
        if (error && typeof error.code !== "number") return fail(error);
        done({ code: Number(error?.code ?? 0), out, said });
      },
    );
  });
}
