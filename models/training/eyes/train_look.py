"""Train the second look or go on training it: python -m eyes.train_look --crops DIR --out DIR --minutes M [--device cuda] [--lr 1e-3] [--resume CHECKPOINT]

Checkpoints, learners and the rate: `course.py`. Every square is turned, moved, scaled and mirrored anew each time, its
labels with it.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from .course import Course, arguments, run
from .crops import MARGIN, SPAN
from .label import MIRROR, affine, turned_box
from .look import SIDE, Look, middles
from .loss import pairs
from .network import GREY
from .scene import lying_of

SPOT = 2.5  # pixels of the crop: how wide the spot is that a joint should leave in its map
EDGE = 3.0  # and the trace of an edge among columns or rows
NOBODY = np.array([np.nan] * 2)
PLAIN = 0.75  # share of people from photos as they are: joints are learned from them, people in any light and at any angle from scenes
COARSE = 0.3  # share of photos as they are that are seen as from far away


class Squares(IterableDataset):
    """Batches of crops and what is known of them, each square seen from another side every time."""

    def __init__(self, folder: Path, seed: int, size: int):
        self.seed, self.size = seed, size
        self.paths = [sorted(folder.glob(f"{kind}-*.bin")) for kind in ("scene", "plain")]
        if not all(self.paths):
            raise ValueError(f"--crops {folder}: no scene-*.bin or no plain-*.bin in it; python -m eyes.crops --out {folder} makes both")

    def __iter__(self):
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
        somebody, nobody = zip(*map(listed, self.paths))
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        while True:
            batch = []
            for n in range(self.size):
                kind, share = (nobody, 0.5) if n % 3 == 0 else (somebody, PLAIN)
                plain = rng.random() < share
                among = kind[plain]
                pictures, known, k = among[rng.integers(len(among))]
                batch.append(seen_anew(pictures[k], {name: values[k] for name, values in known.items()}, rng, plain))
            yield {name: torch.from_numpy(np.stack([one[name] for one in batch])) for name in batch[0]}


def listed(paths: list[Path]) -> tuple[list, list]:
    """Squares with somebody and those of nobody: pictures, what is known of them, and which one of them."""
    somebody, nobody = [], []
    for path in paths:
        pictures, known = np.memmap(path, np.uint8, "r").reshape(-1, SPAN, SPAN, 3), dict(np.load(path.with_suffix(".npz")))
        there = np.isfinite(known["truth"][:, 0])
        somebody += [(pictures, known, k) for k in np.flatnonzero(there)]
        nobody += [(pictures, known, k) for k in np.flatnonzero(~there & known["asked"])]
    return somebody, nobody


def seen_anew(picture: np.ndarray, known: dict, rng: np.random.Generator, plain: bool) -> dict:
    """A square uint8 [144,144,3] turned, moved, scaled, mirrored and cut, and its labels. Scenes are painted in any light, and half of their people turned
    by any angle; what comes from a plain photo is turned and lit here."""
    still = rng.random() < 0.35
    angle = 0.0 if still else rng.uniform(-180, 180) if plain and rng.random() < 0.15 else rng.normal(0, 15)
    zoom = 1.0 if still else float(np.clip(np.exp(rng.normal(0, 0.13)), 0.75, 1.3))
    to = np.full(2, SIDE / 2) + (0.0 if still else rng.normal(0, 3, 2).clip(-9, 9))
    a = np.radians(angle)
    turn = zoom * np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    if rng.random() < 0.5:
        turn = turn @ np.diag([-1.0, 1.0])
    m = np.concatenate((turn, (to - turn @ np.full(2, SIDE / 2))[:, None]), 1)  # from the crop's pixels to the new crop's
    mirrored = np.linalg.det(turn) < 0
    wide = m.copy()  # the same from the square's pixels, OpenCV counting from the middles of pixels
    wide[:, 2] = m @ (0.5 - MARGIN, 0.5 - MARGIN, 1) - 0.5
    crop = cv2.warpAffine(picture, wide, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderValue=(GREY,) * 3)
    if plain and rng.random() < 0.6:
        crop = np.clip(crop * rng.uniform(0.6, 1.3) + rng.uniform(-30, 30), 0, 255).astype(np.uint8)
    if plain and rng.random() < COARSE:
        crop = coarse(crop, rng)
    logit, w, h = known["before"]
    c, s = abs(np.cos(a)), abs(np.sin(a))
    shape = np.array([np.hypot(w * c, h * s), np.hypot(w * s, h * c)]) * zoom  # of the ellipse in the first box
    joints, truth = known["joints"].copy(), known["truth"]
    exact = abs(angle) < 7  # a turned box is known by joints only, and only roughly
    lying = known["lying"]
    if np.isfinite(truth[0]):
        truth = turned_box(truth, joints, NOBODY, m)
        joints[:, :2] = affine(joints[:, :2], m)
        joints = joints[MIRROR] if mirrored else joints
        outside = (joints[:, :2] < -MARGIN).any(1) | (joints[:, :2] > SIDE + MARGIN).any(1)
        joints[outside & (joints[:, 2] > 0), 2] = 0.0
        if abs(angle) > 10:
            lying = lying_of(joints)
    return {
        "crop": crop, "before": np.array([logit + rng.normal(0, 0.3), *shape], np.float32), "truth": truth.astype(np.float32), "exact": np.bool_(exact),
        "asked": np.bool_(known["asked"]), "joints": joints.astype(np.float32), "lying": np.float32(lying),
    }


def coarse(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As a camera far away sees it: fewer pixels, compressed."""
    side = round(SIDE / rng.uniform(1.2, 3))
    few = cv2.imencode(".jpg", cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 80))])[1]
    return cv2.resize(cv2.imdecode(few, cv2.IMREAD_COLOR), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)


