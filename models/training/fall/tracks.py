"""Observed clips -> tracks -> labelled two-second windows.

    python tracks.py FOOTAGE SEEN_FOLDER OUT.npz

SEEN_FOLDER holds what clips.py saw (*.npz), which is followed here, or what `npm run -s bench -- accuracy --observations SEEN_FOLDER` kept (*.json): then the
tracks are the service's own, with every mistake it makes.

The manifest tells when somebody falls, not who and not each posture: the one who falls is the track that changes most between onset and ground (and what
follows it there, when the track broke), further tracks on that body are left out, and a window is labelled by the set of postures that it may show.
"""
import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from clips import AFTER_S
from motion import FALL, FALLEN, LOW, UPRIGHT
from net import ROW, SLOTS
from observe import LEAD, NEAREST_S

COAST_S = 1.5
BEGIN_SCORE, LOW_SCORE = .4, .1   # as the service's
EVERY_S = .1    # windows of one track end at least this far apart


@dataclass
class Track:
    """Observations of one body: times and rows."""

    at: list[float] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)

    def box(self, seconds: float) -> np.ndarray:
        """Box of the nearest observation."""
        return self.rows[int(np.argmin(np.abs(np.array(self.at) - seconds)))][2:6]


def likeness(track: Track, row: np.ndarray, seconds: float) -> float:
    """1 for the same box, falling with the distance of centres and sizes in body lengths; 0 when too far to be the same body."""
    before, now = track.rows[-1][2:6], row[2:6]
    if len(track.at) > 1:
        step = min(.2, seconds - track.at[-1])
        pace = np.clip((track.rows[-1][2:6] - track.rows[-2][2:6]) / max(.03, track.at[-1] - track.at[-2]), -1, 1)
        before = before + pace.reshape(2, 2).mean(0)[[0, 1, 0, 1]] * step * .5
    size = max((before[2:] - before[:2]).max(), (now[2:] - now[:2]).max(), .02)
    centre = np.linalg.norm(before[:2] + before[2:] - now[:2] - now[2:]) / 2 / size
    area = [np.prod(b[2:] - b[:2]) + 1e-6 for b in (before, now)]
    overlap = np.prod(np.clip(np.minimum(before[2:], now[2:]) - np.maximum(before[:2], now[:2]), 0, None))
    change = abs(np.log(area[0] / area[1]))
    return max(0.0, 1 - centre / (.7 + .5 * min(1, seconds - track.at[-1])) - .25 * change + .5 * overlap / min(area))


def follow(at: np.ndarray, rows: np.ndarray, frame: np.ndarray) -> list[Track]:
    """Pairs the rows of each frame with the tracks so far (Hungarian); a track ends when unseen for COAST_S."""
    alive: list[Track] = []
    every: list[Track] = []
    for number, seconds in enumerate(at):
        seen: list[np.ndarray] = []
        for row in sorted(rows[frame == number], key=lambda row: -row[0]):
            if row[0] >= LOW_SCORE and not any(covers(other, row) for other in seen):
                seen.append(row)
        alive = [track for track in alive if seconds - track.at[-1] <= COAST_S]
        fit = np.array([[likeness(track, row, seconds) for row in seen] for track in alive]).reshape(len(alive), len(seen))
        used = set()
        for i, j in zip(*linear_sum_assignment(-fit)):
            if fit[i, j] > (.3 if seen[j][0] >= BEGIN_SCORE else .5):
                alive[i].at.append(seconds)
                alive[i].rows.append(seen[j])
                used.add(j)
        for j, row in enumerate(seen):
            if j not in used and row[0] >= BEGIN_SCORE:
                alive.append(Track([seconds], [row]))
                every.append(alive[-1])
    return [track for track in every if len(track.at) >= 3]


def followed(path: Path, aspect: float) -> tuple[np.ndarray, list[Track]]:
    """Times, and the tracks that the service made of a clip; its coordinates are told in 0..1 of width and height."""
    tracks: dict[int, Track] = {}
    frames = json.loads(path.read_text())
    for frame in frames:
        for person in frame["people"]:
            if person["coasting"]:
                continue
            box, points = person["box"], np.array(person["keypoints"], np.float32).reshape(17, 3) * [aspect, 1, 1]
            track = tracks.setdefault(person["track"], Track())
            track.at.append(frame["at"] / 1000)
            track.rows.append(np.array([person["score"], person["lying"], box["x1"] * aspect, box["y1"], box["x2"] * aspect, box["y2"], *points.ravel()], np.float32))
    times = np.array([frame["at"] / 1000 for frame in frames])
    return times, [track for track in tracks.values() if len(track.at) >= 3]


def covers(one: np.ndarray, other: np.ndarray) -> bool:
    """Two boxes on the same body: most of the smaller one lies in the other."""
    low, high = np.maximum(one[2:4], other[2:4]), np.minimum(one[4:6], other[4:6])
    inner = np.prod(np.clip(high - low, 0, None))
    return inner > .75 * min(np.prod(one[4:6] - one[2:4]), np.prod(other[4:6] - other[2:4]))


def window(track: Track, now: float) -> tuple[np.ndarray, np.ndarray]:
    """[20,57] and [20]: slot k holds the observation nearest to now - (19-k) 0.1 s."""
    at = np.array(track.at)
    out, present = np.zeros((SLOTS, ROW), np.float32), np.zeros(SLOTS, np.float32)
    past = at <= now + 1e-6
    for slot in range(SLOTS):
        distance = np.where(past, np.abs(at - (now - LEAD[slot])), 9)
        best = int(distance.argmin())
        if distance[best] <= NEAREST_S:
            out[slot], present[slot] = track.rows[best], 1
    return out, present


