"""Simulated motions -> what the eyes and the tracker would have left in the two-second window of a track.

Everything that real observation does to a track is drawn per track or per observation: frame rate, jitter, misses that get likelier with lying
bodies, tracks that begin late or break on landing, the picture's edge, something in front, weak or missing keypoints, swaps, wrong boxes.

    python observe.py MOTIONS OUT.npz [--learn 120000] [--judge 8000] [--seed 1]
"""
import argparse
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from body import INDEX
from camera import look
from motion import FPS, UPRIGHT, load, tilt
from net import ROW, SLOTS

NEAREST_S = .075   # an observation further from a slot's moment than this leaves the slot empty
SWAP = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15])
XS, YS = [2, 4, *range(6, ROW, 3)], [3, 5, *range(7, ROW, 3)]
LEAD = np.arange(SLOTS - 1, -1, -1) * .1


def held_out(name: str) -> bool:
    """One motion in eight, by its name's hash: a count would fall into step with the order of kinds and hold out whole kinds."""
    return zlib.crc32(name.encode()) % 8 == 7


class Motions:
    """All motions of a folder in one array; `part` "learn" or "judge" splits by held_out."""

    def __init__(self, folder: Path, part: str):
        files = [f for f in sorted(folder.glob("*.npz")) if held_out(f.stem) == (part == "judge")]
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


@dataclass
class Timing:
    """When each slot was observed: moments in s and in frames of the motion [B,20], which observation before the newest [B,20], and whether there is one."""

    step: np.ndarray
    frame: np.ndarray
    present: np.ndarray


def timing(rng: np.random.Generator, now: np.ndarray) -> Timing:
    """Sources of 7 to 30 frames/s with jitter, watched people up to a quarter faster or 15 % slower."""
    count = len(now)
    rate = np.exp(rng.uniform(np.log(7), np.log(30), (count, 1)))
    step = np.round(LEAD * rate)
    before = step / rate + np.where(step > 0, rng.normal(0, .006, (count, SLOTS)), 0)
    frame = (now[:, None] - before * rng.uniform(.85, 1.25, (count, 1))) * FPS
    return Timing(step, frame, (np.abs(LEAD - before) <= NEAREST_S) & (frame >= 0))


def occluder(rng: np.random.Generator, body: np.ndarray):
    """For one track in five something that hides what is behind it from some height down; returns the test for points [B,20,P,2]."""
    count = len(body)
    high = np.median(np.ptp(body, axis=2).max(-1), axis=1)
    corner = body[:, -1].mean(1) + rng.normal(0, .45, (count, 2)) * high[:, None]
    half = np.where(chance(rng, count, .22), rng.uniform(.15, .8, count), -1) * high
    wide = lambda values: values[:, None, None]
    return lambda points: (np.abs(points[..., 0] - wide(corner[:, 0])) < wide(half)) & (points[..., 1] > wide(corner[:, 1]))


