import { once } from "node:events";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { heldPictures } from "../../../src/frames/picture.ts";
import { StalledError } from "../../../src/frames/silence.ts";
import { source, watch } from "../../contracts/frame-source.ts";
import { type CodedPicture, codedPictures } from "../../fakes/coded.ts";
import { packetise, senderReport } from "../../fakes/rtp.ts";
import { H264, H265, type Script, ScriptedCamera } from "../../fakes/scripted-camera.ts";

const STEP = 6000;
const FIRST = 1_000_000;

let h264: CodedPicture[];
let camera: ScriptedCamera;
beforeAll(async () => {
  h264 = await codedPictures({ frames: 6 });
});
afterEach(async () => {
  await camera.close();
  expect(heldPictures()).toBe(0);
});

/** The pictures as packets with rising numbers, one list per picture. */
function stream(pictures: CodedPicture[], options: { codec?: "h264" | "h265"; marker?: boolean } = {}): Buffer[][] {
  let sequence = 65_530;
  return pictures.map(({ units }, k) => {
    const packets = packetise(units, { ...options, sequence, timestamp: FIRST + k * STEP });
    sequence += packets.length;
    return packets;
  });
}

async function listen(script: Script): Promise<ScriptedCamera> {
  camera = await ScriptedCamera.listen(script);
  return camera;
}

const reason = (run: Promise<unknown>) =>
  run.then(
    () => "ended without an error",
    (error: Error) => error.message,
  );

