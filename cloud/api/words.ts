import { z } from "zod";
import { OUTCOMES as FOUND, SEVERITIES, STATES } from "../core/incident.ts";
import { CHANNELS } from "../core/people.ts";
import { ROLES } from "../core/users.ts";

/** The small words that requests and answers are made of, each with its limits. Times are ms since 1970 UTC. */

export const role = z.enum(ROLES);
export const severity = z.enum(SEVERITIES);
export const state = z.enum(STATES);
/** What people found: a fall, a false alarm, an exercise. */
export const outcome = z.enum(FOUND);
export const channel = z.enum(CHANNELS);

export const time = z.int().min(0).max(253_402_300_799_999);
/** A number out of an address, which is text. */
const counted = () => z.coerce.number<number | string>().int();
export const timeInQuery = counted().min(0).max(253_402_300_799_999);
export const limit = counted().min(1).max(200).default(50);
/** `next` of the page before; means nothing to whoever carries it. */
export const cursor = z.string().regex(/^[\x21-\x7e]{1,400}$/);
export const next = z.string().optional();

/** Sites, tenants, people, rotas, users: parts of keys and addresses. */
export const name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, "must be 1-64 letters a-z, digits and hyphens");
/** The name a person logs in with. */
export const login = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9._@-]{0,98}[a-z0-9])?$/, "must be 1-100 letters a-z, digits, dots, hyphens, _ and @");
export const id = z.string().regex(/^[\w-]{22}$/, "must be 22 letters, digits, - and _");
export const device = z.string().regex(/^[^/+#\p{Cc}\p{Cs}]{1,64}$/u, "must be 1-64 characters without / + #");
export const camera = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,64}$/u, "must be 1-64 characters");
/** No control characters but tab and line end, and no halves of surrogate pairs: not every store keeps them. */
const text = z.string().regex(/^(?:[^\p{Cs}\p{Cc}]|[\t\n\r])*$/u, "must be text without control characters");
export const said = text.regex(/\S/, "must say something");
export const line = text.max(64);
/** Why somebody does something. */
export const reason = said.max(1_000);
export const title = said.max(100);
/** Long enough to withstand guessing (NIST SP 800-63B section 3.1.1), short enough to be hashed at once. */
export const password = text.min(12, "must have 12 or more characters").max(200);
export const timeZone = z.string().min(1).max(64);
/** On a floor plan, 0..1 of its width and height. */
export const spot = z.strictObject({ x: z.number().min(0).max(1), y: z.number().min(0).max(1) });
