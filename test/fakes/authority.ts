import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** PEM files of a certificate authority of its own and of a certificate for localhost that it has signed. */
export interface Authority {
  ca: string;
  certificate: string;
  key: string;
}

/** Makes an authority and a certificate for `localhost` in `directory`; `name` keeps several apart. */
export function makeAuthority(directory: string, name: string): Authority {
  const file = (suffix: string) => join(directory, `${name}-${suffix}.pem`);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "ignore" });
  const key = (path: string) => ["-newkey", "rsa:2048", "-nodes", "-keyout", path];
  openssl("req", "-x509", ...key(file("ca-key")), "-out", file("ca"), "-days", "2", "-subj", `/CN=${name} CA`);
  openssl("req", ...key(file("key")), "-out", file("request"), "-subj", "/CN=localhost");
  writeFileSync(file("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1");
  openssl(
    ...["x509", "-req", "-in", file("request"), "-CA", file("ca"), "-CAkey", file("ca-key"), "-CAcreateserial"],
    ...["-days", "2", "-extfile", file("names"), "-out", file("certificate")],
  );
  return { ca: file("ca"), certificate: file("certificate"), key: file("key") };
}
