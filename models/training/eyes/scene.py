"""Training scenes made anew each time: people turned, scaled, shifted, pasted into other places. Here they are planned; `paint.py` draws them."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .label import KNOWN, MIRROR, UNKNOWN, affine, outline, overlap, torso_angle, turned_box

FEW = 8  # a body with less than this many pixels of height is ignored, not asked for
GREY = (114, 114, 114)  # what the service pads pictures with
SOURCES = ("lsp", "coco", "footage", "cutout", "render", "street")


@dataclass
class Layer:
    """One picture, or a plain colour, laid on what is there already."""

    item: int  # number in Store.items, -1: plain colour
    matrix: np.ndarray  # 2x3, from the picture's pixels to the canvas
    cell: np.ndarray  # part of the canvas that it may cover: x1, y1, x2, y2
    soft: float = 0.0  # pixels over which its edges fade in
    mirrored: bool = False  # goes on as its own mirror image outside its edges
    colour: tuple = GREY


@dataclass
class Scene:
    width: int
    height: int
    layers: list  # of Layer, the lowest first
    boxes: np.ndarray  # float [N, 4]
    joints: np.ndarray  # float [N, 17, 3], third value as in label.py
    lying: np.ndarray  # float [N], 1 or 0, NaN where nobody can say
    ignore: np.ndarray  # float [M, 4]


class Store:
    """The prepared pictures and their labels."""

    def __init__(self, cache: Path, split: str = "train", sources: tuple[str, ...] = SOURCES):
        self.items, self.bytes = [], {}
        for path in (p for name in sources for p in sorted((*cache.glob(f"{name}.pkl"), *cache.glob(f"{name}-*.pkl")))):
            items = [i | {"file": path.stem} for i in pickle.loads(path.read_bytes()) if i["split"] == split]
            if items:
                self.items += items
                self.bytes[path.stem] = np.memmap(path.with_suffix(".bin"), np.uint8, "r")
        self.empty = [k for k, i in enumerate(self.items) if i["source"] != "lsp" and not len(i["labels"].boxes) and not len(i["labels"].ignore)]

    def of(self, source: str) -> list:
        return [i for i in self.items if i["source"] == source]

    def picture(self, item: dict) -> np.ndarray:
        """uint8 [h, w, 3], or [h, w, 4] where a mask comes with it."""
        data = self.bytes[item["file"]][item["offset"] : item["offset"] + item["length"]]
        bgr = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
        return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB if bgr.shape[2] == 3 else cv2.COLOR_BGRA2RGBA)


def lying_of(joints: np.ndarray) -> float:
    """1 where the torso is nearer level than upright (or head down), 0 where upright, NaN near the border and without torso."""
    angle = torso_angle(joints)
    if not np.isfinite(angle) or abs(angle - 45) < 5:
        return float("nan")
    return float(angle > 45)


def similarity(centre: np.ndarray, angle: float, scale: float, mirror: bool, to: np.ndarray) -> np.ndarray:
    """2x3 matrix that turns by angle (degrees), scales, mirrors and moves `centre` to `to`."""
    a = np.radians(angle)
    m = scale * np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    if mirror:
        m = m @ np.diag([-1.0, 1.0])
    return np.concatenate((m, (to - m @ centre)[:, None]), 1)


def move(labels, m: np.ndarray, window: np.ndarray):
    """Labels under m, cut at the window (x1, y1, x2, y2): boxes, joints, lying, ignore."""
    mirrored = np.linalg.det(m[:, :2]) < 0
    boxes, joints, lying, ignore = [], [], [], []
    for box, j, head, told in zip(labels.boxes, labels.joints, labels.heads, labels.lying):
        moved = j.copy()
        moved[:, :2] = affine(j[:, :2], m)
        if mirrored:
            moved = moved[MIRROR]
        whole = turned_box(box, j, head, m)
        cut = np.concatenate((np.maximum(whole[:2], window[:2]), np.minimum(whole[2:], window[2:])))
        size, left = whole[2:] - whole[:2], (cut[2:] - cut[:2]).clip(0)
        if np.prod(left) <= 0:
            continue
        share = np.prod(left) / max(1e-6, np.prod(size))
        if share < 0.3 or max(left) < FEW:
            ignore.append(cut)
            continue
        state = told if np.isfinite(told) else lying_of(moved)
        if share < 0.97:  # the box of what is left follows the body, not the cut box of the whole
            p, flesh = outline(box, j, head)
            p = affine(p, m)
            inside = ((p >= window[:2]) & (p <= window[2:])).all(1)
            if inside.sum() >= 3 and flesh > 0:
                f = flesh * np.sqrt(abs(np.linalg.det(m[:, :2])))
                tight = np.concatenate((p[inside].min(0) - 2 * f, p[inside].max(0) + 2 * f))
                cut = np.concatenate((np.maximum(cut[:2], tight[:2]), np.minimum(cut[2:], tight[2:])))
        out = (moved[:, 0] < window[0]) | (moved[:, 1] < window[1]) | (moved[:, 0] > window[2]) | (moved[:, 1] > window[3])
        moved[out & (moved[:, 2] == KNOWN), 2] = 0.0
        boxes.append(cut)
        joints.append(moved)
        lying.append(state)
    for box in labels.ignore:
        p = affine(np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]]), m)
        cut = np.concatenate((np.maximum(p.min(0), window[:2]), np.minimum(p.max(0), window[2:])))
        if (cut[2:] > cut[:2]).all():
            ignore.append(cut)
    return boxes, joints, lying, ignore


class Maker:
    """Plans scenes of any size. The same generator state gives the same scenes."""

    def __init__(self, store: Store, rng: np.random.Generator):
        self.store, self.rng = store, rng
        share = {"lsp": 0.48, "coco": 0.12, "footage": 0.14, "cutout": 0.12, "render": 0.18, "street": 0.06}
        self.crowded = {n: [k for k, i in enumerate(store.items) if i["source"] == n and len(i["labels"].boxes)] for n in share}
        self.share = {n: p for n, p in share.items() if self.crowded[n]}

    def pick(self, exclude: tuple[str, ...] = ()) -> int:
        names = [n for n in self.share if n not in exclude]
        p = np.array([self.share[n] for n in names])
        return self.one(self.crowded[names[self.rng.choice(len(names), p=p / p.sum())]])

    def one(self, numbers: list) -> int:
        return numbers[self.rng.integers(len(numbers))]

    def backdrop(self, cell: np.ndarray) -> Layer:
        """A picture without people that fills the cell, by any turn now and then."""
        rng, (w, h) = self.rng, cell[2:] - cell[:2]
        if not self.store.empty or rng.random() < 0.12:
            return Layer(-1, np.zeros((2, 3)), cell, colour=tuple(rng.integers(0, 255, 3)) if rng.random() < 0.5 else GREY)
        number = self.one(self.store.empty)
        ph, pw = self.store.items[number]["shape"][:2]
        cover = max(w / pw, h / ph) * rng.uniform(1.0, 2.2)
        angle = rng.uniform(-180, 180) if rng.random() < 0.15 else rng.normal(0, 4)
        slack = np.array([pw * cover - w, ph * cover - h]) / 2
        to = (cell[:2] + cell[2:]) / 2 + rng.uniform(-1, 1, 2) * slack
        return Layer(number, similarity(np.array([pw, ph]) / 2, angle, cover, rng.random() < 0.5, to), cell, mirrored=True)

    def paste(self, number: int, cell: np.ndarray, angle: float, height: float, soft: bool) -> tuple[Layer, tuple]:
        """One source picture laid into the cell (x1, y1, x2, y2) so that a body of it is `height` pixels long, and its labels there."""
        rng, item = self.rng, self.store.items[number]
        labels = item["labels"]
        ph, pw = item["shape"][:2]
        if len(labels.boxes):
            b = labels.boxes[rng.integers(len(labels.boxes))]
            long = float(max(b[2:] - b[:2]))
            centre = (b[:2] + b[2:]) / 2
        else:
            long, centre = float(ph), np.array([pw, ph]) / 2
        scale = min(height / max(8.0, long), 4.0)
        if item["source"] != "cutout" and max(ph, pw) > 300:
            scale = max(scale, 0.22)
        size = cell[2:] - cell[:2]
        to = cell[:2] + size * (rng.uniform(0.15, 0.85, 2) if rng.random() < 0.75 else rng.uniform(-0.02, 1.02, 2))
        m = similarity(centre, angle, scale, rng.random() < 0.5, to)
        corners = affine(np.array([[0, 0], [pw, 0], [pw, ph], [0, ph]], float), m)
        window = np.concatenate((np.maximum(cell[:2], corners.min(0)), np.minimum(cell[2:], corners.max(0))))
        if (window[2:] <= window[:2]).any():
            window = cell
        return Layer(number, m, cell, soft=rng.uniform(1.0, 5.0) if soft else 0.0), move(labels, m, window)

    def angle(self, number: int) -> float:
        rng = self.rng
        if self.store.items[number]["source"] == "render":  # the renderer knows gravity: only small turns
            return rng.normal(0, 6)
        return rng.uniform(-180, 180) if rng.random() < 0.55 else rng.normal(0, 7)

    def height(self, least: float, most: float, of: float) -> float:
        return max(20.0, np.exp(self.rng.uniform(np.log(least), np.log(most))) * of)

    def scene(self, w: int, h: int) -> Scene:
        rng, store = self.rng, self.store
        whole = np.array([0, 0, w, h], float)
        layers, parts = [self.backdrop(whole)], []
        kind, small = rng.random(), min(w, h)
        if kind < 0.46:  # one source over the whole canvas, now and then with the grey of a padded picture around it
            number = self.pick(exclude=("cutout",))
            if rng.random() < 0.3:
                layers = [Layer(-1, np.zeros((2, 3)), whole)]
            parts = [(number, whole, self.angle(number), self.height(0.2, 1.15, small))]
        elif kind < 0.74:  # several people, each in its own part of the picture
            x, y = w * rng.uniform(0.3, 0.7), h * rng.uniform(0.3, 0.7)
            cells = [(0, 0, x, y), (x, 0, w, y), (0, y, x, h), (x, y, w, h)] if rng.random() < 0.6 else [(0, 0, x, h), (x, 0, w, h)]
            for c in cells:
                c = np.array(c, float).round()
                if rng.random() < 0.2:
                    continue
                number = self.one(store.empty) if store.empty and rng.random() < 0.18 else self.pick(exclude=("cutout",))
                parts.append((number, c, self.angle(number), self.height(0.4, 1.15, min(c[2:] - c[:2]))))
        elif kind < 0.88 and "cutout" in self.share:  # cut-outs in an empty place: no rectangle gives them away
            for _ in range(rng.integers(1, 4)):
                number = self.one(self.crowded["cutout"])
                parts.append((number, whole, self.angle(number), self.height(0.2, 1.0, small)))
        elif store.empty:  # nobody, with rectangles pasted from other empty pictures so that a pasted edge means nothing
            for _ in range(rng.integers(0, 4)):
                x1, y1 = rng.integers(0, w - 32), rng.integers(0, h - 32)
                c = np.array([x1, y1, min(w, x1 + rng.integers(32, w)), min(h, y1 + rng.integers(32, h))], float)
                parts.append((self.one(store.empty), c, rng.uniform(-180, 180), h * rng.uniform(0.3, 1.5)))
        found = ([], [], [], [])
        for number, cell, angle, height in parts:
            layer, new = self.paste(number, cell, angle, height, rng.random() < 0.7)
            layers.append(layer)
            if len(parts) > 1 and cell is whole:  # an overlapping layer hides what lies under it
                found = self.hide(found, new[0])
            for a, b in zip(found, new):
                a.extend(b)
        boxes, joints, lying, ignore = found
        if boxes and rng.random() < 0.3:
            joints = self.occlude(layers, whole, boxes, joints)
        return Scene(
            w, h, layers, np.array(boxes, np.float32).reshape(-1, 4), np.array(joints, np.float32).reshape(-1, 17, 3),
            np.array(lying, np.float32), np.array(ignore, np.float32).reshape(-1, 4),
        )

    def hide(self, found, new):
        """People mostly under a new layer become regions to ignore; covered joints become unknown."""
        boxes, joints, lying, ignore = found
        keep = ([], [], [], list(ignore))
        for b, j, l in zip(boxes, joints, lying):
            j = j.copy()
            gone = 0.0
            for n in new:
                gone = max(gone, float(overlap(b[None], np.asarray(n)[None])[0, 0] / max(1.0, np.prod(b[2:] - b[:2]))))
                inside = (j[:, 0] > n[0]) & (j[:, 0] < n[2]) & (j[:, 1] > n[1]) & (j[:, 1] < n[3])
                j[inside, 2] = UNKNOWN
            if gone > 0.6:
                keep[3].append(b)
            else:
                keep[0].append(b), keep[1].append(j), keep[2].append(l)
        return keep

    def occlude(self, layers: list, whole: np.ndarray, boxes: list, joints: list) -> list:
        """A bar or block in front of one person, filled with a colour or a piece of an empty picture. Joints behind it stay where they are."""
        rng = self.rng
        b = boxes[rng.integers(len(boxes))]
        wide, tall = b[2:] - b[:2]
        size = np.array([wide, tall]) * rng.uniform(0.15, 0.5, 2)
        size[rng.integers(2)] *= rng.uniform(1, 2.5)
        c = b[:2] + np.array([wide, tall]) * rng.uniform(0, 1, 2)
        x1, y1, x2, y2 = bar = np.concatenate((np.maximum(c - size / 2, whole[:2]), np.minimum(c + size / 2, whole[2:]))).round()
        if x2 - x1 < 3 or y2 - y1 < 3 or (x2 - x1) * (y2 - y1) > 0.4 * wide * tall:
            return joints
        if self.store.empty and rng.random() < 0.6:
            layers.append(self.backdrop(bar))
        else:
            layers.append(Layer(-1, np.zeros((2, 3)), bar, colour=tuple(rng.integers(0, 255, 3))))
        out = []
        for j in joints:
            j = j.copy()
            inside = (j[:, 0] > x1) & (j[:, 0] < x2) & (j[:, 1] > y1) & (j[:, 1] < y2) & (j[:, 2] == KNOWN)
            j[inside, 2] = 0.5  # place known, not in sight
            out.append(j)
        return out