def extent(box: np.ndarray) -> float:
    """Longer side."""
    return float((box[2:] - box[:2]).max())


def fallers(tracks: list[Track], onset: float, ground: float) -> list[Track]:
    """The track that falls, and those that begin where it lands."""

    def change(track: Track) -> float:
        """How far the head end came down, in body lengths, weighted by how surely and how large the body was seen standing."""
        at, rows = np.array(track.at), np.array(track.rows)
        stood, lay = (at > onset - 1) & (at < onset + .15), (at > ground - .1) & (at < ground + 1.5)
        if not stood.any() or at[-1] < onset + .2:
            return 0
        before = np.median(rows[stood, 2:6], 0)
        after = np.median(rows[lay, 2:6], 0) if lay.any() else rows[at < ground + 1.5][-1, 2:6]
        drop = (after[1] - before[1]) / extent(before)
        return drop * min(1, extent(before) / .3) * float(rows[stood, 0].mean()) if drop > .15 else 0

    best = max(tracks, key=change, default=None)
    if best is None or change(best) == 0:   # never followed down: then the largest that turns up meanwhile
        late = [t for t in tracks if onset - .2 < t.at[0] < ground + .5 and np.mean([row[0] for row in t.rows]) > .3]
        best = max(late, key=lambda t: extent(t.box(ground + .5)), default=None)
    if best is None:
        return []
    near = best.box(ground + .5)
    size = max(extent(near), extent(best.box(onset)))
    heir = lambda t: onset + .1 < t.at[0] < ground + 2 and extent(t.box(ground + .5)) > .35 * size and np.linalg.norm(t.box(ground + .5)[:2] + t.box(ground + .5)[2:] - near[:2] - near[2:]) / 2 < .8 * size
    return [best, *(track for track in tracks if track is not best and heir(track))]


def beside(one: Track, other: Track, seconds: float) -> bool:
    """Where both are seen now they may be parts of one body."""
    a, b = one.box(seconds), other.box(seconds)
    return bool(np.linalg.norm(a[:2] + a[2:] - b[:2] - b[2:]) / 2 < .8 * max(extent(a), extent(b)))


def postures(clip: dict, falls: bool, track: Track, now: float) -> tuple[list[int], float]:
    """Postures that a window ending at `now` may show, and how much it counts; clip["size"] is the faller's before the fall."""
    if falls:
        onset, ground = clip["falls"][0]["onset_s"], clip["falls"][0]["ground_s"]
        if now < onset - .15:
            return [UPRIGHT, LOW], 1
        if now < onset + .3:
            return [FALL, UPRIGHT, LOW], .5
        if now < ground + .8:
            return [FALL], 4
        if now < ground + 1.3:
            return [FALL, FALLEN], 1
        if extent(track.box(now)) < .35 * clip["size"]:    # only a head or a foot is still boxed: nobody could tell
            return [FALLEN, UPRIGHT, LOW], .3
        return [FALLEN], 1.5
    if "person-lying-whole-clip" in clip["tags"]:
        middle = np.median(np.array(track.rows)[:, [3, 5]])   # lies in the lower part of the picture, others sit or pass further up
        return ([FALLEN], 1) if middle > .6 else ([UPRIGHT, LOW], .5)
    return [UPRIGHT, LOW], 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("footage", type=Path)
    parser.add_argument("seen", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    out: dict[str, list] = {name: [] for name in ("track", "present", "allowed", "weight", "scene", "clip", "id", "at", "falls", "learn")}
    missed = []
    for clip in json.loads((args.footage / "manifest.json").read_text())["clips"]:
        seen, kept = args.seen / (clip["file"].replace("/", "__") + ".npz"), args.seen / (clip["file"] + ".json")
        if clip["use"] != "train" or not (seen.exists() or kept.exists()):
            continue
        if kept.exists():
            times, tracks = followed(kept, clip["width"] / clip["height"])
            times = times[np.unique((times / EVERY_S).astype(int), return_index=True)[1]]
        else:
            with np.load(seen) as file:
                times = file["at"]
                tracks = follow(times, file["rows"], file["frame"])
        falling = fallers(tracks, clip["falls"][0]["onset_s"], clip["falls"][0]["ground_s"]) if clip["falls"] else []
        if clip["falls"] and not falling:
            missed.append(clip["file"])
        clip["size"] = extent(falling[0].box(clip["falls"][0]["onset_s"])) if falling else 0
        for number, track in enumerate(tracks):
            mine = any(track is other for other in falling)
            until = clip["falls"][0]["ground_s"] + AFTER_S if clip["falls"] else np.inf   # later, nobody noted whether they got up
            moments = [t for t in times if track.at[0] + .15 <= t <= min(track.at[-1] + .5, until)]
            for now in moments:
                slots, present = window(track, now)
                if present.sum() < 2 or (not mine and any(beside(other, track, now) for other in falling) and now > clip["falls"][0]["onset_s"] - .2):
                    continue
                allowed, weight = postures(clip, mine, track, now)
                for name, value in zip(out, (slots, present, np.isin(np.arange(4), allowed), weight / max(10, len(moments)) ** .5, clip.get("scene") or clip["file"].split("/")[0], clip["file"], number, now, mine, not clip["falls"] or bool(falling))):
                    out[name].append(value)
    np.savez_compressed(args.out, **{name: np.array(values, dtype=np.float32 if name in ("track", "present", "weight", "at") else None) for name, values in out.items()})
    learn = np.array(out["learn"])
    print(f"{len(learn)} windows of {len(set(zip(out['clip'], out['id'])))} tracks in {len(set(out['clip']))} clips; falls without a track of the one who falls: {missed}")


if __name__ == "__main__":
    main()
