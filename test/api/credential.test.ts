import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openCredential, same } from "../../src/api/credential.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spotter-credential-"));
});

describe("the device's credential", () => {
  it("is made at the first start, for its owner's eyes only, and kept from then on", () => {
    const data = join(folder, "data");
    const first = openCredential(data);
    expect(first.created).toBe(true);
    expect(first.token).toMatch(/^[\w-]{43}$/);
    expect(statSync(join(data, "credential")).mode & 0o777).toBe(0o600);
    const second = openCredential(data);
    expect([second.token, second.created]).toEqual([first.token, false]);
  });

  it("is another one on every device, and after it was deleted", () => {
    const first = openCredential(folder);
    rmSync(join(folder, "credential"));
    const second = openCredential(folder);
    expect(second.token).not.toBe(first.token);
    expect(second.session).not.toBe(first.session);
  });

  it("never stands in the cookie made from it", () => {
    const { token, session } = openCredential(folder);
    expect(session).not.toContain(token);
    expect(readFileSync(join(folder, "credential"), "utf8")).not.toContain(session);
  });

  it("is refused when others may read it", () => {
    openCredential(folder);
    chmodSync(join(folder, "credential"), 0o644);
    expect(() => openCredential(folder)).toThrow(/other users may read the credential; run chmod 600 on it/);
  });

  it("is refused when it is damaged, with the way out", () => {
    writeFileSync(join(folder, "credential"), "short\n", { mode: 0o600 });
    expect(() => openCredential(folder)).toThrow(/is damaged; delete it and start again for a new credential/);
  });

  it("names the data directory when it cannot be used", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => openCredential(join(folder, "file", "data"))).toThrow(/^device\.dataDir: .* make it writable$/);
  });
});

it("compares credentials whole", () => {
  expect(same("abc", "abc")).toBe(true);
  for (const wrong of ["", "ab", "abcd", "abd", "ABC"]) expect(same(wrong, "abc")).toBe(false);
});
