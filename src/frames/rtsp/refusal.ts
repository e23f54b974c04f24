import { asError } from "../../lib/failure.ts";
import type { Trouble } from "../failure.ts";
import type { Reply } from "./message.ts";

/** Why a camera gives no stream; the key, the address and the remedy are added where they are known. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly trouble: Trouble;

  constructor(reason: string, trouble: Trouble) {
    super(reason);
    this.trouble = trouble;
  }
}

/** A reply that is no success (RFC 2326 section 7.1.1). */
export function refused(method: string, { status, reason }: Reply): Refusal {
  return new Refusal(`${method}: ${status} ${reason}`.trim(), troubleOf(status));
}

/** A connection that could not be made or broke. */
export function unreachable(thrown: unknown): Refusal {
  // Several addresses were tried; the first one's reason is as good as any.
  const error = asError(thrown instanceof AggregateError ? thrown.errors[0] : thrown);
  return new Refusal(error.message, "unreachable");
}

function troubleOf(status: number): Trouble {
  switch (status) {
    case 401:
    case 403:
      return "log-in";
    case 404:
    case 410:
    case 454:
      return "no such stream";
    case 461:
      return "transport";
    default:
      return "refused";
  }
}