def boxes(rng: np.random.Generator, body: np.ndarray, depth: np.ndarray, hides, edge: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes [B,20,4] around what is seen of the hull [B,20,64,2], noisy, sometimes wrong, clipped to the picture; and whether enough is left."""
    count = len(body)
    out = (depth < .25) | (hides(body) & chance(rng, (count, 1, 1), .8))
    seen = (~out).sum(2) > 10
    box = np.concatenate([np.where(out[..., None], 1e3, body).min(2), np.where(out[..., None], -1e3, body).max(2)], -1)
    box = np.where(seen[..., None], box, 0)
    size = (box[..., 2:] - box[..., :2]).max(-1, keepdims=True)
    box = box + size * (rng.normal(0, 1, box.shape) * rng.uniform(.005, .04, (count, 1, 1)) + rng.normal(0, .03, (count, 1, 4)))
    wrong = chance(rng, (count, SLOTS), rng.choice([0, .03, .12, .3], (count, 1), p=[.4, .3, .2, .1]))
    cut = rng.uniform(.3, .8, (count, SLOTS))
    upper_half, too_wide = wrong & chance(rng, (count, SLOTS), .5), wrong & chance(rng, (count, SLOTS), .4)
    box[..., 3] = np.where(upper_half, box[..., 1] + (box[..., 3] - box[..., 1]) * cut, box[..., 3])
    box[..., 2] += too_wide * size[..., 0] * cut
    whole = np.maximum((box[..., 2:] - box[..., :2]).prod(-1), 1e-9)
    box = np.clip(box, 0, np.concatenate([edge, edge], -1))
    side = (box[..., 2:] - box[..., :2]).clip(0)
    seen &= (side.prod(-1) / whole > rng.uniform(.08, .3, (count, 1))) & (side.max(-1) > .03) & (side.min(-1) > .008)
    return box, seen


def keypoints(rng: np.random.Generator, flat: np.ndarray, depth: np.ndarray, hides, edge: np.ndarray, box: np.ndarray, lying: np.ndarray) -> np.ndarray:
    """[B,20,17,3]: noise grows with lying, joints are far, hidden, swapped or guessed near the picture's edge, whole tracks have none."""
    count = len(flat)
    size = (box[..., 2:] - box[..., :2]).max(-1)[..., None, None]
    down = lying[..., None]
    sigma = rng.uniform(.008, .045, (count, 1, 1, 1)) * (1 + 1.5 * down[..., None]) * size
    keys = flat + rng.normal(0, 1, flat.shape) * sigma + rng.normal(0, .6, (count, 1, 17, 2)) * sigma
    jump = chance(rng, (count, SLOTS, 17, 1), rng.choice([0, .02, .08], (count, 1, 1, 1)))
    keys = keys + jump * rng.normal(0, .25, keys.shape) * size
    swap = chance(rng, (count, SLOTS, 1, 1), rng.choice([.01, .15, .5], (count, 1, 1, 1), p=[.6, .3, .1]))
    keys = np.where(swap, keys[..., SWAP, :], keys)
    outside = ((keys < 0) | (keys > edge[:, None])).any(-1) | (depth < .25)

    sure = rng.uniform(.5, 1, (count, 1, 1)) * np.clip(1 - np.abs(rng.normal(0, .15, (count, SLOTS, 17))) - .3 * down * rng.random((count, 1, 1)), .05, 1)
    sure *= np.where(chance(rng, (count, 1, 17), .15), rng.uniform(.1, .7, (count, 1, 17)), 1)           # the far side of the body
    sure[..., :5] *= np.where(chance(rng, (count, 1, 1), .35), rng.uniform(.05, .5, (count, 1, 1)), 1)   # seen from behind
    sure = np.where(hides(flat), sure * rng.uniform(.05, .7, (count, 1, 17)), sure)
    sure = np.where(outside, np.minimum(sure, np.abs(rng.normal(0, .06, sure.shape))), sure)
    keys = np.where(outside[..., None], np.clip(keys, -.05, edge[:, None] + .05), keys)
    some = chance(rng, (count, SLOTS, 1), rng.choice([0, .1, .4], (count, 1, 1), p=[.6, .3, .1]) * (.3 + down))
    blank = chance(rng, (count, 1, 1), .12) | some
    sure = np.where(blank, sure * rng.choice([0, .1, .2], (count, 1, 1)), sure)
    keys = keys + blank[..., None] * rng.normal(0, .15, keys.shape) * size
    vague = chance(rng, (count, 1, 1), .2)                                                               # visibility that tells nothing
    sure = np.where(vague, np.clip(rng.uniform(.5, .9, (count, 1, 1)) + rng.normal(0, .06, sure.shape), 0, 1), sure)
    upended = chance(rng, (count, SLOTS, 1, 1), .5 * down[..., None] * chance(rng, (count, 1, 1, 1), .15))   # an upright skeleton read into a lying body
    middle = (box[..., None, :2] + box[..., None, 2:]) / 2
    keys = np.where(upended, middle + (keys - middle)[..., ::-1], keys)
    return np.concatenate([keys, sure[..., None]], -1)


def opinions(rng: np.random.Generator, lying: np.ndarray) -> np.ndarray:
    """[B,20,2] score, and the eyes' own cue of lying: more or less sharp, useless for one track in five."""
    one, shape = (len(lying), 1), lying.shape
    cue = 1 / (1 + np.exp(-(rng.uniform(4, 14, one) * (lying - rng.uniform(.3, .7, one)) + rng.normal(0, 1, shape))))
    cue = np.where(chance(rng, one, .2), np.clip(rng.random(one) + rng.normal(0, .1, shape), 0, 1), cue)
    score = np.clip(rng.uniform(.3, .97, one) - rng.uniform(-.1, .25, one) * lying * (rng.random(one) < .6) + rng.normal(0, .08, shape), .08, .99)
    return np.stack([score, cue], -1)


def gaps(rng: np.random.Generator, lying: np.ndarray, since_ground: np.ndarray) -> np.ndarray:
    """[B,20] what a tracker keeps: misses that get likelier with lying, late beginnings, breaks on landing, a gap, an end unseen (the track coasts)."""
    count, one = len(lying), (len(lying), 1)
    lost = rng.choice([.01, .06, .2], one, p=[.5, .35, .15]) * (1 + rng.uniform(0, 5, one) * lying)
    kept = ~chance(rng, lying.shape, np.minimum(lost, .85))
    begin = np.where(chance(rng, count, .3), rng.uniform(.05, 2, count), 9)
    breaks = np.isfinite(since_ground) & chance(rng, count, .12)
    begin = np.where(breaks, np.clip(since_ground + rng.normal(-.1, .25, count), .05, 9), begin)
    kept &= LEAD <= begin[:, None]
    at, long = rng.uniform(0, 1.8, one), np.where(chance(rng, one, .15), rng.uniform(.2, 1.2, one), 0)
    kept &= (LEAD <= at) | (LEAD >= at + long)
    return kept & (LEAD >= np.where(chance(rng, one, .12), rng.uniform(.1, .9, one), 0) - .01)


def stretched(rows: np.ndarray, factor: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Rows [B,20,57] with x and y scaled and moved by [B,1 or 20,2]."""
    out = rows.copy()
    out[..., XS] = out[..., XS] * factor[..., :1] + shift[..., :1]
    out[..., YS] = out[..., YS] * factor[..., 1:] + shift[..., 1:]
    return out


def stranger(rng: np.random.Generator, track: np.ndarray) -> np.ndarray:
    """For one track in ten the id came over some time before, from another body or a thing: elsewhere, of another size and shape."""
    count = len(track)
    jumped = chance(rng, (count, 1), .1) & (LEAD > rng.uniform(.1, 1.8, (count, 1)))
    size = (track[..., 4:6] - track[..., 2:4]).max((1, 2))[:, None, None]
    factor = rng.uniform(.5, 1.7, (count, 1, 1)) * rng.uniform(.7, 1.4, (count, 1, 2))
    middle = (track[..., 2:4] + track[..., 4:6]) / 2
    return np.where(jumped[..., None], stretched(track, factor, middle * (1 - factor) + rng.normal(0, .6, (count, 1, 2)) * size), track)


def parted(rng: np.random.Generator, track: np.ndarray) -> np.ndarray:
    """For one track in eight the eyes see only a part of the body (upper, lower, one side) from some moment on or until then."""
    count = len(track)
    moment = rng.uniform(0, 2, (count, 1))
    part = chance(rng, (count, 1), .12) & np.where(chance(rng, (count, 1), .5), LEAD > moment, LEAD <= moment)
    share = np.where(rng.random((count, 1, 2)) < (.25, .8), rng.uniform(.3, .8, (count, 1, 2)), 1)
    low, size = track[..., 2:4], track[..., 4:6] - track[..., 2:4]
    start = low + size * (1 - share) * np.where(rng.random((count, 1, 2)) < (.5, .3), 1, 0)
    squeezed = stretched(track, np.broadcast_to(share, low.shape), start - low * share)
    squeezed[..., 6:] = np.where(chance(rng, (count, 1, 1), .5), squeezed[..., 6:], track[..., 6:])   # joints squeezed into the part, or left
    return np.where(part[..., None], squeezed, track)


def windows(rng: np.random.Generator, motions: Motions, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """About `count` windows: track [B,20,57], present [B,20], posture [B]; those without any observation are left out."""
    which, now = motions.draw(rng, count)
    time = timing(rng, now)
    first, last = motions.start[which], motions.length[which] - 1
    frame = np.clip(time.frame, 0, last[:, None] - .001)
    row = first[:, None] + np.floor(frame).astype(int)
    part = (frame % 1)[..., None, None].astype(np.float32)
    points = motions.points[row] * (1 - part) + motions.points[np.minimum(row + 1, (first + last)[:, None])] * part
    lying = motions.lying[row]
    posture = motions.posture[first + np.clip(np.round(now * FPS).astype(int), 0, last)].astype(np.int64)

    fell = np.isfinite(motions.onset[which])
    leaves = chance(rng, count, np.where(fell, .08, .2))           # walks out of the picture, towards the camera or past it
    heading = rng.uniform(0, 2 * np.pi, count)
    pace = np.where(~fell & (leaves | chance(rng, count, .15)) & (posture == UPRIGHT), rng.uniform(.3, 1.8, count), 0)
    points[..., :2] += ((time.frame / FPS - now[:, None]) * pace[:, None])[..., None, None] * np.stack([np.cos(heading), np.sin(heading)], -1)[:, None, None]
    slot = np.where(leaves, SLOTS - 1, rng.integers(0, SLOTS, count))
    towards = np.where(leaves & chance(rng, count, .7), heading + rng.normal(0, .3, count), rng.uniform(0, 2 * np.pi, count))
    cameras = look(rng, points[np.arange(count), slot][:, 11:13].mean(1), leaves, towards)
    flat, depth = cameras.project(points)
    edge = np.stack([cameras.aspect, np.ones(count)], -1)[:, None]
    hides = occluder(rng, flat[..., 17:, :])
    box, seen = boxes(rng, flat[..., 17:, :], depth[..., 17:], hides, edge)
    keys = keypoints(rng, flat[..., :17, :], depth[..., :17], hides, edge, box, lying)
    track = np.concatenate([opinions(rng, lying), box, keys.reshape(count, SLOTS, 51)], -1).astype(np.float32)
    track = parted(rng, stranger(rng, track))
    present = time.present & seen & gaps(rng, lying, now - motions.ground[which])
    ghosts(rng, track, present, posture)
    for k in range(SLOTS - 2, -1, -1):                          # slow sources: one observation serves several slots
        same = (time.step[:, k] == time.step[:, k + 1]) & present[:, k] & present[:, k + 1]
        track[same, k] = track[same, k + 1]
    track *= present[..., None]
    keep = present.any(1)
    return track[keep], present[keep].astype(np.float32), posture[keep]


def ghosts(rng: np.random.Generator, track: np.ndarray, present: np.ndarray, posture: np.ndarray) -> None:
    """Turns one window in thirty into a coat, curtain or bottle that the eyes doubtfully take for a person: still, any shape. Not a fall."""
    for b in np.nonzero(rng.random(len(track)) < .03)[0]:
        size = rng.uniform(.05, .5, 2)
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
