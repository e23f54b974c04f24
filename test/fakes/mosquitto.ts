import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authority, makeAuthority } from "./authority.ts";
import { type Broker, startMosquitto } from "./broker.ts";

/** What a client shows and trusts, as PEM texts. */
export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Mosquitto as a cloud sets it up: TLS, a client certificate for everyone, the certificate's name is the user, a device
 * may write below `spotter/v1/<its name>/` alone, and `cloud` may read everything.
 */
export interface SecureBroker extends Broker {
  /** Credentials of a client with this name, signed by the broker's authority. */
  credentials(name: string): Credentials;
  /** For good: its certificates go too. */
  close(): Promise<void>;
}

export async function startSecureMosquitto(): Promise<SecureBroker> {
  const dir = mkdtempSync(join(tmpdir(), "spotter-mtls-"));
  const authority = makeAuthority(dir, "broker");
  const acl = join(dir, "acl");
  writeFileSync(acl, "pattern write spotter/v1/%u/#\n\nuser cloud\ntopic read spotter/v1/#\n");
  const broker = await startMosquitto([
    ...["allow_anonymous false", "require_certificate true", "use_identity_as_username true", "tls_version tlsv1.2"],
    ...[`cafile ${authority.ca}`, `certfile ${authority.certificate}`, `keyfile ${authority.key}`, `acl_file ${acl}`],
    // The subscriber of a test is not meant to be slower than the broker is patient.
    ...["max_queued_messages 0", "max_inflight_messages 0"],
  ]);
  return {
    url: broker.url.replace("mqtt:", "mqtts:"),
    kill: broker.kill,
    revive: broker.revive,
    close: async () => {
      await broker.kill();
      rmSync(dir, { recursive: true });
    },
    credentials: (name) => clientCredentials(dir, authority, name),
  };
}

function clientCredentials(dir: string, authority: Authority, name: string): Credentials {
  const file = (suffix: string) => join(dir, `client-${name}-${suffix}.pem`);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "ignore" });
  openssl(
    ...[
      "req",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      file("key"),
      "-out",
      file("request"),
      "-subj",
      `/CN=${name}`,
    ],
  );
  openssl(
    ...["x509", "-req", "-in", file("request"), "-CA", authority.ca, "-CAkey", join(dir, "broker-ca-key.pem")],
    ...["-CAcreateserial", "-days", "2", "-out", file("certificate")],
  );
  return {
    ca: readFileSync(authority.ca, "utf8"),
    cert: readFileSync(file("certificate"), "utf8"),
    key: readFileSync(file("key"), "utf8"),
  };
}