def trace(at: torch.Tensor, width: float) -> torch.Tensor:
    """How near columns (or rows) are to places [...] in pixels of the crop: [...,24], 1 where it is."""
    return torch.exp(-((middles(at.device) - at[..., None]) ** 2) / (2 * width**2))


def spots(joints: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What maps should say of joints [N,17,2]: [N,17,24,24], each sums to one; and who is inside the crop at all [N,17]."""
    spot = trace(joints[..., 1], SPOT)[..., None] * trace(joints[..., 0], SPOT)[..., None, :]
    total = spot.sum((2, 3))
    return spot / total.clamp(min=1e-3)[..., None, None], total > 0.5


def losses(look: Look, batch: dict) -> dict[str, torch.Tensor]:
    """Every part of the loss by name, each already weighted."""
    crops = ((batch["crop"].permute(0, 3, 1, 2).float() - GREY) * (1.0 / 64.0)).contiguous(memory_format=torch.channels_last)
    told = look(crops, batch["before"])
    truth = batch["truth"]
    somebody = torch.isfinite(truth[:, 0])
    good = torch.zeros(len(truth), device=truth.device)
    out = {}
    truth, box = truth[somebody], told["box"][somebody]
    value, generalised = pairs(box, truth)
    good[somebody] = ((value.detach() - 0.3) / 0.4).clamp(0, 1)
    asked = batch["asked"].float()
    out["score"] = 1.5 * (F.binary_cross_entropy_with_logits(told["score"], good, reduction="none") * asked).sum() / asked.sum().clamp(min=1)
    exact = batch["exact"][somebody].float()
    wanted = trace(truth.clamp(0, SIDE), EDGE)
    apart = -(wanted / wanted.sum(2, keepdim=True) * torch.log_softmax(told["edges"][somebody], 2)).sum(2).mean(1)
    out["box"] = 1.5 * ((1 - generalised) * exact).sum() / exact.sum().clamp(min=1)
    out["edges"] = 0.3 * (apart * exact).sum() / exact.sum().clamp(min=1)
    joints = batch["joints"][somebody]
    at, state = joints[..., :2], joints[..., 2]
    spot, inside = spots(at)
    weight = ((state > 0.9).float() + 0.4 * (state == 0.5)) * inside
    wrong = -(spot * torch.log_softmax(told["maps"][somebody].flatten(2), 2).reshape(spot.shape)).sum((2, 3))
    out["maps"] = 0.5 * (wrong * weight).sum() / weight.sum().clamp(min=1)
    found = told["joints"][somebody].detach()
    size = (truth[:, 2:] - truth[:, :2]).clamp(min=4).prod(1).sqrt()
    with torch.no_grad():  # v tells how likely the joint is where it is told: within a tenth of the body's size of the truth
        near = ((found - at).norm(dim=2) < 0.1 * size[:, None]) & (state > 0.9)
        judged = (state >= 0).float()
    seen = F.binary_cross_entropy_with_logits(told["seen"][somebody], near.float(), reduction="none")
    out["seen"] = 0.5 * (seen * judged).sum() / judged.sum().clamp(min=1)
    lies = batch["lying"][somebody]
    sure = torch.isfinite(lies)
    out["lying"] = 0.5 * F.binary_cross_entropy_with_logits(told["lying"][somebody][sure], lies[sure])
    out["right"] = ((found - at).norm(dim=2) < 0.08 * size[:, None]).float().mul(state > 0.9).sum() / (state > 0.9).sum()  # told, not learned from
    return out


def learn(rank: int, args: argparse.Namespace, meet: str | None = None) -> None:
    course = Course(Look, rank, args, meet)
    drawn = Squares(Path(args.crops), course.seed, args.size)
    squares = iter(DataLoader(drawn, batch_size=None, num_workers=args.cutters, prefetch_factor=4))
    while course.going():
        batch = {name: values.to(course.device) for name, values in next(squares).items()}
        with torch.autocast(course.device.type, torch.bfloat16):
            parts = losses(course.network, batch)
        right = parts.pop("right")
        course.learn(parts, args.size, right=right)
    course.end()


def main() -> None:
    parser = arguments(lr=1e-3, final=0.01, decay=0.05)
    parser.add_argument("--crops", required=True)
    parser.add_argument("--cutters", type=int, default=1, help="processes that turn and cut squares for each learner")
    parser.add_argument("--size", type=int, default=24, help="squares in a learner's batch")
    run(learn, parser.parse_args())


if __name__ == "__main__":
    main()
