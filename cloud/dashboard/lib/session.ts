import { ApiError } from "../../api/client.ts";
import { call, me } from "./api.ts";

/** A cloud that has not said who is logged in by then is not there. */
const PATIENCE_MS = 10_000;

/** Finds out who is logged in. Rejects with ApiError when the cloud cannot say. */
export async function resume(): Promise<void> {
  try {
    me.value = await call("GET /api/session", { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    me.value = null;
  }
}

/** Rejects with ApiError when name or password is wrong. */
export async function logIn(user: string, password: string): Promise<void> {
  me.value = await call("POST /api/session", { body: { user, password } });
}

export async function changePassword(old: string, next: string): Promise<void> {
  me.value = await call("POST /api/session/password", { body: { old, new: next } });
}

export async function logOut(): Promise<void> {
  await call("DELETE /api/session");
  me.value = null;
}

const RANK = { operator: 0, safety: 1, admin: 2 };

/** Whether the one who is logged in has this role or more; the cloud decides, this only hides what it would refuse. */
export function may(role: keyof typeof RANK): boolean {
  return RANK[me.value?.role ?? "operator"] >= RANK[role];
}
