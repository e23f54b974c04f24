import { argon2, randomBytes, timingSafeEqual } from "node:crypto";

/** Argon2id (RFC 9106) with the least cost that OWASP's password storage cheat sheet allows: 19 MiB, 2 passes, 1 lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_BYTES = 32;

/** What nobody's password is; checking against it takes as long as against a real one. */
const NOBODYS = `$argon2id$v=19$m=19456,t=2,p=1$${"A".repeat(22)}$${"A".repeat(43)}`;

/** A password as it is kept: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`, the PHC string format. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const { memory, passes, parallelism } = COST;
  const tag = await derive(password, salt, COST);
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${bare(salt)}$${bare(tag)}`;
}

/** Whether it is that password; takes as long when there is none to compare with (`kept` undefined). */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [, memory, passes, parallelism, salt = "", tag = ""] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]{43})$/.exec(kept ?? NOBODYS) ?? [];
  if (tag === "") throw new Error("a kept password is damaged");
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const found = await derive(password, Buffer.from(salt, "base64"), cost);
  return timingSafeEqual(found, Buffer.from(tag, "base64")) && kept !== undefined;
}

function derive(password: string, nonce: Buffer, cost: { memory: number; passes: number; parallelism: number }) {
  return new Promise<Buffer>((resolve, reject) => {
    // Two ways to type one text are the same password (RFC 8265 section 4.2.1).
    const message = password.normalize("NFC");
    argon2("argon2id", { message, nonce, tagLength: TAG_BYTES, ...cost }, (error, tag) =>
      error ? reject(error) : resolve(tag),
    );
  });
}

const bare = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "");
