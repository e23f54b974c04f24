import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Frame } from "../../src/frames/frame.ts";
import { inputOf } from "../../src/frames/input.ts";
import { heldPictures } from "../../src/frames/picture.ts";
import { StalledError } from "../../src/frames/silence.ts";
import { supervise } from "../../src/lib/supervise.ts";
import { camera, source as openedSource, type Settings, watch as watchSource } from "../contracts/frame-source.ts";
import { describeWith } from "../engines.ts";
import { makeAuthority } from "../fakes/authority.ts";
import { Corrupter } from "../fakes/corrupter.ts";
import { RtspServer } from "../fakes/rtsp.ts";

const reason = (run: Promise<unknown>) =>
  run.then(
    () => "ended without an error",
    (error: Error) => error.message,
  );

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "spotter-test-"));
});
afterAll(() => rm(directory, { recursive: true }));

describeWith("GStreamer RTSP server", "with a real RTSP server", () => {
  describe.each(["auto", "libav"] as const)("a camera with reader %s that fails", (reader) => failing(reader));
});

function failing(reader: "auto" | "libav"): void {
  const source = (settings: Settings) => openedSource({ reader, ...settings });
  const watch = (settings: Settings, ...rest: [number, ((frame: Frame) => void)?]) =>
    watchSource({ reader, ...settings }, ...rest);
  let server: RtspServer;
  afterEach(async () => {
    server.thaw();
    await server.kill();
    expect(heldPictures()).toBe(0);
  });

  it("that freezes is reported as stalled once the allowed silence is over, and not before", async () => {
    server = await RtspServer.start();
    let seen = 0;
    const failure = await watch({ url: server.url }, 1000, () => {
      seen += 1;
      if (seen === 5) server.freeze();
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StalledError);
    const { silentMs, limitMs } = failure as StalledError;
    expect(limitMs).toBeGreaterThanOrEqual(500);
    expect(silentMs).toBeGreaterThanOrEqual(limitMs);
    expect((failure as Error).message).toMatch(/^hall: no frame for \d+ ms \(allowed: \d+ ms\); check/);
  });

  it("that is killed and started again comes back with its count going on, under a supervisor", async () => {
    server = await RtspServer.start();
    const stop = new AbortController();
    const stream = await source({ url: server.url });
    const numbers: number[] = [];
    const restarts: number[] = [];
    let opened = 0;
    let back: Promise<void> | undefined;
    await supervise(
      (signal) =>
        stream.run(
          {
            opened: () => {
              opened += 1;
            },
            frame: (frame) => {
              numbers.push(frame.sequence);
              frame.release();
              if (opened === 1 && numbers.length === 3) back = server.kill();
              if (opened === 2) stop.abort();
            },
          },
          signal,
        ),
      {
        signal: stop.signal,
        schedule: { first: 20, max: 100, factor: 2, jitter: 0.3 },
        onRestart: ({ attempt }) => {
          restarts.push(attempt);
          if (attempt === 2) back = back?.then(() => server.restart());
        },
      },
    );
    await back;
    expect(opened).toBe(2);
    expect(restarts.length).toBeGreaterThanOrEqual(2);
    expect(numbers).toEqual(numbers.map((_, k) => k + 1));
  });

  it("that sends damaged packets goes on delivering or is opened again, and nothing breaks", async () => {
    server = await RtspServer.start({ codec: "h264" });
    const proxy = await Corrupter.before(server.port);
    const stop = new AbortController();
    const stream = await source({ url: `rtsp://127.0.0.1:${proxy.port}/cam` });
    let seen = 0;
    await supervise(
      (signal) =>
        stream.run(
          {
            opened: () => {},
            frame: (frame) => {
              frame.paint(new Uint8Array(32 * 24 * 3), { width: 32, height: 24 });
              frame.release();
              seen += 1;
              if (seen === 5) proxy.damaging = true;
              if (proxy.damaged >= 40) proxy.damaging = false;
              if (!proxy.damaging && proxy.damaged >= 40) stop.abort();
            },
          },
          signal,
        ),
      {
        signal: stop.signal,
        schedule: { first: 20, max: 100, factor: 2, jitter: 0.3 },
        onRestart: () => {
          if (proxy.damaged >= 40) proxy.damaging = false;
        },
      },
    );
    expect(proxy.damaged).toBeGreaterThanOrEqual(40);
    expect(seen).toBeGreaterThan(5);
    await proxy.close();
  });

  it("that wants another password says which keys to look at, and never the password", async () => {
    server = await RtspServer.start({ user: "viewer", password: "right" });
    process.env.SPOTTER_TEST_PASSWORD = "s3cret/wrong@";
    const login = { url: server.url, user: "viewer" };
    const refused = await reason(watch({ ...login, password: "env:SPOTTER_TEST_PASSWORD" }, 1));
    expect(refused).toContain("check cameras.hall.user and the secret behind cameras.hall.password");
    expect(refused).not.toContain("s3cret");
    expect(await reason(watch({ url: server.url }, 1))).toContain("set cameras.hall.user and cameras.hall.password");
    process.env.SPOTTER_TEST_PASSWORD = "right";
    expect((await watch({ ...login, password: "env:SPOTTER_TEST_PASSWORD" }, 2)).seen).toBeGreaterThanOrEqual(2);
  });

  it("whose certificate another CA has signed is refused", async () => {
    const { certificate, key } = makeAuthority(directory, "right");
    const other = makeAuthority(directory, "other");
    server = await RtspServer.start({ certificate, key });
    const refused = await reason(watch({ url: server.url, ca: other.ca }, 1));
    expect(refused).toContain(`chains to ${other.ca}`);
    expect(await reason(watch({ url: server.url }, 1))).toContain("or set cameras.hall.ca");
  });

  it("that has no stream of that name says so", async () => {
    server = await RtspServer.start();
    expect(await reason(watch({ url: server.url.replace("/cam", "/none") }, 1))).toContain("check the path");
  });
}

describe.each(["auto", "libav"] as const)("a camera with reader %s that is not one", (reader) => {
  let server: Server;
  // Ends only when the source has closed its connection.
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const listen = (answer: string | undefined) =>
    new Promise<number>((resolve) => {
      server = createServer((socket) => {
        socket.on("error", () => {});
        socket.resume();
        if (answer !== undefined) socket.end(answer);
      });
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });

  it("and never answers is given up after 5 s, named with the remedy", async () => {
    const url = `rtsp://127.0.0.1:${await listen(undefined)}/cam`;
    expect(await reason(watchSource({ url, reader }, 1))).toMatch(
      `cameras.hall.url: ${url} gave no stream within 5000 ms; check that the camera is on`,
    );
  });

  it("and answers something else is named as such", async () => {
    const url = `rtsp://127.0.0.1:${await listen("HTTP/1.1 400 Bad Request\r\n\r\n")}/cam`;
    expect(await reason(watchSource({ url, reader }, 1))).toContain(`cameras.hall.url: ${url} cannot be opened`);
  });
});

describe("a camera's address", () => {
  it("carries user and password to the reader, never to people", () => {
    process.env.SPOTTER_TEST_PASSWORD = "p@ss/word";
    const input = inputOf(
      camera({ url: "rtsp://10.0.0.7:8554/main", user: "ann@site", password: "env:SPOTTER_TEST_PASSWORD" }),
    );
    expect(input.url).toBe("rtsp://ann%40site:p%40ss%2Fword@10.0.0.7:8554/main");
    expect(input.shown).toBe("rtsp://10.0.0.7:8554/main");
  });

  it("names the key when the secret is missing", () => {
    delete process.env.SPOTTER_TEST_MISSING;
    expect(() => inputOf(camera({ url: "rtsp://h/x", password: "env:SPOTTER_TEST_MISSING" }))).toThrow(
      /^cameras\.hall\.password: env:SPOTTER_TEST_MISSING is not set/,
    );
  });

  it("with too few slashes says how it is written", () => {
    expect(() => inputOf(camera({ url: "file://clips/fall.mp4" }))).toThrow("write file:///path with three slashes");
  });

  it("with rtsps:// is never carried by UDP, and checks the certificate", () => {
    const { options } = inputOf(camera({ url: "rtsps://h/x", transport: "udp", ca: "/etc/site-ca.pem" }));
    expect(options).toMatchObject({ rtsp_transport: "tcp", tls_verify: "1", ca_file: "/etc/site-ca.pem" });
  });
});
