"""Trains the fall scorer: on simulated windows, and on windows of real tracks when given.

    python train.py WINDOWS.npz OUT.pt [--real TRACKS.npz ...] [--leave-out SCENE_OR_FOLDER ...] [--start SIMULATED.pt] [--steps 2000] [--seed 1]

Simulated windows come from observe.py. A real window is labelled by the set of postures that it may show (its manifest tells falls, not postures):
its loss is -log of their summed probability. Ends with one temperature fitted on held-out simulated windows (Guo et al. 2017), raised by
REAL_DOUBT when real tracks were learned from.
"""
import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from net import POSTURES, FallScorer

BATCH, REAL = 400, 112
REAL_DOUBT = 1.3   # on held-out scenes real windows need a temperature so many times that of simulated ones
SWAP = torch.tensor([0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15])


def jitter(rng: np.random.Generator, track: torch.Tensor, present: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Real windows anew: mirrored, moved, scaled, with more misses, weaker keypoints and late beginnings."""
    count = len(track)
    draw = lambda *shape: torch.from_numpy(rng.random(shape, np.float32))
    points, box = track[..., 6:].reshape(count, -1, 17, 3).clone(), track[..., 2:6].clone()
    mirror = draw(count) < .5
    width = torch.where(draw(count) < .5, 4 / 3, 16 / 9)[:, None, None]
    points[mirror] = points[mirror][:, :, SWAP]
    points[mirror, ..., 0] = width[mirror] - points[mirror, ..., 0]
    box[mirror] = torch.stack([width[mirror, :, 0] - box[mirror][..., 2], box[mirror][..., 1], width[mirror, :, 0] - box[mirror][..., 0], box[mirror][..., 3]], -1)
    size = (box[..., 2:] - box[..., :2]).amax(-1)
    box += torch.randn_like(box) * (draw(count, 1, 1) * .03) * size[..., None]
    points[..., :2] += torch.randn_like(points[..., :2]) * (draw(count, 1, 1, 1) * .03) * size[..., None, None]
    scale = torch.exp((draw(count, 1, 1) - .5) * .5)
    inner = ((box.amin((1, 2)) > .05) & (box[..., 3].amax(1) < .95))[:, None, None]     # what touches the edge stays there
    scale = torch.where(inner, scale, torch.ones_like(scale))
    shift = torch.where(inner, (draw(count, 1, 1) - .5) * .2, torch.zeros_like(scale))
    box = box * scale + shift
    points[..., :2] = points[..., :2] * scale[..., None] + shift[..., None]
    points[..., 2] *= torch.where(draw(count, 1, 1) < .1, .1, 1.0) * (.7 + .3 * draw(count, 1, 1))
    cues = torch.cat([track[..., :1], torch.where(draw(count, 1, 1) < .15, draw(count, 1, 1).expand_as(track[..., 1:2]), track[..., 1:2])], -1)
    slots = torch.arange(present.shape[1]).flip(0)[None]
    kept = present * (draw(*present.shape) > draw(count, 1) * .3) * (slots < torch.where(draw(count, 1) < .25, draw(count, 1) * 20, 20.0))
    kept = torch.where(kept.sum(1, keepdim=True) > 0, kept, present)
    return torch.cat([cues, box, points.reshape(count, -1, 51)], -1) * kept[..., None], kept


def may(probability_log: torch.Tensor, allowed: torch.Tensor, smooth: float = .02) -> torch.Tensor:
    """-log of the probability of the allowed set [B,4], a little smoothed, per window."""
    inside = torch.logsumexp(probability_log.masked_fill(~allowed, -1e4), -1)
    return -(1 - smooth) * inside - smooth * probability_log.mean(-1)


class Real:
    """Windows of real tracks from tracks.py; `leave_out` drops scenes ("upfall-lab-cam2") or folders of clips ("upfall/") by prefix."""

    def __init__(self, paths: list[Path], leave_out: list[str]):
        parts: dict[str, list] = {"track": [], "present": [], "allowed": [], "weight": []}
        for path in paths:
            with np.load(path) as file:
                keep = np.array([not any(str(name).startswith(tuple(leave_out)) for name in names) for names in zip(file["scene"], file["clip"])]) & file["learn"]
                for name, values in parts.items():
                    values.append(file[name][keep])
        self.track, self.present, self.allowed = (torch.from_numpy(np.concatenate(parts[name])) for name in ("track", "present", "allowed"))
        weight = np.concatenate(parts["weight"])
        self.chance = weight / weight.sum()

    def draw(self, rng: np.random.Generator, count: int):
        rows = torch.from_numpy(rng.choice(len(self.chance), count, p=self.chance))
        return (*jitter(rng, self.track[rows], self.present[rows]), self.allowed[rows])


class Simulated:
    """Windows of observe.py, `part` "learn" or "judge"."""

    def __init__(self, path: Path, part: str):
        with np.load(path) as file:
            self.track, self.present, self.posture = (torch.from_numpy(file[f"{part}_{name}"]) for name in ("track", "present", "posture"))

    def take(self, rows):
        return self.track[rows].float(), self.present[rows], F.one_hot(self.posture[rows], len(POSTURES)).bool()

    def draw(self, rng: np.random.Generator, count: int):
        return self.take(torch.from_numpy(rng.integers(0, len(self.posture), count)))


def reliability(p: np.ndarray, y: np.ndarray, bins: int = 10) -> tuple[list, float]:
    """Rows (mean confidence, share right, count) of each posture's probability in bins, and the expected calibration error."""
    which = np.minimum((p * bins).astype(int), bins - 1)
    rows = [(float(p[which == b].mean()), float(y[which == b].mean()), int((which == b).sum())) for b in range(bins) if (which == b).any()]
    return rows, sum(abs(a - b) * n for a, b, n in rows) / len(p)


def roc(score: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve."""
    order = np.argsort(score)
    rank = np.empty(len(score))
    rank[order] = np.arange(1, len(score) + 1)
    n = positive.sum()
    return float((rank[positive].sum() - n * (n + 1) / 2) / max(1, n * (len(score) - n)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("windows", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--real", type=Path, nargs="+", help="windows of real tracks; several eyes make it care less for the manners of one")
    parser.add_argument("--leave-out", nargs="+", default=[], help="scenes or folders of clips, by the beginning of their names")
    parser.add_argument("--start", type=Path, help="go on from these weights, at a third of the learning rate")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    learn, judge = Simulated(args.windows, "learn"), Simulated(args.windows, "judge")
    real = Real(args.real, args.leave_out) if args.real else None
    net = FallScorer()
    if args.start:
        net.load_state_dict(torch.load(args.start, weights_only=True))
    mean = {name: value.clone() for name, value in net.state_dict().items()}
    rate = 1e-3 if args.start else 3e-3
    optimiser = torch.optim.AdamW(net.parameters(), rate, weight_decay=.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=args.steps, pct_start=.1)
    start, running = time.time(), 0.0
    for step in range(args.steps):
        net.train()
        track, present, allowed = learn.draw(rng, BATCH)
        if real:
            more = real.draw(rng, REAL)
            track, present, allowed = torch.cat([track, more[0]]), torch.cat([present, more[1]]), torch.cat([allowed, more[2]])
        loss = may(F.log_softmax(net.logits(track, present), -1), allowed).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2)
        optimiser.step()
        schedule.step()
        decay = min(.998, step / (step + 20))
        with torch.no_grad():
            for name, value in net.state_dict().items():
                if value.dtype.is_floating_point:
                    mean[name].mul_(decay).add_(value, alpha=1 - decay)
        running += loss.item()
        if step % 200 == 199:
            print(f"step {step + 1} loss {running / 200:.4f} {time.time() - start:.0f} s", flush=True)
            running = 0.0
    net.load_state_dict(mean)
    net.eval()
    track, present, allowed = judge.take(slice(None))
    with torch.no_grad():
        logits = net.logits(track, present)
    truth = allowed.int().argmax(-1)
    candidates = np.exp(np.linspace(np.log(.5), np.log(3), 61))
    net.temperature.fill_(float(min(candidates, key=lambda t: F.cross_entropy(logits / t, truth).item())))
    if real:
        net.temperature *= REAL_DOUBT
    p, y = torch.softmax(logits / net.temperature, -1).numpy(), truth.numpy()
    figures = {"temperature": float(net.temperature), "windows": len(y), "nll": float(F.cross_entropy(logits / net.temperature, truth)), "accuracy": float((p.argmax(1) == y).mean())}
    figures["confusion"] = [[int(((y == a) & (p.argmax(1) == b)).sum()) for b in range(4)] for a in range(4)]
    figures["postures"] = {name: {"auc": roc(p[:, i], y == i), "ece": reliability(p[:, i], y == i)[1], "reliability": reliability(p[:, i], y == i)[0]} for i, name in enumerate(POSTURES)}
    torch.save(net.state_dict(), args.out)
    args.out.with_suffix(".json").write_text(json.dumps(figures, indent=1))
    print(json.dumps({key: value for key, value in figures.items() if key != "postures"}), {name: (round(v["auc"], 4), round(v["ece"], 4)) for name, v in figures["postures"].items()})


if __name__ == "__main__":
    main()
