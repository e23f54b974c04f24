"""Train or go on training: python -m eyes.train --cache CACHE --out DIR --minutes M [--lr 2e-3] [--resume CHECKPOINT]

--learners processes learn side by side, one thread each, and average their gradients every step; each has a process that draws scenes for it. (Threads
inside one process wait for each other at every layer, which on a busy machine costs several times what it gives.) DIR/last.pt holds weights, their running average, optimiser and step count,
so that a stopped run goes on with --resume. The learning rate follows a cosine over the wall-clock minutes given.
"""

import argparse
import json
import math
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch.utils.data import DataLoader, IterableDataset

from .loss import losses
from .network import GREY, Eyes
from .scene import Maker, Store
from .target import mirrored, targets

SHAPES = {
    "small": ((160, 160), (192, 160), (160, 192), (224, 160), (320, 192)),
    "mixed": ((160, 160), (192, 160), (160, 192), (320, 192), (288, 288), (448, 288)),
}
PIXELS = 12 * 224 * 224  # per batch and learner


class Scenes(IterableDataset):
    def __init__(self, cache: Path, seed: int, shapes: str):
        self.cache, self.seed, self.shapes = cache, seed, shapes

    def __iter__(self):
        import cv2

        cv2.setNumThreads(0)
        torch.set_num_threads(1)
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, info.id if info else 0])
        maker = Maker(Store(self.cache), rng)
        while True:
            w, h = SHAPES[self.shapes][rng.integers(len(SHAPES[self.shapes]))]
            n = max(4, PIXELS // (w * h))
            yield targets([maker.scene(w, h) for _ in range(n)], rng)


def floats(pictures: np.ndarray) -> torch.Tensor:
    """uint8 [B,H,W,3] to what Eyes.forward wants, channels last in memory."""
    return (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() - GREY) * (1.0 / 64.0)


def store(path: Path, state: dict) -> None:
    part = path.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, path)


def average_gradients(eyes: Eyes, done: float) -> float:
    """Mean gradient over all learners, in place; returns the first learner's `done`, so that all stop at the same step."""
    grads = [p.grad if p.grad is not None else p.new_zeros(p.shape) for p in eyes.parameters()]
    flat = torch.cat([g.reshape(-1) for g in grads] + [torch.tensor([done if dist.get_rank() == 0 else 0.0])])
    dist.all_reduce(flat)
    done, flat, at = float(flat[-1]), flat / dist.get_world_size(), 0
    for g in grads:
        g.copy_(flat[at : at + g.numel()].view_as(g))
        at += g.numel()
    return done


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--final", type=float, default=0.02, help="share of --lr at the end")
    parser.add_argument("--warm", type=int, default=200, help="steps of warm-up")
    parser.add_argument("--resume")
    parser.add_argument("--shapes", default="small", choices=SHAPES)
    parser.add_argument("--learners", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--average", type=float, default=0.998)
    args = parser.parse_args()
    Path(args.out).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(learn, (args, f"file://{folder}/meet"), nprocs=args.learners)


def learn(rank: int, args: argparse.Namespace, meet: str) -> None:
    dist.init_process_group("gloo", init_method=meet, rank=rank, world_size=args.learners)
    out = Path(args.out)
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    eyes, average = Eyes().to(memory_format=torch.channels_last), Eyes()
    wide = [p for p in eyes.parameters() if p.ndim > 1]
    thin = [p for p in eyes.parameters() if p.ndim <= 1]
    learner = torch.optim.AdamW([{"params": wide, "weight_decay": 0.02}, {"params": thin, "weight_decay": 0.0}], lr=args.lr, betas=(0.9, 0.99))
    seen = step = 0
    if args.resume:
        state = torch.load(args.resume, map_location="cpu", weights_only=False)
        eyes.load_state_dict(state["eyes"])
        average.load_state_dict(state["average"])
        if "learner" in state:
            learner.load_state_dict(state["learner"])
        seen, step = state["seen"], state["step"]
    else:
        average.load_state_dict(eyes.state_dict())
    scenes = iter(DataLoader(Scenes(Path(args.cache), args.seed + step + 1000003 * rank, args.shapes), batch_size=None, num_workers=1, prefetch_factor=4))
    eyes.train()
    start = said = time.monotonic()
    first, sums, waited, done = step, {}, 0.0, 0.0
    again = None
    while done < 1:
        rate = args.lr * (args.final + (1 - args.final) * 0.5 * (1 + math.cos(math.pi * done))) * min(1.0, (step - first + 1) / args.warm)
        for group in learner.param_groups:
            group["lr"] = rate
        before = time.monotonic()
        batch, again = (again, None) if again else (next(scenes), True)
        again = mirrored(batch) if again else None
        waited += time.monotonic() - before
        with torch.autocast("cpu", torch.bfloat16):
            parts = losses(eyes, floats(batch.pictures), batch)
        total = sum(parts.values())
        learner.zero_grad(set_to_none=True)
        total.backward()
        done = average_gradients(eyes, (time.monotonic() - start) / 60 / args.minutes)
        torch.nn.utils.clip_grad_norm_(eyes.parameters(), 5.0)
        if all(torch.isfinite(p.grad).all() for p in eyes.parameters()):
            learner.step()
        step, seen = step + 1, seen + len(batch.pictures) * args.learners
        if rank:
            continue
        keep = min(args.average, (1 + step) / (10 + step))
        with torch.no_grad():
            for a, b in zip(average.state_dict().values(), eyes.state_dict().values()):
                a.lerp_(b, 1 - keep) if a.is_floating_point() else a.copy_(b)
        for k, v in parts.items():
            sums[k] = sums.get(k, 0.0) + float(v.detach())
        if step % 200 == 0:
            now = time.monotonic()
            line = {"step": step, "samples": seen, "minute": round((now - start) / 60, 1), "rate": round(rate, 6), "per_s": round(len(batch.pictures) * args.learners * 200 / (now - said)), "waited_s": round(waited, 1)}
            line |= {k: round(v / 200, 4) for k, v in sums.items()}
            print(json.dumps(line), flush=True)
            with open(out / "log.jsonl", "a") as f:
                f.write(json.dumps(line) + "\n")
            said, sums, waited = now, {}, 0.0
        if step % 200 == 0:
            store(out / "last.pt", {"eyes": eyes.state_dict(), "average": average.state_dict(), "learner": learner.state_dict(), "seen": seen, "step": step})
    if rank == 0:
        store(out / "last.pt", {"eyes": eyes.state_dict(), "average": average.state_dict(), "learner": learner.state_dict(), "seen": seen, "step": step})
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
