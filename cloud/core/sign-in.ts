import { createHash } from "node:crypto";
import type { Clock } from "./clock.ts";
import { transact } from "./draft.ts";
import { key } from "./keys.ts";
import type { LivePush } from "./push.ts";
import type { Key, Store } from "./store.ts";

/** Somebody who was sent to a provider and is to come back. */
export interface SignIn {
  readonly provider: string;
  /** What must come back in the provider's word (OpenID Connect Core section 3.1.2.1). */
  readonly nonce: string;
  /** What the provider's code is worthless without (RFC 7636). */
  readonly verifier: string;
  /** ms since 1970. */
  readonly expiresAt: number;
}

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
}

const signInKey = (state: string): Key<SignIn> =>
  key("sign-ins", createHash("sha256").update(state).digest("base64url"));

export async function keepSignIn(ports: Ports, state: string, signIn: SignIn): Promise<void> {
  await transact(ports, (draft) => draft.put(signInKey(state), signIn, { expiresAt: signIn.expiresAt }));
}

/** The sign-in that began with this state, once; undefined: none, any more. */
export async function takeSignIn(ports: Ports, state: string): Promise<SignIn | undefined> {
  return transact(ports, async (draft) => {
    const found = await draft.get(signInKey(state));
    if (found) await draft.remove(signInKey(state));
    return found && found.expiresAt > ports.clock.now() ? found : undefined;
  });
}
