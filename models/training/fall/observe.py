"""Simulated motions -> what the eyes and the tracker would have left in the two-second window of a track.

Everything that real observation does to a track is drawn per track or per observation: frame rate, jitter, misses that get likelier with lying
bodies, tracks that begin late or break on landing, the picture's edge, something in front, weak or missing keypoints, swaps, wrong boxes.

    python observe.py MOTIONS OUT.npz [--learn 120000] [--judge 8000] [--seed 1]
"""
import argparse
from pathlib import Path

import numpy as np

from body import INDEX
from camera import look
from motion import FALL, FALLEN, FPS, UPRIGHT, load, tilt
from net import ROW, SLOTS

NEAREST_S = .075   # an observation further from a slot's moment than this leaves the slot empty
SWAP = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15])
LEAD = np.arange(SLOTS - 1, -1, -1) * .1


class Motions:
    """All motions of a folder in one array; `part` "learn" or "judge" splits by file, one in eight to judge."""

    def __init__(self, folder: Path, part: str):
        files = [f for i, f in enumerate(sorted(folder.glob("*.npz"))) if (i % 8 == 7) == (part == "judge")]
        if not files:
            raise SystemExit(f"{folder}: no motions (*.npz); run simulate.py first")
        points, postures, lying, self.kind, self.start, self.length, self.onset, self.ground = [], [], [], [], [], [], [], []
        at = 0
        for file in files:
            motion = load(file)
            points.append(motion.points)
            postures.append(motion.posture)
            pelvis = motion.position[:, INDEX["pelvis"], 2] / motion.body.height
            lying.append(np.clip((tilt(motion.rotation) - 45) / 35, 0, 1) * np.clip((.45 - pelvis) / .2, 0, 1))
            self.kind.append(motion.kind)
            self.start.append(at)
            self.length.append(len(motion.posture))
            self.onset.append(motion.onset_s)
            self.ground.append(motion.ground_s)
            at += len(motion.posture)
        self.points, self.posture, self.lying = np.concatenate(points), np.concatenate(postures), np.concatenate(lying).astype(np.float32)
        self.start, self.length = np.array(self.start), np.array(self.length)
        self.onset, self.ground = np.array(self.onset), np.array(self.ground)
        family = np.array([kind.split("-")[0] for kind in self.kind])
        weight = np.zeros(len(family))
        for name, share in (("fall", .5), ("daily", .36), ("cmu", .14)):
            weight[family == name] = share / max(1, (family == name).sum())
        self.weight = weight / weight.sum()

    def draw(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Motion and moment (s) for each of `count` windows; falls are mostly looked at around the fall."""
        which = rng.choice(len(self.kind), count, p=self.weight)
        last = (self.length[which] - 1) / FPS
        now = rng.uniform(.2, last)
        near = np.isfinite(self.onset[which]) & (rng.random(count) < .7)
        around = self.onset[which] - .4 + rng.random(count) * (self.ground[which] - self.onset[which] + 2.9)
        return which, np.where(near, np.clip(around, .2, last), now)


def chance(rng, shape, p) -> np.ndarray:
    return rng.random(shape) < p


def windows(rng: np.random.Generator, motions: Motions, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`count` windows: track [B,20,57], present [B,20], posture [B]."""
    which, now = motions.draw(rng, count)
    one = (count, 1)
    rate = np.exp(rng.uniform(np.log(7), np.log(30), one))
    step = np.round(LEAD * rate)                                         # which observation before the newest
    moment = now[:, None] - step / rate + np.where(step > 0, rng.normal(0, .006, (count, SLOTS)), 0)
    speed = rng.uniform(.85, 1.25, one)
    source = (now[:, None] - (now[:, None] - moment) * speed) * FPS
    present = (np.abs(now[:, None] - LEAD - moment) <= NEAREST_S) & (source >= 0)

    frame = np.clip(source, 0, motions.length[which][:, None] - 1.001)
    low = np.floor(frame).astype(int)
    part = (frame - low)[..., None, None].astype(np.float32)
    rows = motions.start[which][:, None] + low
    points = motions.points[rows] * (1 - part) + motions.points[np.minimum(rows + 1, motions.start[which][:, None] + motions.length[which][:, None] - 1)] * part
    lying = motions.lying[rows]
    posture = motions.posture[motions.start[which] + np.clip(np.round(now * FPS).astype(int), 0, motions.length[which] - 1)].astype(np.int64)

    anchor = points[np.arange(count), rng.integers(0, SLOTS, count)][:, 11:13].mean(1)
    cameras = look(rng, anchor)
    flat, depth = cameras.project(points)
    frame_of = np.stack([cameras.aspect, np.ones(count)], -1)[:, None]   # right and bottom edge

    # The box: hull of what is in front of the lens and not behind something.
    body = flat[..., 17:, :]
    height = np.median(np.ptp(body, axis=2).max(-1), axis=1)
    hidden_by = chance(rng, one, .22)
    corner = body[:, -1].mean(1) + rng.normal(0, .45, (count, 2)) * height[:, None]
    wide = rng.uniform(.3, 1.6, one) * height[:, None]
    hides = lambda p: hidden_by.reshape(-1, *(1,) * (p.ndim - 2)) & (np.abs(p[..., 0] - corner[:, 0].reshape(-1, *(1,) * (p.ndim - 2))) < wide.reshape(-1, *(1,) * (p.ndim - 2)) / 2) & (p[..., 1] > corner[:, 1].reshape(-1, *(1,) * (p.ndim - 2)))
    out = (depth[..., 17:] < .25) | (hides(body) & chance(rng, (count, 1, 1), .8))
    box = np.concatenate([np.where(out[..., None], 1e3, body).min(2), np.where(out[..., None], -1e3, body).max(2)], -1)
    present &= (~out).sum(2) > 10
    box = np.where(present[..., None], box, 0)
    size = np.maximum(box[..., 2] - box[..., 0], box[..., 3] - box[..., 1])[..., None]
    box = box + rng.normal(0, 1, box.shape) * size * rng.uniform(.005, .04, (count, 1, 1)) + rng.normal(0, .03, (count, 1, 4)) * size
    wrong = chance(rng, (count, SLOTS), rng.choice([0, .02, .08], one))
    cut = rng.uniform(.3, .8, (count, SLOTS))
    box[..., 3] = np.where(wrong & chance(rng, (count, SLOTS), .5), box[..., 1] + (box[..., 3] - box[..., 1]) * cut, box[..., 3])
    box[..., 2] = np.where(wrong & chance(rng, (count, SLOTS), .4), box[..., 2] + size[..., 0] * cut, box[..., 2])
    whole = np.maximum((box[..., 2:] - box[..., :2]).prod(-1), 1e-9)
    box = np.clip(box, 0, np.concatenate([frame_of, frame_of], -1))
    inside = (box[..., 2:] - box[..., :2]).clip(0)
    present &= (inside.prod(-1) / whole > rng.uniform(.08, .3, one)) & (inside.max(-1) > .03) & (inside.min(-1) > .008)

    # Keypoints: noise grows with lying, far and hidden joints; what lies outside the picture is a guess near its edge.
    keys = flat[..., :17, :]
    sigma = rng.uniform(.008, .045, (count, 1, 1, 1)) * (1 + 1.5 * lying[..., None, None]) * size[..., None]
    keys = keys + rng.normal(0, 1, keys.shape) * sigma + rng.normal(0, .6, (count, 1, 17, 2)) * sigma
    jump = chance(rng, keys.shape[:3], rng.choice([0, .02, .08], (count, 1, 1)))
    keys = np.where(jump[..., None], keys + rng.normal(0, .25, keys.shape) * size[..., None], keys)
    swap = chance(rng, (count, SLOTS), rng.choice([.01, .15, .5], one, p=[.6, .3, .1]))
    keys = np.where(swap[..., None, None], keys[..., SWAP, :], keys)
    outside = ((keys < 0) | (keys > frame_of[:, None])).any(-1) | (depth[..., :17] < .25)
    hidden = hides(flat[..., :17, :])
    firm = rng.uniform(.5, 1, (count, 1, 1))
    sure = firm * np.clip(1 - np.abs(rng.normal(0, .15, (count, SLOTS, 17))) - .3 * lying[..., None] * rng.random((count, 1, 1)), .05, 1)
    sure = sure * np.where(chance(rng, (count, 1, 17), .15), rng.uniform(.1, .7, (count, 1, 17)), 1)     # the far side of the body
    sure[..., :5] *= np.where(chance(rng, (count, 1, 1), .35), rng.uniform(.05, .5, (count, 1, 1)), 1)   # seen from behind
    sure = np.where(hidden, sure * rng.uniform(.05, .7, (count, 1, 17)), sure)
    sure = np.where(outside, np.minimum(sure, np.abs(rng.normal(0, .06, sure.shape))), sure)
    keys = np.where(outside[..., None], np.clip(keys, -.05, frame_of[:, None] + .05), keys)
    blank = chance(rng, one, .12)[..., None] | chance(rng, (count, SLOTS, 1), rng.choice([0, .1, .4], (count, 1, 1), p=[.6, .3, .1]) * (.3 + lying[..., None]))
    sure = np.where(blank, sure * rng.choice([0, .1, .2], (count, 1, 1)), sure)
    box_middle = (box[..., None, :2] + box[..., None, 2:]) / 2
    keys = np.where(blank[..., None], keys + rng.normal(0, .15, keys.shape) * size[..., None], keys)
    stiff = chance(rng, (count, SLOTS, 1), .5 * lying[..., None] * chance(rng, (count, 1, 1), .15))   # an upright skeleton read into a lying body
    keys = np.where(stiff[..., None], box_middle + (keys[..., ::1] - box_middle)[..., ::-1], keys)

    # The eyes' own opinion, and its score.
    opinion = 1 / (1 + np.exp(-(rng.uniform(2, 7, one) * (lying - rng.uniform(.3, .7, one)) * 2 + rng.normal(0, 1, (count, SLOTS)))))
    opinion = np.where(chance(rng, one, .2), np.clip(rng.random(one) + rng.normal(0, .1, (count, SLOTS)), 0, 1), opinion)
    score = np.clip(rng.uniform(.45, .97, one) - rng.uniform(0, .4, one) * lying + rng.normal(0, .06, (count, SLOTS)), .08, .99)

    track = np.concatenate([score[..., None], opinion[..., None], box, np.concatenate([keys, sure[..., None]], -1).reshape(count, SLOTS, 51)], -1).astype(np.float32)

    # Another body before: the id jumped over from someone else, or the picture from one place to another.
    jumped = chance(rng, one, .05) & (LEAD[None] > rng.uniform(.1, 1.8, one))
    factor, shift = rng.uniform(.6, 1.6, one), rng.normal(0, .3, (count, 2))
    moved = track.copy()
    moved[..., [2, 4] + list(range(6, 57, 3))] = moved[..., [2, 4] + list(range(6, 57, 3))] * factor[..., None] + shift[:, :1, None]
    moved[..., [3, 5] + list(range(7, 57, 3))] = moved[..., [3, 5] + list(range(7, 57, 3))] * factor[..., None] + shift[:, 1:, None]
    track = np.where(jumped[..., None], moved, track)

    # Misses, late beginnings, breaks on landing, an end that is not seen (the tracker coasts).
    lost = rng.choice([.01, .06, .2], one, p=[.5, .35, .15]) * (1 + rng.uniform(0, 5, one) * lying)
    present &= ~chance(rng, (count, SLOTS), np.minimum(lost, .85))
    begin = np.where(chance(rng, count, .3), rng.uniform(.05, 2, count), 9)
    on_landing = np.isfinite(motions.ground[which]) & chance(rng, count, .12)
    begin = np.where(on_landing, np.clip(now - motions.ground[which] + rng.normal(-.1, .25, count), .05, 9), begin)
    present &= LEAD[None] <= begin[:, None]
    gap = chance(rng, one, .15)
    gap_at, gap_long = rng.uniform(0, 1.8, one), rng.uniform(.2, 1.2, one)
    present &= ~(gap & (LEAD[None] > gap_at) & (LEAD[None] < gap_at + gap_long))
    unseen = np.where(chance(rng, one, .12), rng.uniform(.1, .9, one), 0)
    present &= LEAD[None] >= unseen - .01

    ghosts(rng, track, present, posture)
    same = np.zeros((count, SLOTS), bool)                       # slow sources: one observation serves several slots
    same[:, :-1] = step[:, :-1] == step[:, 1:]
    for k in range(SLOTS - 2, -1, -1):
        take = same[:, k] & present[:, k + 1] & present[:, k]
        track[take, k] = track[take, k + 1]
    track *= present[..., None]
    keep = present.any(1)
    return track[keep], present[keep].astype(np.float32), posture[keep]


def ghosts(rng: np.random.Generator, track: np.ndarray, present: np.ndarray, posture: np.ndarray) -> None:
    """Turns one window in thirty into a coat, curtain or bottle that the eyes doubtfully take for a person: still, any shape. Not a fall."""
    for b in np.nonzero(rng.random(len(track)) < .03)[0]:
        size = rng.uniform(.05, .5, 2) * (1, 1)
        low = rng.uniform(0, 1, 2) * (1.3, 1) * (1 - size / 2)
        box = np.concatenate([low, low + size])
        keys = low + rng.random((17, 2)) * size
        track[b, :, 2:6] = box + rng.normal(0, rng.uniform(.005, .1), (SLOTS, 4)) * size.max()
        track[b, :, 0] = np.clip(rng.uniform(.1, .5) + rng.normal(0, .08, SLOTS), .05, .7)
        track[b, :, 1] = rng.random() * .6
        track[b, :, 6:].reshape(SLOTS, 17, 3)[..., :2] = keys + rng.normal(0, .08, (SLOTS, 17, 2)) * size.max()
        track[b, :, 6:].reshape(SLOTS, 17, 3)[..., 2] = np.clip(rng.uniform(0, .35) + rng.normal(0, .1, (SLOTS, 17)), 0, 1)
        present[b] = rng.random(SLOTS) > rng.uniform(0, .6)
        posture[b] = UPRIGHT
    assert ROW == track.shape[-1] and FALL == 0 and FALLEN == 1


def many(rng: np.random.Generator, motions: Motions, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """About `count` windows as windows() gives them, coordinates rounded to float16 (0.0005 picture heights)."""
    parts = [windows(rng, motions, 512) for _ in range(-(-count // 512))]
    return np.concatenate([p[0] for p in parts]).astype(np.float16), np.concatenate([p[1] for p in parts]), np.concatenate([p[2] for p in parts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("motions", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--learn", type=int, default=120_000)
    parser.add_argument("--judge", type=int, default=8_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    out = {}
    for part in ("learn", "judge"):
        out[f"{part}_track"], out[f"{part}_present"], out[f"{part}_posture"] = many(rng, Motions(args.motions, part), getattr(args, part))
        print(part, np.bincount(out[f"{part}_posture"], minlength=4).tolist())
    np.savez(args.out, **out)


if __name__ == "__main__":
    main()
