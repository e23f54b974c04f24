"""Squares around what the first look names in training scenes, for the second look to learn from:
python -m eyes.crops --cache CACHE --eyes CHECKPOINT --out DIR --scenes N

DIR/scene-<k>.bin, and plain-<k>.bin of photos as they are, hold pictures uint8 [n,144,144,3], half as wide again as a crop, so that each can be turned,
moved and scaled anew; the .npz beside it what is known of them, places in pixels of the crop at their middle. Plans depend on --seed alone.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

from .export import fold
from .label import iou
from .look import SIDE, before, cut, cuts, distinct, likely
from .network import GREY, JOINTS, Eyes, known
from .paint import paint
from .paint_cpu import drawer
from .scene import Maker, Scene, Store, move
from .target import targets
from .teachers import letterbox
from .train import floats

SPAN = 144
MARGIN = (SPAN - SIDE) // 2
SHAPES = {(512, 288): 0.5, (320, 192): 0.5}  # what the deployed graphs see
PHOTOS = ("lsp", "coco", "street")
BATCH = 4  # scenes drawn at once
LIKELY = 0.1  # how likely they are, at least: a little less than the deployed graph asks for
KEPT = 5  # likely people of a scene that are kept, at most
MATCH, MISS = 0.25, 0.12  # IoU from which a likely person is somebody, and below which nobody


def known_of(boxes: np.ndarray, batch, picture: int, corner: np.ndarray, scale: np.ndarray) -> dict[str, np.ndarray]:
    """What is known of each likely person [N,4] of one picture: `asked` (may be judged at all), `truth` box or NaN, `joints`, `lying`."""
    mine = batch.owner == picture
    truth, joints, lying = batch.boxes[mine], batch.joints[mine], batch.lying[mine]
    n = len(boxes)
    match = iou(boxes, truth) if len(truth) else np.zeros((n, 1))
    who, best = match.argmax(1), match.max(1)
    somebody = best > MATCH
    column, row = ((boxes[:, :2] + boxes[:, 2:]) / 16).astype(int).T  # cells of stride 8
    h, w = batch.ask.shape[1:]
    heard = batch.ask[picture, row.clip(0, h - 1), column.clip(0, w - 1)]
    out = {
        "asked": somebody | ((best < MISS) & heard), "truth": np.full((n, 4), np.nan, np.float32),
        "joints": np.full((n, 17, 3), -1, np.float32), "lying": np.full(n, np.nan, np.float32),
    }
    for k in np.flatnonzero(somebody):
        out["truth"][k] = (truth[who[k]] - np.tile(corner[k], 2)) / scale[k]
        out["joints"][k] = joints[who[k]]
        out["joints"][k, :, :2] = (joints[who[k], :, :2] - corner[k]) / scale[k]
        out["lying"][k] = lying[who[k]]
    return out


def painted(store: Store, rank: int, args: argparse.Namespace):
    """Training scenes as the first look learned from: pictures float [4,3,H,W] and what is known of them."""
    rng, dice = np.random.default_rng([args.seed, rank]), torch.Generator().manual_seed(args.seed + 1000003 * rank)
    maker, easel = Maker(store, rng), drawer(store, torch.device("cpu"))
    for _ in range(args.scenes // args.learners // BATCH):
        w, h = list(SHAPES)[rng.choice(len(SHAPES), p=list(SHAPES.values()))]
        batch = targets([maker.scene(w, h) for _ in range(BATCH)], rng)
        yield floats(paint(easel, batch.to(torch.device("cpu")), dice)), batch


def plain(store: Store, rank: int, args: argparse.Namespace):
    """Every photo as it is, in both sizes: sharper than a scene, and people in poses that they were seen in."""
    rng = np.random.default_rng([args.seed, rank])
    photos = [item for name in PHOTOS for item in store.of(name)]
    for item in photos[rank :: args.learners]:
        for w, h in SHAPES:
            picture, scale = letterbox(store.picture(item)[..., :3], w, h)
            m = np.array([[scale, 0, 0], [0, scale, 0.0]])
            boxes, joints, lying, ignore = (np.array(a, np.float32) for a in move(item["labels"], m, np.array([0, 0, w, h], float)))
            scene = Scene(w, h, [], boxes.reshape(-1, 4), joints.reshape(-1, JOINTS, 3), lying, ignore.reshape(-1, 4))
            yield (torch.from_numpy(picture)[None].permute(0, 3, 1, 2).float() - GREY) / 64, targets([scene], rng)


def collect(rank: int, args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    eyes = fold(known(torch.load(args.eyes, map_location="cpu", weights_only=False)["average"]).eval()).to(memory_format=torch.channels_last)
    store = Store(Path(args.cache))
    for name, scenes in (("plain", plain), ("scene", painted)):
        keep(Path(args.out) / f"{name}-{rank}", eyes, scenes(store, rank, args), rank == 0)


def keep(path: Path, eyes: Eyes, scenes, told: bool) -> None:
    """Write the squares of these scenes; a reader never sees half-written ones."""
    kept: dict[str, list] = {}
    start = said = time.monotonic()
    with open(path.with_suffix(".part"), "wb") as file, torch.no_grad():
        for pictures, batch in scenes:
            for k, dense in enumerate(eyes.find(pictures).split(1)):
                logits, boxes = likely(dense)
                worth = distinct(boxes) & (torch.sigmoid(logits) > LIKELY)
                logits, boxes = logits[worth][:KEPT], boxes[worth][:KEPT]
                if not len(boxes):
                    continue
                centre, side = cuts(boxes)
                wide = cut(pictures[k : k + 1], centre, side * (SPAN / SIDE), SPAN) * 64 + GREY
                file.write(wide.round().clamp(0, 255).byte().permute(0, 2, 3, 1).contiguous().numpy().tobytes())
                corner = (centre - side[:, None] / 2).numpy()
                found = known_of(boxes.numpy(), batch, k, corner, side.numpy() / SIDE) | {"before": before(logits, boxes, side).numpy()}
                for name, values in found.items():
                    kept.setdefault(name, []).append(values)
            if told and time.monotonic() - said > 20:
                said = time.monotonic()
                print(f"{path.stem}: {sum(map(len, kept['lying']))} squares in {said - start:.0f} s", flush=True)
    np.savez(path.with_suffix(".npz"), **{name: np.concatenate(values) for name, values in kept.items()})
    path.with_suffix(".part").rename(path.with_suffix(".bin"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", required=True)
    parser.add_argument("--eyes", required=True, help="checkpoint of the first look")
    parser.add_argument("--out", required=True)
    parser.add_argument("--scenes", type=int, default=48000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--learners", type=int, default=2, help="processes")
    args = parser.parse_args()
    Path(args.out).mkdir(parents=True, exist_ok=True)
    torch.multiprocessing.spawn(collect, (args,), nprocs=args.learners)


if __name__ == "__main__":
    sys.exit(main())
