"""Train or go on training: python -m eyes.train --cache CACHE --out DIR --minutes M [--device cuda] [--lr 2e-3] [--resume CHECKPOINT]

A new scene is drawn for every sample. On a GPU one process learns, and --planners processes plan scenes for it. Checkpoints, learners and the rate: `course.py`.
"""

import argparse
import time
from collections import deque
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from .course import Course, arguments, run
from .export import fold
from .loss import losses
from .network import GREY, WIDE, Eyes, Widths, known
from .paint import paint
from .paint_cpu import drawer
from .scene import Maker, Store
from .target import targets

# width, height of a batch's canvases and how often; the larger ones decide whether bodies near the camera are found
SHAPES = {(512, 288): 0.4, (448, 256): 0.2, (288, 288): 0.15, (320, 192): 0.25}

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


def main() -> None:
    parser = arguments(lr=2e-3, final=0.02, decay=0.02)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--start", help="begin anew with the averaged weights of this checkpoint")
    parser.add_argument("--wide", action="store_true", help="a wider network than the shipped one, for --teacher")
    parser.add_argument("--teacher", help="checkpoint of another network to copy, less and less until the end")
    parser.add_argument("--twice", action="store_true", help="learn from every picture once more, mirrored, some steps later: drawing costs a processor as much as learning")
    parser.add_argument("--planners", type=int, default=1, help="processes that plan scenes for each learner")
    parser.add_argument("--pictures", type=int, default=4, help="of 512x288 in a batch, or as many smaller ones as have its pixels")
    run(learn, parser.parse_args())


def learn(rank: int, args: argparse.Namespace, meet: str | None = None) -> None:
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    course = Course(lambda: Eyes(WIDE if args.wide else Widths()), rank, args, meet)
    device = course.device
    if args.start and not args.resume:
        course.begin(torch.load(args.start, map_location=device, weights_only=False)["average"])
    teacher = None
    if args.teacher:
        teacher = known(torch.load(args.teacher, map_location="cpu", weights_only=False)["average"]).to(device, memory_format=torch.channels_last)
        fold(teacher.eval())
    loader = DataLoader(Scenes(Path(args.cache), course.seed, args.pictures * 512 * 288), batch_size=None, num_workers=args.planners, prefetch_factor=6)
    scenes = iter(loader)
    easel, dice = drawer(Store(Path(args.cache)), device), torch.Generator(device).manual_seed(course.seed)
    drawn = deque()
    while course.going():
        waited = 0.0
        if len(drawn) > LATER:
            pictures, batch = drawn.popleft()
            pictures, batch = floats(pictures.flip(3)), batch.mirrored()
        else:
            before = time.monotonic()
            batch = next(scenes).to(device)
            waited = time.monotonic() - before
            with torch.no_grad():
                pictures = paint(easel, batch, dice)
            if args.twice:
                drawn.append((pictures.byte(), batch))
            pictures = floats(pictures)
        with torch.autocast(device.type, torch.bfloat16):
            parts = losses(course.network, pictures, batch, teacher)
            if teacher:
                parts["copy"] = parts["copy"] * (1 - course.done)
        course.learn(parts, len(batch.heat), waited_s=waited)
    course.end()


if __name__ == "__main__":
    main()