describe("a camera whose pictures end with a marker", () => {
  it.each([
    ["H.264", "h264", H264, 1],
    ["H.264 with four slices a picture", "h264", H264, 4],
    ["H.265", "h265", H265, 1],
  ] as const)("gives a picture in %s although no other ever comes", async (_, codec, video, slices) => {
    const [picture] = await codedPictures({ codec, frames: 1, slices });
    await listen({ video: [...video], played: (one) => one.send(...stream([picture!], { codec })[0]!) });
    const { path, seen } = await watch({ url: camera.url }, 1);
    expect(path).toMatchObject({ reader: "rtsp", decoder: "software", size: { width: 320, height: 240 } });
    expect(seen).toBe(1);
  });

  it("gives each picture before the next one is sent", async () => {
    const packets = stream(h264);
    const pts: number[] = [];
    await listen({ played: (one) => one.send(...packets[0]!) });
    await watch({ url: camera.url }, h264.length, (frame) => {
      pts.push(Math.round(frame.pts * 15));
      camera.send(...(packets[pts.length] ?? []));
    });
    expect(pts).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("whose packets come by UDP in a mixed order gives every picture in order", async () => {
    const packets = stream(h264).flat();
    for (let k = 1; k + 2 < packets.length; k += 3) packets.splice(k, 2, packets[k + 1]!, packets[k]!);
    const pts: number[] = [];
    await listen({ played: (one) => one.send(...packets) });
    await watch({ url: camera.url, transport: "udp" }, h264.length, (frame) => pts.push(Math.round(frame.pts * 15)));
    expect(pts).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("loses one picture of which a packet is missing, and goes on at once", async () => {
    const packets = stream(h264);
    packets[2]!.splice(1, 1);
    const pts: number[] = [];
    await listen({ played: (one) => one.send(...packets.flat()) });
    await watch({ url: camera.url }, h264.length - 1, (frame) => pts.push(Math.round(frame.pts * 15)));
    expect(pts).toEqual([0, 1, 3, 4, 5]);
  });
});

describe("a camera that sets no marker", () => {
  it("gives each picture when the next one begins", async () => {
    const pts: number[] = [];
    await listen({ played: (one) => one.send(...stream(h264, { marker: false }).flat()) });
    await watch({ url: camera.url }, h264.length - 1, (frame) => pts.push(Math.round(frame.pts * 15)));
    expect(pts).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("an RTSP session", () => {
  const play = (one: ScriptedCamera) => one.send(...stream(h264)[0]!);

  it("asks in order, for what the description names, and says good-bye", async () => {
    await listen({ played: play });
    const left = once(camera, "left");
    await watch({ url: camera.url }, 1);
    await left;
    const base = `${camera.url}/`;
    expect(camera.asked.map(({ method, url }) => [method, url])).toEqual([
      ["OPTIONS", camera.url],
      ["DESCRIBE", camera.url],
      ["SETUP", `${base}track1`],
      ["PLAY", base],
      ["TEARDOWN", base],
    ]);
    expect(camera.asked.slice(3).map(({ fields }) => fields.session)).toEqual(["77", "77"]);
  });

  it("gives a sign of life within half the camera's timeout, as often as it takes", async () => {
    let signs = 0;
    await listen({
      answer: ({ method }) =>
        method === "SETUP"
          ? { fields: { Transport: "RTP/AVP/TCP;unicast;interleaved=0-1", Session: "77;timeout=1" } }
          : undefined,
    });
    const stop = new AbortController();
    camera.on("asked", ({ method, fields }) => {
      if (method === "GET_PARAMETER" && fields.session === "77") signs += 1;
      if (signs === 3) stop.abort();
    });
    await (await source({ url: camera.url })).run({ opened: () => {}, frame: (frame) => frame.release() }, stop.signal);
    expect(signs).toBe(3);
  });

  it("uses the channels that the camera chose instead of those it was offered", async () => {
    await listen({
      answer: ({ method }) =>
        method === "SETUP" ? { fields: { Transport: "RTP/AVP/TCP;interleaved=6-7", Session: "77" } } : undefined,
      played: (one) => {
        for (const packet of stream(h264)[0]!)
          one.write(Buffer.from([0x24, 6, packet.length >> 8, packet.length & 0xff]), packet);
      },
    });
    expect((await watch({ url: camera.url }, 1)).seen).toBe(1);
  });

  it("follows a redirection", async () => {
    const target = await ScriptedCamera.listen({ played: play });
    await listen({
      answer: ({ method }) =>
        method === "DESCRIBE" ? { status: "302 Moved", fields: { Location: target.url }, body: "" } : undefined,
    });
    expect((await watch({ url: camera.url }, 1)).seen).toBe(1);
    await target.close();
  });

  it("gives up redirections in a circle, and says where it was sent", async () => {
    await listen({
      answer: ({ method }) =>
        method === "DESCRIBE" ? { status: "301 Moved", fields: { Location: camera.url }, body: "" } : undefined,
    });
    expect(await reason(watch({ url: camera.url }, 1))).toContain("more than 3 redirections");
  });

  it("gives the password to nobody but the configured host", async () => {
    process.env.SPOTTER_TEST_PASSWORD = "s3cret";
    const challenge = { status: "401 Unauthorized", fields: { "WWW-Authenticate": 'Basic realm="x"' }, body: "" };
    const other = await ScriptedCamera.listen({ answer: () => challenge });
    await listen({
      answer: ({ method, fields }) => {
        if (!fields.authorization) return challenge;
        return method === "DESCRIBE" ? { status: "302 Moved", fields: { Location: other.url }, body: "" } : undefined;
      },
    });
    const failure = await reason(watch({ url: camera.url, user: "ann", password: "env:SPOTTER_TEST_PASSWORD" }, 1));
    expect(failure).toContain("check cameras.hall.user and the secret behind cameras.hall.password");
    const sent = JSON.stringify(other.asked);
    expect(sent).not.toContain(Buffer.from("ann:s3cret").toString("base64"));
    await other.close();
  });

  it("tries a wrong password once, so that no camera locks the user out", async () => {
    process.env.SPOTTER_TEST_PASSWORD = "wrong";
    const fields = { "WWW-Authenticate": 'Digest realm="x", nonce="n", qop="auth"' };
    await listen({
      answer: ({ method }) => (method === "DESCRIBE" ? { status: "401 Unauthorized", fields, body: "" } : undefined),
    });
    await reason(watch({ url: camera.url, user: "ann", password: "env:SPOTTER_TEST_PASSWORD" }, 1));
    expect(camera.asked.filter(({ fields }) => fields.authorization)).toHaveLength(1);
  });

  it("takes a new nonce when the camera finds the old one stale", async () => {
    process.env.SPOTTER_TEST_PASSWORD = "right";
    let nonce = 0;
    await listen({
      answer: ({ fields }) => {
        if (fields.authorization?.includes(`nonce="n${nonce}"`)) return undefined;
        nonce += 1;
        const stale = fields.authorization ? ", stale=true" : "";
        const login = { "WWW-Authenticate": `Digest realm="x", nonce="n${nonce}", qop="auth"${stale}` };
        return { status: "401 Unauthorized", fields: login, body: "" };
      },
      played: (one) => {
        nonce += 1;
        play(one);
      },
    });
    const { seen } = await watch({ url: camera.url, user: "ann", password: "env:SPOTTER_TEST_PASSWORD" }, 1);
    expect(seen).toBe(1);
  });

  it.each([
    ["461 Unsupported Transport", "SETUP", "set cameras.hall.transport to udp"],
    ["453 Not Enough Bandwidth", "PLAY", "whether others use up the camera's streams"],
    ["404 Not Found", "DESCRIBE", "check the path in its manual"],
    ["403 Forbidden", "DESCRIBE", "set cameras.hall.user and cameras.hall.password"],
  ])("names the reply %s to %s with its remedy", async (status, method, remedy) => {
    await listen({ answer: (asked) => (asked.method === method ? { status, fields: {}, body: "" } : undefined) });
    const failure = await reason(watch({ url: camera.url }, 1));
    expect(failure).toContain(`cameras.hall.url: ${camera.url} cannot be opened (${method}: ${status}); `);
    expect(failure).toContain(remedy);
  });

  it("without a video says so", async () => {
    await listen({ video: ["m=audio 0 RTP/AVP 0"] });
    expect(await reason(watch({ url: camera.url }, 1))).toContain("has no video stream; check the path");
  });

  it.each([
    ["random bytes", Buffer.from([0x80, 1, 2, 3, 4, 5])],
    ["an endless header", Buffer.from(`RTSP/1.0 200 OK\r\nX: ${"x".repeat(20_000)}`)],
    ["an endless body", Buffer.from("RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n")],
  ])("that sends %s between its pictures is broken off", async (_, bytes) => {
    await listen({
      played: (one) => {
        play(one);
        one.write(bytes);
      },
    });
    expect(await reason(watch({ url: camera.url }, 2))).toMatch(/^hall: the stream from .* broke off \(it sent /);
  });

  it("answers the camera's own requests", async () => {
    await listen({
      played: (one) => {
        one.write(Buffer.from("OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n"));
        play(one);
      },
    });
    expect((await watch({ url: camera.url }, 1)).seen).toBe(1);
  });

  it("takes UDP packets from the camera alone", async () => {
    const [forged] = stream(await codedPictures({ frames: 1, width: 160 }));
    await listen({ played: (one) => void one.forge("127.0.0.2", ...forged!).then(() => play(one)) });
    const { path, seen } = await watch({ url: camera.url, transport: "udp" }, 1);
    expect(path?.size.width).toBe(320);
    expect(seen).toBe(1);
  });

  it("is stalled when nothing follows the first picture", async () => {
    await listen({ played: play });
    await expect(watch({ url: camera.url }, 2)).rejects.toBeInstanceOf(StalledError);
  });

  it("gives each frame its time by the camera's clock once the camera has told it", async () => {
    const packets = stream(h264);
    const noon = Date.UTC(2026, 5, 1, 12);
    const times: number[] = [];
    await listen({ played: (one) => one.send(...packets[0]!) });
    await watch({ url: camera.url }, h264.length, ({ cameraTime }) => {
      times.push(cameraTime);
      if (times.length === 2) camera.report(senderReport(noon, FIRST));
      camera.send(...(packets[times.length] ?? []));
    });
    expect(times.slice(0, 2)).toEqual([Number.NaN, Number.NaN]);
    expect(times.slice(2).map((time) => Math.round(time - noon))).toEqual([133, 200, 267, 333]);
  });

  it("ends when the camera says that the stream has ended", async () => {
    await listen({
      played: (one) => {
        play(one);
        // RTCP BYE (RFC 3550 section 6.6) on channel 1.
        one.write(Buffer.from([0x24, 1, 0, 8, 0x81, 203, 0, 1, 0, 0, 0, 1]));
      },
    });
    expect(await reason(watch({ url: camera.url }, 2))).toContain("broke off (ended by the camera)");
  });
});
