import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Login, parseChallenges } from "../../../src/frames/rtsp/login.ts";
import { composeRequest, parseHead } from "../../../src/frames/rtsp/message.ts";
import { SenderClock, saysBye } from "../../../src/frames/rtsp/rtcp.ts";
import { RtpPacket } from "../../../src/frames/rtsp/rtp.ts";
import { GarbledError, Splitter } from "../../../src/frames/rtsp/splitter.ts";
import { rtpPacket, senderReport } from "../../fakes/rtp.ts";

describe("a log-in", () => {
  /** The response that a challenge gets, with the client's nonce of the example. */
  const response = (challenge: string, password: string, cnonce: string) => {
    const login = new Login("Mufasa", password, () => cnonce);
    login.learn([challenge]);
    return / response="(\w+)"/.exec(login.answer("GET", "/dir/index.html").Authorization ?? "")?.[1];
  };
  const example =
    'Digest realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  const cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

  it("answers the examples of RFC 7616 section 3.9.1", () => {
    expect(response(`${example}, algorithm=MD5`, "Circle of Life", cnonce)).toBe("8ca523f5e9506fed4657c9700eebdbec");
    expect(response(`${example}, algorithm=SHA-256`, "Circle of Life", cnonce)).toBe(
      "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
    );
  });

  it("answers the example of RFC 2617 section 3.5, and the older form without qop", () => {
    const older = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    expect(response(`${older}, qop="auth,auth-int"`, "Circle Of Life", "0a4f113b")).toBe(
      "6629fae49393a05397450978507c4ef1",
    );
    expect(response(older, "Circle Of Life", "")).toBe("670fd8c2df070c60b045671b8b24ff02");
  });

  it("takes the strongest challenge that it can answer", () => {
    const login = new Login("ann", "pw");
    expect(login.learn(["Negotiate", 'Digest realm="x", nonce="n", qop="auth-int"'])).toBe("none");
    expect(
      login.learn(['Basic realm="x", Digest realm="x", nonce="a", Digest realm="x", nonce="b", algorithm=SHA-256']),
    ).toBe("new");
    expect(login.answer("PLAY", "rtsp://h/").Authorization).toContain('nonce="b"');
    login.learn(['Basic realm="x"']);
    expect(login.answer("PLAY", "rtsp://h/")).toEqual({ Authorization: "Basic YW5uOnB3" });
  });

  it("counts the requests that a nonce was used for (RFC 7616 section 3.4)", () => {
    const login = new Login("ann", "pw");
    login.learn(['Digest realm="x", nonce="n", qop="auth"']);
    const counts = [1, 2, 3].map(() => /nc=(\w+)/.exec(login.answer("PLAY", "rtsp://h/").Authorization ?? "")?.[1]);
    expect(counts).toEqual(["00000001", "00000002", "00000003"]);
  });

  it("quotes what could end a quotation", () => {
    const login = new Login('a"b\\', "pw");
    login.learn(['Digest realm="say \\"x\\"", nonce="n"']);
    expect(login.answer("PLAY", "rtsp://h/").Authorization).toMatch(
      /^Digest username="a\\"b\\\\", realm="say \\"x\\"",/,
    );
  });

  it("reads any challenge without an error", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (values) => {
        parseChallenges(values);
        const login = new Login("ann", "pw");
        login.learn(values.map((value) => `Digest ${value}`));
        login.answer("PLAY", "rtsp://h/");
      }),
    );
  });
});

describe("a message", () => {
  it("is read with fields in any case, also in the manner of RTSP 2.0", () => {
    const head = parseHead(
      "RTSP/2.0 401 Unauthorized\r\nwww-authenticate: Basic\r\nWWW-AUTHENTICATE: Digest\r\nnonsense",
    );
    expect(head).toMatchObject({ kind: "reply", status: 401, reason: "Unauthorized" });
    expect(head?.fields.all("WWW-Authenticate")).toEqual(["Basic", "Digest"]);
  });

  it("of another protocol is none", () => {
    expect(parseHead("HTTP/1.1 400 Bad Request")).toBeUndefined();
    expect(parseHead("")).toBeUndefined();
  });

  it("is written so that no value forges a line", () => {
    expect(composeRequest("PLAY", "rtsp://h/\r\nX: 1", { Session: "7\r\nEvil: 1" })).toBe(
      "PLAY rtsp://h/ X: 1 RTSP/1.0\r\nSession: 7 Evil: 1\r\n\r\n",
    );
  });
});

