"""From a scene to what the network is asked: heat map, cells that answer for a body, regions nobody is asked about."""

from dataclasses import dataclass, replace

import numpy as np
import torch

from .label import MIRROR
from .network import STRIDE
from .scene import Scene

CELLS = 5  # cells asked per body: the centre and some of its neighbours


@dataclass
class Batch:
    """Arrays as numpy, or as tensors of one device after `to`."""

    width: int
    height: int
    layers: dict  # see `stacked`
    depths: list  # how many layers of each depth, the lowest first
    heat: np.ndarray  # float32 [B, h, w], 1 at centres
    ask: np.ndarray  # bool [B, h, w], False inside ignored regions
    boxes: np.ndarray  # float32 [P, 4] all people of the batch
    joints: np.ndarray  # float32 [P, 17, 3]
    lying: np.ndarray  # float32 [P]
    owner: np.ndarray  # int64 [P] picture of each person
    cells: np.ndarray  # int64 [C, 4]: picture, column, row, person

    def to(self, device: torch.device) -> "Batch":
        move = lambda a: torch.from_numpy(a).to(device, non_blocking=True)
        arrays = {k: move(v) for k, v in vars(self).items() if isinstance(v, np.ndarray)}
        return Batch(width=self.width, height=self.height, depths=self.depths, layers={k: move(v) for k, v in self.layers.items()}, **arrays)

    def mirrored(self) -> "Batch":
        """What is asked of the same pictures seen in a mirror, left joints named right ones; for tensors, and without layers: it cannot be drawn."""
        boxes, joints, cells = self.boxes.clone(), self.joints[:, MIRROR].clone(), self.cells.clone()
        boxes[:, [0, 2]] = self.width - self.boxes[:, [2, 0]]
        joints[..., 0] = self.width - joints[..., 0]
        cells[:, 1] = self.width // STRIDE - 1 - cells[:, 1]
        return replace(self, layers={}, depths=[], heat=self.heat.flip(2), ask=self.ask.flip(2), boxes=boxes, joints=joints, cells=cells)


def stacked(scenes: list[Scene]) -> dict:
    """All layers of a batch by depth, one row each: picture, depth, item, inverse matrix (canvas to source), cell, soft, mirrored, colour."""
    rows = [(b, d, layer) for b, scene in enumerate(scenes) for d, layer in enumerate(scene.layers)]
    rows.sort(key=lambda row: row[1])
    layers = [layer for _, _, layer in rows]
    inverse = np.zeros((len(rows), 2, 3), np.float32)
    for k, layer in enumerate(layers):
        if layer.item >= 0:
            turn = np.linalg.inv(layer.matrix[:, :2])
            inverse[k] = np.concatenate((turn, -turn @ layer.matrix[:, 2:]), 1)
    return {
        "picture": np.array([b for b, _, _ in rows], np.int64), "depth": np.array([d for _, d, _ in rows], np.int64),
        "item": np.array([layer.item for layer in layers], np.int64), "inverse": inverse,
        "cell": np.array([layer.cell for layer in layers], np.float32), "soft": np.array([layer.soft for layer in layers], np.float32),
        "mirrored": np.array([layer.mirrored for layer in layers], bool), "colour": np.array([layer.colour for layer in layers], np.float32),
    }


def targets(scenes: list[Scene], rng: np.random.Generator) -> Batch:
    n = len(scenes)
    h, w = scenes[0].height // STRIDE, scenes[0].width // STRIDE
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
    layers = stacked(scenes)
    return Batch(
        scenes[0].width, scenes[0].height, layers, np.bincount(layers["depth"]).tolist(), heat, ask, cat("boxes", (4,)), cat("joints", (17, 3)), cat("lying", ()),
        np.array(owner, np.int64), np.array(cells, np.int64).reshape(-1, 4),
    )
