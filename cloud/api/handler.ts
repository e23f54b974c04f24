import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { Refusal } from "../core/refusal.ts";
import type { Who } from "../core/sessions.ts";
import { ALL_SITES } from "../core/users.ts";
import type { Contract, RouteKey } from "./contract.ts";
import type { ApiPorts } from "./ports.ts";

type Out<Key extends RouteKey, Part extends string> = Contract[Key] extends {
  readonly [P in Part]: infer Schema extends z.ZodType;
}
  ? z.output<Schema>
  : undefined;

/** A request that has passed every check of the contract. */
export interface Ask<Key extends RouteKey> {
  readonly params: Out<Key, "params">;
  readonly query: Out<Key, "query">;
  /** Of an upload: its bytes. */
  readonly body: Contract[Key] extends { readonly upload: unknown } ? Buffer : Out<Key, "body">;
  /** Whoever asks; undefined only where nobody needs to be known. */
  readonly who: Contract[Key]["roles"] extends "public" ? undefined : Who;
  /** Of writes, whatever they first commit goes into the audit log with it. */
  readonly ports: ApiPorts;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export type Deep<Value> = Value extends (infer Entry)[]
  ? readonly Deep<Entry>[]
  : Value extends object
    ? { readonly [Name in keyof Value]: Deep<Value[Name]> }
    : Value;

/** What a handler answers; the contract's shape takes out of it what is to be seen. */
export type Reply<Key extends RouteKey> = Contract[Key] extends { readonly answer: infer Schema extends z.ZodType }
  ? Deep<z.input<Schema>>
  : // biome-ignore lint/suspicious/noConfusingVoidType: such handlers return nothing
    void;

export type Handlers<Key extends RouteKey = RouteKey> = {
  readonly [K in Key]: (ask: Ask<K>) => Promise<Reply<K>>;
};

export function seesAll({ sites }: Pick<Who, "sites">): boolean {
  return sites.includes(ALL_SITES);
}

export function sees(who: Pick<Who, "sites">, site: string): boolean {
  return seesAll(who) || who.sites.includes(site);
}

/** Throws Refusal for a site that somebody does not see; for them there is none. */
export function mustSee(who: Pick<Who, "sites">, site: string): void {
  if (!sees(who, site)) throw new Refusal("not-found", `site "${site}": there is none; see the list of sites`);
}