describe("a connection's bytes", () => {
  function splitter() {
    const seen: string[] = [];
    const own = new Splitter({
      packet: (channel, bytes, start, end) => seen.push(`${channel}:${bytes.toString("latin1", start, end)}`),
      message: (head, body) => seen.push(`${head.kind === "reply" ? head.status : head.method} ${body}`),
    });
    return { own, seen };
  }
  const stream = Buffer.from(
    "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nhello$\u0000\u0000\u0003abc\r\n$\u0001\u0000\u0002deOPTIONS * RTSP/1.0\r\nCSeq: 4\r\n\r\n$\u0000\u0000\u0000",
    "latin1",
  );
  const parts = ["200 hello", "0:abc", "1:de", "OPTIONS ", "0:"];

  it("are messages and packets, however they are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (sizes) => {
        const { own, seen } = splitter();
        for (let at = 0, k = 0; at < stream.length; k += 1) {
          const end = at + sizes[k % sizes.length]!;
          own.push(stream.subarray(at, end));
          at = end;
        }
        expect(seen).toEqual(parts);
      }),
    );
  });

  it("hold packets of the greatest length in a row", () => {
    const { own, seen } = splitter();
    const packet = Buffer.concat([Buffer.from([0x24, 0, 0xff, 0xff]), Buffer.alloc(65_535, 0x61)]);
    own.push(Buffer.concat([packet, packet, packet]));
    expect(seen.map(({ length }) => length)).toEqual([65_537, 65_537, 65_537]);
  });

  it.each([
    ["neither", Buffer.from([0])],
    ["an endless header", Buffer.alloc(20_000, 0x41)],
    ["an endless body", Buffer.from("RTSP/1.0 200 OK\r\nContent-Length: 70000\r\n\r\n")],
    ["a body of nonsense length", Buffer.from("RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n")],
    ["another protocol", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ])("that are %s are refused", (_, bytes) => {
    expect(() => splitter().own.push(bytes)).toThrow(GarbledError);
  });

  it("at random are taken or refused by name", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .constantFrom("$", "\r\n", "RTSP/1.0 200 OK\r\n", "Content-Length: 3\r\n", "\r\n\r\n")
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { own } = splitter();
        try {
          for (const bytes of pieces) own.push(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(GarbledError);
        }
      }),
    );
  });
});

describe("an RTP packet", () => {
  it("is read with contributors, an extension and padding (RFC 3550 section 5.1)", () => {
    const bytes = Buffer.from(
      "b2e0000a00000064deadbeef 0000000100000002 bede0001aabbccdd 6162 000003".replaceAll(" ", ""),
      "hex",
    );
    const packet = new RtpPacket();
    expect(packet.read(bytes, 0, bytes.length)).toBe(true);
    expect(packet).toMatchObject({ marker: true, payloadType: 96, sequence: 10, timestamp: 100, source: 0xdeadbeef });
    expect(packet.bytes.toString("latin1", packet.start, packet.end)).toBe("ab");
  });

  it("at random is read or refused, with its payload inside", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (random) => {
        const packet = new RtpPacket();
        const bytes = Buffer.from(random);
        if (bytes.length > 0) bytes[0] = 0x80 | (bytes[0]! & 0x3f);
        saysBye(bytes, 0, bytes.length);
        if (!packet.read(bytes, 0, bytes.length)) return;
        expect(packet.start).toBeLessThanOrEqual(packet.end);
        expect(packet.end).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it("of another version is none", () => {
    const bytes = rtpPacket(Buffer.from("61"), { sequence: 1, timestamp: 1 });
    bytes[0] = 0x40;
    expect(new RtpPacket().read(bytes, 0, bytes.length)).toBe(false);
  });
});

describe("a camera's clock", () => {
  const NOON = Date.UTC(2026, 5, 1, 12);
  const clock = (...reports: Buffer[]) => {
    const sender = new SenderClock(90_000);
    for (const report of reports) sender.take(report, 0, report.length);
    return sender;
  };

  it("is read from its sender reports, for pictures before and after them", () => {
    const sender = clock(senderReport(NOON + 250, 900_000));
    expect(sender.wallTime(1, 900_000)).toBeCloseTo(NOON + 250, 3);
    expect(sender.wallTime(1, 990_000)).toBeCloseTo(NOON + 1250, 3);
    expect(sender.wallTime(1, 891_000)).toBeCloseTo(NOON + 150, 3);
  });

  it("goes on when RTP time starts again from 0", () => {
    expect(clock(senderReport(NOON, 2 ** 32 - 9000)).wallTime(1, 81_000)).toBeCloseTo(NOON + 1000, 3);
  });

  it("is the one that the newest report told, and lies beyond 2036 where it should", () => {
    const later = Date.UTC(2040, 0, 1);
    expect(clock(senderReport(NOON, 0), senderReport(later, 0)).wallTime(1, 0)).toBeCloseTo(later, 3);
  });

  it("is not known before a report, of another sender, or of one that has no clock", () => {
    expect(clock().wallTime(1, 0)).toBeNaN();
    expect(clock(senderReport(NOON, 0)).wallTime(2, 0)).toBeNaN();
    const none = senderReport(NOON, 0);
    none.fill(0, 8, 16);
    expect(clock(none).wallTime(1, 0)).toBeNaN();
  });

  it("takes no harm from what is no report", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const time = clock(Buffer.from(bytes)).wallTime(1, 0);
        expect(Number.isNaN(time) || Number.isFinite(time)).toBe(true);
      }),
    );
    expect(clock(senderReport(NOON, 0).subarray(0, 27)).wallTime(1, 0)).toBeNaN();
  });
});
