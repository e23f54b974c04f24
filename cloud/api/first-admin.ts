import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ALL_SITES, createUser, users } from "../core/users.ts";
import type { ApiPorts } from "./ports.ts";

/** Who can let others in, at the very beginning. */
export interface FirstAdmin {
  readonly user: string;
  readonly password: string;
  /** Where it is written down, readable by its owner alone. */
  readonly file: string;
}

/**
 * Lets a first admin in where nobody can log in yet, with a password made at random that must be changed at once. Undefined: there
 * is somebody already. Throws the file system's errors, before anybody is let in.
 */
export async function firstAdmin(
  ports: Pick<ApiPorts, "store" | "push" | "clock">,
  tenant: string,
  folder: string,
): Promise<FirstAdmin | undefined> {
  if ((await users(ports, tenant)).length > 0) return undefined;
  const [user, password] = ["admin", randomBytes(18).toString("base64url")];
  const file = join(folder, "first-admin");
  writeFileSync(file, `${user}\n${password}\n`, { mode: 0o600, flag: "w" });
  await createUser(ports, tenant, { user, name: "Admin", role: "admin", sites: [ALL_SITES], password });
  return { user, password, file };
}
