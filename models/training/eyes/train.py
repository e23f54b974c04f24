"""Train or go on training: python -m eyes.train --cache CACHE --out DIR --minutes M [--device cuda] [--lr 2e-3] [--resume CHECKPOINT]

On a GPU one process learns, and --planners processes plan scenes for it. On a CPU --learners processes learn side by side, one thread each, and
average their gradients every step. (Threads inside one process wait for each other at every layer, which on a busy machine costs several
times what it gives.) DIR/last.pt holds weights, their running average, optimiser and step count, so that a stopped run goes on with --resume.
The learning rate follows a cosine over the wall-clock minutes given.
"""

import argparse
import json
import math
import os
import tempfile
import time
from collections import deque
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch.utils.data import DataLoader, IterableDataset

from .export import fold
from .loss import losses
from .network import GREY, WIDE, Eyes, Widths, known
from .paint import paint
from .paint_cpu import drawer
from .scene import Maker, Store
from .target import targets

# width, height of a batch's canvases and how often; the larger ones decide whether bodies near the camera are found
SHAPES = {(512, 288): 0.4, (448, 256): 0.2, (288, 288): 0.15, (320, 192): 0.25}

SAID = 200  # steps between lines of the log
LATER = 12  # batches between a picture and its mirror image


class Scenes(IterableDataset):
    def __init__(self, cache: Path, seed: int, pixels: int):
        self.cache, self.seed, self.pixels = cache, seed, pixels

    def __iter__(self):
        torch.set_num_threads(1)
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, info.id if info else 0])
        maker = Maker(Store(self.cache), rng)
        shapes, share = list(SHAPES), list(SHAPES.values())
        while True:
            w, h = shapes[rng.choice(len(shapes), p=share)]
            yield targets([maker.scene(w, h) for _ in range(max(4, self.pixels // (w * h)))], rng)


def floats(pictures: torch.Tensor) -> torch.Tensor:
    """Pictures [B,3,H,W], 0 to 255, to what Eyes.forward wants, channels last in memory."""
    return ((pictures.float() - GREY) * (1.0 / 64.0)).contiguous(memory_format=torch.channels_last)


def save(path: Path, eyes: Eyes, average: Eyes, learner: torch.optim.Optimizer, seen: int, step: int) -> None:
    part = path.with_suffix(".part")
    torch.save({"eyes": eyes.state_dict(), "average": average.state_dict(), "learner": learner.state_dict(), "seen": seen, "step": step}, part)
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
    parser.add_argument("--resume", help="go on with this checkpoint as it was")
    parser.add_argument("--start", help="begin anew with the averaged weights of this checkpoint")
    parser.add_argument("--wide", action="store_true", help="a wider network than the shipped one, for --teacher")
    parser.add_argument("--teacher", help="checkpoint of another network to copy, less and less until the end")
    parser.add_argument("--twice", action="store_true", help="learn from every picture once more, mirrored, some steps later: drawing costs a processor as much as learning")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--learners", type=int, default=2, help="processes that learn, on a CPU")
    parser.add_argument("--planners", type=int, default=1, help="processes that plan scenes for each learner")
    parser.add_argument("--pictures", type=int, default=4, help="of 512x288 in a batch, or as many smaller ones as have its pixels")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--average", type=float, default=0.998)
    args = parser.parse_args()
    Path(args.out).mkdir(parents=True, exist_ok=True)
    if args.device == "cpu":
        with tempfile.TemporaryDirectory() as folder:
            torch.multiprocessing.spawn(learn, (args, f"file://{folder}/meet"), nprocs=args.learners)
    else:
        args.learners = 1
        learn(0, args)


def learn(rank: int, args: argparse.Namespace, meet: str | None = None) -> None:
    device = torch.device(args.device)
    if meet:
        dist.init_process_group("gloo", init_method=meet, rank=rank, world_size=args.learners)
        torch.set_num_threads(1)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    out = Path(args.out)
    torch.manual_seed(args.seed)
    widths = WIDE if args.wide else Widths()
    eyes, average = Eyes(widths).to(device, memory_format=torch.channels_last), Eyes(widths).to(device)
    wide = [p for p in eyes.parameters() if p.ndim > 1]
    thin = [p for p in eyes.parameters() if p.ndim <= 1]
    learner = torch.optim.AdamW([{"params": wide, "weight_decay": 0.02}, {"params": thin, "weight_decay": 0.0}], lr=args.lr, betas=(0.9, 0.99))
    seen = step = 0
    if args.resume:
        state = torch.load(args.resume, map_location=device, weights_only=False)
        eyes.load_state_dict(state["eyes"])
        average.load_state_dict(state["average"])
        if "learner" in state:
            learner.load_state_dict(state["learner"])
        seen, step = state["seen"], state["step"]
    elif args.start:
        eyes.load_state_dict(torch.load(args.start, map_location=device, weights_only=False)["average"])
    teacher = None
    if args.teacher:
        teacher = known(torch.load(args.teacher, map_location="cpu", weights_only=False)["average"]).to(device, memory_format=torch.channels_last)
        fold(teacher.eval())
    if not args.resume:
        average.load_state_dict(eyes.state_dict())
    seed = args.seed + step + 1000003 * rank
    loader = DataLoader(Scenes(Path(args.cache), seed, args.pictures * 512 * 288), batch_size=None, num_workers=args.planners, prefetch_factor=6)
    scenes = iter(loader)
    easel, dice = drawer(Store(Path(args.cache)), device), torch.Generator(device).manual_seed(seed)
    eyes.train()
    start = said = time.monotonic()
    drawn = deque()
    first, told, sums, waited, done = step, seen, {}, 0.0, 0.0
    while done < 1:
        rate = args.lr * (args.final + (1 - args.final) * 0.5 * (1 + math.cos(math.pi * done))) * min(1.0, (step - first + 1) / args.warm)
        for group in learner.param_groups:
            group["lr"] = rate
        if len(drawn) > LATER:
            pictures, batch = drawn.popleft()
            pictures, batch = floats(pictures.flip(3)), batch.mirrored()
        else:
            before = time.monotonic()
            batch = next(scenes).to(device)
            waited += time.monotonic() - before
            with torch.no_grad():
                pictures = paint(easel, batch, dice)
            if args.twice:
                drawn.append((pictures.byte(), batch))
            pictures = floats(pictures)
        with torch.autocast(device.type, torch.bfloat16):
            parts = losses(eyes, pictures, batch, teacher)
            if teacher:
                parts["copy"] = parts["copy"] * (1 - done)
        total = sum(parts.values())
        learner.zero_grad(set_to_none=True)
        total.backward()
        done = (time.monotonic() - start) / 60 / args.minutes
        if meet:
            done = average_gradients(eyes, done)
        norm = torch.nn.utils.clip_grad_norm_(eyes.parameters(), 5.0)
        if torch.isfinite(norm):
            learner.step()
        step, seen = step + 1, seen + len(batch.heat) * args.learners
        if rank:
            continue
        keep = min(args.average, (1 + step) / (10 + step))
        with torch.no_grad():
            kept, now = list(average.state_dict().values()), list(eyes.state_dict().values())
            torch._foreach_lerp_([a for a in kept if a.is_floating_point()], [b for b in now if b.is_floating_point()], 1 - keep)
        for k, v in parts.items():
            sums[k] = sums.get(k, 0.0) + v.detach()
        if step % SAID == 0:
            now = time.monotonic()
            line = {"step": step, "samples": seen, "minute": round((now - start) / 60, 1), "rate": round(rate, 6), "waited_s": round(waited, 1)}
            line |= {"per_s": round((seen - told) / (now - said))} | {k: round(float(v) / SAID, 4) for k, v in sums.items()}
            print(json.dumps(line), flush=True)
            with open(out / "log.jsonl", "a") as f:
                f.write(json.dumps(line) + "\n")
            said, told, sums, waited = now, seen, {}, 0.0
            save(out / "last.pt", eyes, average, learner, seen, step)
    if rank == 0:
        save(out / "last.pt", eyes, average, learner, seen, step)
    if meet:
        dist.barrier()
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
