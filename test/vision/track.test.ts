import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Track, Tracker } from "../../src/vision/track.ts";
import { type Body, row, shaken } from "./bodies.ts";

/** Plays `bodiesAt` at `fps` for `seconds`; returns what the tracker said at each look. */
function play(bodiesAt: (t: number) => Float32Array[], { fps = 10, seconds = 3, minScore = 0.35 } = {}) {
  const tracker = new Tracker(minScore);
  return Array.from({ length: Math.round(seconds * fps) }, (_, i) => {
    const t = i / fps;
    return { t, tracks: tracker.update(bodiesAt(t), 1000 + t * 1000).map((track: Track) => snapshot(track)) };
  });
}

const snapshot = ({ id, row, coasting, seen, torsoAngle, dropSpeed }: Track) => ({
  id,
  row: row.slice(),
  coasting,
  seen,
  torsoAngle,
  dropSpeed,
});

const idsOf = (looks: ReturnType<typeof play>) => [
  ...new Set(looks.flatMap(({ tracks }) => tracks.map(({ id }) => id))),
];

/** Stands for a second, then tips over within `lasts` seconds and stays down. */
const falling = (t: number, lasts = 0.6, at: Partial<Body> = {}) =>
  row({ x: 0.8, y: 0.9, ...at, tipped: 90 * Math.min(1, Math.max(0, (t - 1) / lasts)) ** 2 });

const centreX = (track: { row: Float32Array }) => (track.row[2]! + track.row[4]!) / 2;

