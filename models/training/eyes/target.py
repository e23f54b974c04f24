"""From a scene to what the network is asked: heat map, cells that answer for a body, regions nobody is asked about."""

from dataclasses import dataclass

import numpy as np

from .label import MIRROR
from .network import STRIDE
from .scene import Scene

CELLS = 7  # cells asked per body: the centre and some of its neighbours


@dataclass
class Batch:
    pictures: np.ndarray  # uint8 [B, H, W, 3]
    heat: np.ndarray  # float32 [B, h, w], 1 at centres
    ask: np.ndarray  # bool [B, h, w], False inside ignored regions
    boxes: np.ndarray  # float32 [P, 4] all people of the batch
    joints: np.ndarray  # float32 [P, 17, 3]
    lying: np.ndarray  # float32 [P]
    owner: np.ndarray  # int64 [P] picture of each person
    cells: np.ndarray  # int64 [C, 4]: picture, column, row, person


def targets(scenes: list[Scene], rng: np.random.Generator) -> Batch:
    n = len(scenes)
    h, w = scenes[0].picture.shape[0] // STRIDE, scenes[0].picture.shape[1] // STRIDE
    heat, ask = np.zeros((n, h, w), np.float32), np.ones((n, h, w), bool)
    col, row = np.arange(w, dtype=np.float32) + 0.5, np.arange(h, dtype=np.float32) + 0.5
    owner, cells, p = [], [], 0
    for b, scene in enumerate(scenes):
        for x1, y1, x2, y2 in scene.ignore / STRIDE:
            ask[b, max(0, int(y1)) : int(np.ceil(y2)), max(0, int(x1)) : int(np.ceil(x2))] = False
        best = np.zeros((h, w), np.float32)
        mine = np.full((h, w), -1)
        for k, (x1, y1, x2, y2) in enumerate(scene.boxes / STRIDE):
            cx, cy = (x1 + x2) / 2, (y1 + y2) / 2
            sx, sy = max(0.6, 0.13 * (x2 - x1)), max(0.6, 0.13 * (y2 - y1))
            g = np.exp(-((col - cx) ** 2) / (2 * sx**2))[None] * np.exp(-((row - cy) ** 2) / (2 * sy**2))[:, None]
            ic, ir = min(w - 1, max(0, int(cx))), min(h - 1, max(0, int(cy)))
            g = g / max(float(g[ir, ic]), 1e-6)
            g = g.clip(0, 1)
            better = g > best
            best[better], mine[better] = g[better], k
            ask[b] |= g > 0.5
        heat[b] = best
        for k in range(len(scene.boxes)):
            r, c = np.nonzero((mine == k) & (best > 0.55))
            if not len(r):
                owner.append(b)
                continue
            order = np.argsort(-best[r, c])
            rest = rng.permutation(order[1:])[: CELLS - 1]
            for i in (order[0], *rest):
                cells.append((b, c[i], r[i], p + k))
            owner.append(b)
        p += len(scene.boxes)
    cat = lambda name, tail: np.concatenate([getattr(s, name) for s in scenes]).reshape(-1, *tail).astype(np.float32)
    return Batch(
        np.stack([s.picture for s in scenes]), heat, ask, cat("boxes", (4,)), cat("joints", (17, 3)), cat("lying", ()),
        np.array(owner, np.int64), np.array(cells, np.int64).reshape(-1, 4),
    )


def mirrored(batch: Batch) -> Batch:
    """The same scenes seen in a mirror; drawing them anew would cost half as much as learning from them."""
    w = batch.pictures.shape[2]
    boxes, joints, cells = batch.boxes.copy(), batch.joints[:, MIRROR].copy(), batch.cells.copy()
    boxes[:, [0, 2]] = w - batch.boxes[:, [2, 0]]
    joints[..., 0] = w - joints[..., 0]
    cells[:, 1] = batch.heat.shape[2] - 1 - cells[:, 1]
    flip = lambda x: np.ascontiguousarray(x[:, :, ::-1])
    return Batch(flip(batch.pictures), flip(batch.heat), flip(batch.ask), boxes, joints, batch.lying, batch.owner, cells)