describe("a tracker", () => {
  it("keeps one id while a standing body turns into a lying one within 0.6 s", () => {
    const looks = play((t) => [falling(t)]);
    expect(idsOf(looks)).toEqual([1]);
    expect(looks.at(-1)?.tracks[0]?.seen).toBe(30);
  });

  it("keeps one id through any fall: any speed, size, frame rate and jitter", () => {
    fc.assert(
      fc.property(
        fc.record({
          lasts: fc.double({ min: 0.4, max: 1.5, noNaN: true }),
          height: fc.double({ min: 0.15, max: 0.8, noNaN: true }),
          fps: fc.integer({ min: 8, max: 30 }),
          jitter: fc.double({ min: 0, max: 0.03, noNaN: true }),
          seed: fc.integer({ min: 1, max: 1e6 }),
        }),
        ({ lasts, height, fps, jitter, seed }) => {
          const looks = play((t) => [shaken(falling(t, lasts, { height }), jitter * height, seed + t * 1000)], { fps });
          expect(idsOf(looks)).toEqual([1]);
        },
      ),
      { numRuns: 200, seed: 7 },
    );
  });

  it("keeps one id through a fall of which only the box is seen", () => {
    expect(idsOf(play((t) => [falling(t, 0.6, { visible: 0 })]))).toEqual([1]);
  });

  it("keeps the id when the body is not seen for half of its fall", () => {
    const looks = play((t) => (t > 1.15 && t < 1.55 ? [] : [falling(t)]));
    expect(idsOf(looks)).toEqual([1]);
    expect(looks.find(({ t }) => t === 1.3)?.tracks[0]?.coasting).toBe(true);
  });

  it("keeps the id when a body stands, is not seen for 0.8 s, and then lies", () => {
    const looks = play((t) => (t > 1 && t < 1.8 ? [] : [falling(t)]));
    expect(idsOf(looks)).toEqual([1]);
  });

  it("keeps the id of a body that falls towards the camera: a part of it, then nothing, then a large lying box", () => {
    const upper = row({ x: 0.8, y: 0.85, height: 0.25, score: 0.4 });
    const looks = play((t) => {
      if (t < 1.25) return [row({ x: 0.8, y: 0.9, height: 0.46 })];
      if (t < 1.55) return [upper];
      return t < 2.3 ? [] : [row({ x: 0.6, y: 1.1, height: 0.55, tipped: 80, score: 0.4 })];
    });
    expect(idsOf(looks)).toEqual([1]);
    expect(looks.at(-1)!.tracks[0]!.coasting).toBe(false);
  });

  describe("that loses a body in its fall and finds one lying", () => {
    const lost = (later: Float32Array) =>
      idsOf(play((t) => (t < 1 ? [row({ x: 0.5, y: 0.6, height: 0.4 })] : t < 1.3 ? [] : [later])));

    it("takes it for that body, a body length from where it was expected", () => {
      expect(lost(row({ x: 0.3, y: 0.85, height: 0.4, tipped: 80 }))).toEqual([1]);
    });

    it("takes it for somebody else when it is farther away than a body falls", () => {
      expect(lost(row({ x: 1.1, y: 0.85, height: 0.4, tipped: 80 }))).toEqual([1, 2]);
    });

    it("takes it for somebody else when it stands: people do not jump", () => {
      expect(lost(row({ x: 0.5, y: 1, height: 0.4 }))).toEqual([1, 2]);
    });

    it("takes it for somebody else when it is no body of that size", () => {
      expect(lost(row({ x: 0.45, y: 0.8, height: 0.12, tipped: 80 }))).toEqual([1, 2]);
    });

    it("leaves it alone while nobody is lost", () => {
      const standing = row({ x: 0.5, y: 0.6, height: 0.4 });
      const looks = play((t) => (t < 1 ? [standing] : [standing, row({ x: 0.3, y: 0.85, height: 0.4, tipped: 80 })]));
      expect(idsOf(looks)).toEqual([1, 2]);
      expect(looks.at(-1)!.tracks.map(({ coasting }) => coasting)).toEqual([false, false]);
    });

    it("gives it to the nearest of two who are lost", () => {
      const looks = play((t) =>
        t < 1
          ? [row({ x: 0.5, y: 0.6, height: 0.4 }), row({ x: 0.9, y: 0.6, height: 0.4 })]
          : t < 1.3
            ? []
            : [row({ x: 0.75, y: 0.85, height: 0.4, tipped: 80 })],
      );
      const found = looks.find(({ t }) => t > 1.45)!.tracks.filter(({ coasting }) => !coasting);
      expect(found.map(({ id }) => id)).toEqual([looks[5]!.tracks.find((track) => centreX(track) > 0.7)!.id]);
    });
  });

  it("prefers a certain row to a doubtful one that fits better", () => {
    const looks = play(
      (t) => (t < 1 ? [row({ x: 0.5, y: 0.9 })] : [row({ x: 0.7, y: 0.9 }), row({ x: 0.5, y: 0.9, score: 0.2 })]),
      { seconds: 1.1 },
    );
    expect(centreX(looks.at(-1)!.tracks[0]!)).toBeCloseTo(0.7);
  });

  it("expects an unseen body to slow down and stop", () => {
    const looks = play((t) => (t > 1 ? [] : [row({ x: 0.5 + 0.5 * t, y: 0.9 })]), { seconds: 2.4 });
    expect(looks.at(-1)!.tracks[0]!.coasting).toBe(true);
    expect(centreX(looks.at(-1)!.tracks[0]!)).toBeGreaterThan(1.05);
    expect(centreX(looks.at(-1)!.tracks[0]!)).toBeLessThan(1.3);
  });

  it("keeps two people apart whose boxes lie in each other", () => {
    const looks = play(() => [
      row({ x: 0.5, y: 0.9, height: 0.8 }),
      row({ x: 0.52, y: 0.9, height: 0.45, score: 0.8 }),
    ]);
    expect(looks.at(-1)!.tracks).toHaveLength(2);
  });

  it("follows a fallen body by rows too doubtful to begin a track", () => {
    const looks = play((t) => [falling(t, 0.6, { score: t > 1.2 ? 0.15 : 0.9 })]);
    expect(idsOf(looks)).toEqual([1]);
    expect(looks.at(-1)?.tracks[0]?.coasting).toBe(false);
  });

  it("keeps both ids when two people cross, also when one hides the other for half a second", () => {
    const crossing = (t: number) => {
      const left = row({ x: 0.3 + 0.3 * t, y: 0.9, height: 0.6 });
      const right = row({ x: 1.3 - 0.3 * t, y: 0.88, height: 0.58 });
      return Math.abs(t - 1.67) < 0.25 ? [left] : [left, right];
    };
    const looks = play(crossing, { seconds: 3.4 });
    expect(idsOf(looks)).toHaveLength(2);
    const [first, last] = [looks[2]!.tracks, looks.at(-1)!.tracks];
    const leftmost = (tracks: typeof first) => [...tracks].sort((a, b) => centreX(a) - centreX(b))[0]!.id;
    expect(leftmost(first)).not.toBe(leftmost(last));
  });

  it("does not take a seated bystander for the faller, though the faller vanishes beside them", () => {
    const seated = row({ x: 1.15, y: 0.9, height: 0.4, score: 0.8 });
    const looks = play((t) => (t > 1.3 ? [seated] : [falling(t), seated]), { seconds: 2.4 });
    const bystander = looks[5]!.tracks.find((track) => centreX(track) > 1)!.id;
    const faller = looks[5]!.tracks.find((track) => centreX(track) < 1)!.id;
    const end = looks.at(-1)!.tracks;
    expect(end.find(({ id }) => id === bystander)?.coasting).toBe(false);
    expect(end.find(({ id }) => id === faller)?.coasting).toBe(true);
    expect(idsOf(looks)).toHaveLength(2);
  });

  it("never makes a track of a box that was there for one look only", () => {
    const looks = play((t) =>
      Math.round(t * 10) % 3 === 0 ? [row({ x: 0.2 + ((t * 7) % 1.2), y: 0.5, height: 0.3 })] : [],
    );
    expect(idsOf(looks)).toEqual([]);
  });

  it("never makes a track of rows below the score that a birth needs", () => {
    expect(idsOf(play(() => [row({ x: 0.5, y: 0.9, score: 0.3 })]))).toEqual([]);
  });

  it("sees one person where the eyes give two rows of one body", () => {
    const looks = play((t) => [
      falling(t),
      shaken(falling(t, 0.6, { score: 0.6 }), 0.02, 3),
      row({
        x: 0.8,
        y: 0.91,
        height: 0.55,
        score: 0.4,
        visible: 0.1,
        tipped: 90 * Math.min(1, Math.max(0, (t - 1) / 0.6)) ** 2,
      }),
    ]);
    expect(looks.map(({ tracks }) => tracks.length).slice(1)).toEqual(new Array(29).fill(1));
  });

  it("gives the id back to a body that was hidden for a second, and a new one after the patience is over", () => {
    const hidden = (seconds: number) =>
      idsOf(play((t) => (t > 1 && t < 1 + seconds ? [] : [row({ x: 0.5, y: 0.9 })]), { seconds: 6 }));
    expect(hidden(1)).toEqual([1]);
    expect(hidden(2.5)).toEqual([1, 2]);
  });

  it("waits longer for a body that was last seen lying", () => {
    const looks = play((t) => (t > 2 && t < 5 ? [] : [falling(t)]), { seconds: 6 });
    expect(idsOf(looks)).toEqual([1]);
  });

  it("measures the torso's angle and the speed of the hips", () => {
    const looks = play((t) => [falling(t)]);
    expect(looks[5]!.tracks[0]!.torsoAngle).toBeLessThan(5);
    expect(looks.at(-1)!.tracks[0]!.torsoAngle).toBeGreaterThan(85);
    expect(Math.abs(looks[9]!.tracks[0]!.dropSpeed)).toBeLessThan(0.05);
    // The hips come down 0.52 · 0.6 picture heights within 0.6 s, faster towards the end.
    expect(Math.max(...looks.map(({ tracks }) => tracks[0]?.dropSpeed ?? 0))).toBeGreaterThan(0.5);
    expect(Math.abs(looks.at(-1)!.tracks[0]!.dropSpeed)).toBeLessThan(0.1);
  });

  it("survives rows that make no sense", () => {
    const nonsense = fc.array(fc.double(), { minLength: 57, maxLength: 57 }).map((values) => Float32Array.from(values));
    fc.assert(
      fc.property(fc.array(nonsense, { maxLength: 5 }), (rows) => {
        const tracks = play((t) => [falling(t), ...rows])[20]!.tracks;
        for (const track of tracks) expect(track.row.every(Number.isFinite)).toBe(true);
        expect(tracks.some((track) => track.id > 0 && Math.abs(centreX(track) - 1.1) < 0.3)).toBe(true);
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
