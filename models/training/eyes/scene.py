"""Training pictures made anew each time: people turned, scaled, shifted, pasted into other places, seen through bad cameras."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .label import KNOWN, MIRROR, UNKNOWN, affine, outline, overlap, torso_angle, turned_box

NOISE = np.random.default_rng(0).standard_normal(1 << 21, np.float32)  # drawn once; drawing is slower than all the rest
FEW = 8  # a body with less than this many pixels of height is ignored, not asked for


@dataclass
class Scene:
    picture: np.ndarray  # uint8 [H, W, 3]
    boxes: np.ndarray  # float [N, 4]
    joints: np.ndarray  # float [N, 17, 3], third value as in label.py
    lying: np.ndarray  # float [N], 1 or 0, NaN where nobody can say
    ignore: np.ndarray  # float [M, 4]


class Store:
    """The prepared pictures, read in place from disk."""

    def __init__(self, cache: Path, split: str = "train", sources: tuple[str, ...] = ("lsp", "coco", "footage", "cutout", "render")):
        self.items: dict[str, list] = {}
        self.bytes = {}
        for name in sources:
            if (cache / f"{name}.pkl").exists():
                items = [i for i in pickle.loads((cache / f"{name}.pkl").read_bytes()) if i["split"] == split]
                if items:
                    self.items[name] = items
                    self.bytes[name] = np.memmap(cache / f"{name}.npy", np.uint8, "r")
        everyone = [i for name in ("coco", "footage", "render") for i in self.items.get(name, [])]
        self.empty = [i for i in everyone if not len(i["labels"].boxes) and not len(i["labels"].ignore)]

    def picture(self, item: dict) -> np.ndarray:
        n = int(np.prod(item["shape"]))
        return self.bytes[item["source"]][item["offset"] : item["offset"] + n].reshape(item["shape"])


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
    """Draws scenes of any size. The same generator state gives the same scenes."""

    def __init__(self, store: Store, rng: np.random.Generator):
        self.store, self.rng = store, rng
        share = {"lsp": 0.48, "coco": 0.14, "footage": 0.16, "cutout": 0.12, "render": 0.34}
        self.names = [n for n in share if n in store.items]
        p = np.array([share[n] for n in self.names])
        self.share = p / p.sum()
        self.crowded = {n: [i for i in store.items[n] if len(i["labels"].boxes)] for n in self.names}
        self.names_share = dict(zip(self.names, self.share))

    def pick(self, exclude: tuple[str, ...] = ()) -> dict:
        names = [n for n in self.names if n not in exclude]
        p = np.array([self.names_share[n] for n in names])
        name = names[self.rng.choice(len(names), p=p / p.sum())]
        return self.crowded[name][self.rng.integers(len(self.crowded[name]))]

    def backdrop(self, w: int, h: int) -> np.ndarray:
        """A picture without people that fills the canvas, by any turn now and then."""
        rng = self.rng
        if not self.store.empty or rng.random() < 0.12:
            return np.full((h, w, 3), rng.integers(0, 255, 3) if rng.random() < 0.5 else 114, np.uint8)
        rgb = self.store.picture(self.store.empty[rng.integers(len(self.store.empty))])
        ph, pw = rgb.shape[:2]
        cover = max(w / pw, h / ph) * rng.uniform(1.0, 2.2)
        angle = rng.uniform(-180, 180) if rng.random() < 0.15 else rng.normal(0, 4)
        slack = np.array([pw * cover - w, ph * cover - h]) / 2
        to = np.array([w, h]) / 2 + rng.uniform(-1, 1, 2) * slack
        m = similarity(np.array([pw, ph]) / 2, angle, cover, rng.random() < 0.5, to)
        return cv2.warpAffine(rgb, m, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)

    def paste(self, canvas: np.ndarray, item: dict, cell: np.ndarray, angle: float, height: float, soft: bool):
        """Put one source picture into the cell (x1, y1, x2, y2) of the canvas so that a body of it is `height` pixels long."""
        rng, labels = self.rng, item["labels"]
        rgb = self.store.picture(item)
        ph, pw = rgb.shape[:2]
        if len(labels.boxes):
            b = labels.boxes[rng.integers(len(labels.boxes))]
            long = float(max(b[2:] - b[:2]))
            centre = (b[:2] + b[2:]) / 2
        else:
            long, centre = float(ph), np.array([pw, ph]) / 2
        scale = height / max(8.0, long)
        if item["source"] in ("footage", "render", "coco") and max(ph, pw) > 300:
            scale = max(scale, 0.22)
        size = cell[2:] - cell[:2]
        to = cell[:2] + size * rng.uniform(0.15, 0.85, 2) if rng.random() < 0.75 else cell[:2] + size * rng.uniform(-0.02, 1.02, 2)
        m = similarity(centre, angle, scale, rng.random() < 0.5, to)
        x1, y1, x2, y2 = cell.astype(int)
        local = m.copy()
        local[:, 2] -= [x1, y1]
        wh = (x2 - x1, y2 - y1)
        alpha = rgb[..., 3] if rgb.shape[2] == 4 else np.full((ph, pw), 255, np.uint8)
        flags = cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR
        if scale < 0.45:  # warpAffine does not average; shrink first so that small people look like a camera's small people
            f = scale * 1.5
            rgb = cv2.resize(np.ascontiguousarray(rgb[..., :3]), None, fx=f, fy=f, interpolation=cv2.INTER_AREA)
            alpha = cv2.resize(np.ascontiguousarray(alpha), (rgb.shape[1], rgb.shape[0]))
            local[:, :2] /= f
            flags = cv2.INTER_LINEAR
        warped = cv2.warpAffine(np.ascontiguousarray(rgb[..., :3]), local, wh, flags=flags)
        mask = cv2.warpAffine(np.ascontiguousarray(alpha), local, wh, flags=cv2.INTER_LINEAR)
        if soft:
            k = int(rng.integers(1, 4)) * 2 + 1
            mask = cv2.GaussianBlur(cv2.erode(mask, np.ones((k, k), np.uint8)), (k, k), 0) if k < 0.2 * height else mask
        blend(canvas[y1:y2, x1:x2], warped, mask)
        corners = affine(np.array([[0, 0], [pw, 0], [pw, ph], [0, ph]], float), m)
        window = np.concatenate((np.maximum(cell[:2], corners.min(0)), np.minimum(cell[2:], corners.max(0))))
        if (window[2:] <= window[:2]).any():
            window = cell
        return move(labels, m, window)

    def angle(self, item: dict) -> float:
        rng = self.rng
        if item["source"] == "render":  # the renderer knows gravity: only small turns
            return rng.normal(0, 6)
        return rng.uniform(-180, 180) if rng.random() < 0.55 else rng.normal(0, 7)

    def scene(self, w: int, h: int) -> Scene:
        rng = self.rng
        kind = rng.random()
        found = ([], [], [], [])
        small = min(w, h)
        if kind < 0.42:  # one source over the whole canvas
            item = self.pick(exclude=("cutout",))
            canvas = self.backdrop(w, h)
            height = np.exp(rng.uniform(np.log(0.28), np.log(1.15))) * small
            parts = [(item, np.array([0, 0, w, h], float), self.angle(item), height)]
        elif kind < 0.74:  # several people, each in its own part of the picture
            canvas = self.backdrop(w, h)
            x, y = w * rng.uniform(0.3, 0.7), h * rng.uniform(0.3, 0.7)
            cells = [(0, 0, x, y), (x, 0, w, y), (0, y, x, h), (x, y, w, h)] if rng.random() < 0.6 else [(0, 0, x, h), (x, 0, w, h)]
            parts = []
            for c in cells:
                c = np.array(c, float).round()
                if rng.random() < 0.2:
                    continue
                item = self.store.empty[rng.integers(len(self.store.empty))] if self.store.empty and rng.random() < 0.18 else self.pick(exclude=("cutout",))
                height = np.exp(rng.uniform(np.log(0.5), np.log(1.15))) * min(c[2:] - c[:2])
                parts.append((item, c, self.angle(item), max(20.0, height)))
        elif kind < 0.88 and "cutout" in self.crowded:  # cut-outs in an empty place: no rectangle gives them away
            canvas = self.backdrop(w, h)
            parts = []
            for _ in range(rng.integers(1, 4)):
                item = self.crowded["cutout"][rng.integers(len(self.crowded["cutout"]))]
                parts.append((item, np.array([0, 0, w, h], float), self.angle(item), np.exp(rng.uniform(np.log(0.28), np.log(1.0))) * small))
        else:  # nobody, with rectangles pasted from other empty pictures so that a pasted edge means nothing
            canvas = self.backdrop(w, h)
            parts = []
            for _ in range(rng.integers(0, 4) if self.store.empty else 0):
                item = self.store.empty[rng.integers(len(self.store.empty))]
                x1, y1 = rng.integers(0, w - 32), rng.integers(0, h - 32)
                c = np.array([x1, y1, min(w, x1 + rng.integers(32, w)), min(h, y1 + rng.integers(32, h))], float)
                parts.append((item, c, rng.uniform(-180, 180), h * rng.uniform(0.3, 1.5)))
        for item, cell, angle, height in parts:
            new = self.paste(canvas, item, cell, angle, height, rng.random() < 0.7)
            if len(parts) > 1 and cell[2] - cell[0] == w:  # an overlapping layer hides what lies under it
                found = self.hide(found, new[0])
            for a, b in zip(found, new):
                a.extend(b)
        boxes, joints, lying, ignore = found
        if boxes and rng.random() < 0.3:
            joints = self.occlude(canvas, boxes, joints)
        canvas = degrade(canvas, rng)
        return Scene(
            canvas, np.array(boxes, np.float32).reshape(-1, 4), np.array(joints, np.float32).reshape(-1, 17, 3),
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

    def occlude(self, canvas: np.ndarray, boxes: list, joints: list) -> list:
        """A bar or block in front of one person, filled with a colour or a piece of an empty picture. Joints behind it stay where they are."""
        rng = self.rng
        b = boxes[rng.integers(len(boxes))]
        w, h = b[2:] - b[:2]
        size = np.array([w, h]) * rng.uniform(0.15, 0.5, 2)
        size[rng.integers(2)] *= rng.uniform(1, 2.5)
        c = b[:2] + np.array([w, h]) * rng.uniform(0, 1, 2)
        H, W = canvas.shape[:2]
        x1, y1 = np.maximum(c - size / 2, 0).astype(int)
        x2, y2 = np.minimum(c + size / 2, [W, H]).astype(int)
        if x2 - x1 < 3 or y2 - y1 < 3 or (x2 - x1) * (y2 - y1) > 0.4 * w * h:
            return joints
        if self.store.empty and rng.random() < 0.6:
            canvas[y1:y2, x1:x2] = self.backdrop(x2 - x1, y2 - y1)
        else:
            canvas[y1:y2, x1:x2] = rng.integers(0, 255, 3)
        out = []
        for j in joints:
            j = j.copy()
            inside = (j[:, 0] > x1) & (j[:, 0] < x2) & (j[:, 1] > y1) & (j[:, 1] < y2) & (j[:, 2] == KNOWN)
            j[inside, 2] = 0.5  # place known, not in sight
            out.append(j)
        return out


def blend(under: np.ndarray, over: np.ndarray, mask: np.ndarray) -> None:
    """Lay `over` on `under` in place where mask (0 to 255) says so."""
    x, y, w, h = cv2.boundingRect(mask)
    if w == 0:
        return
    part, over, mask = under[y : y + h, x : x + w], over[y : y + h, x : x + w], mask[y : y + h, x : x + w]
    weight = mask.astype(np.float32) * (1 / 255)
    part[:] = cv2.blendLinear(np.ascontiguousarray(over), np.ascontiguousarray(part), weight, 1 - weight)


def degrade(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What cameras do: colour, light, night, blur, few pixels, compression, noise."""
    h, w = rgb.shape[:2]
    if rng.random() < 0.7:  # one table per channel: contrast, brightness, gamma, tint
        x = np.arange(256) / 255.0
        gamma = np.exp(rng.normal(0, 0.3))
        gain, lift = np.exp(rng.normal(0, 0.18)), rng.normal(0, 0.07)
        table = np.stack([np.clip((x**gamma) * gain * np.exp(rng.normal(0, 0.06)) + lift, 0, 1) for _ in range(3)], 1)
        rgb = cv2.LUT(rgb, (table * 255).astype(np.uint8)[None])
    night = rng.random()
    if night < 0.2:
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        if night < 0.08:  # infrared lamp: bright centre, dark border
            yy, xx = np.mgrid[0:h, 0:w]
            c = np.array([w, h]) * rng.uniform(0.3, 0.7, 2)
            d = ((xx - c[0]) / w) ** 2 + ((yy - c[1]) / h) ** 2
            grey = np.clip(grey * (0.35 + 1.0 * np.exp(-d * rng.uniform(2, 7))), 0, 255).astype(np.uint8)
        rgb = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
    kind = rng.random()
    if kind < 0.12:
        rgb = cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.5, 1.6))
    elif kind < 0.2:
        n = int(rng.integers(3, 8))
        k = np.zeros((n, n), np.float32)
        cv2.line(k, (0, int(rng.integers(n))), (n - 1, int(rng.integers(n))), 1.0)
        rgb = cv2.filter2D(rgb, -1, k / k.sum())
    elif kind < 0.38:
        f = rng.uniform(0.4, 0.85)
        few = cv2.resize(rgb, None, fx=f, fy=f, interpolation=cv2.INTER_AREA)
        rgb = cv2.resize(few, (w, h), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.25:
        at = int(rng.integers(len(NOISE) - h * w * 3))
        rgb = cv2.scaleAdd(NOISE[at : at + h * w * 3].reshape(h, w, 3), rng.uniform(2, 12), rgb.astype(np.float32)).clip(0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        ok, data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))])
        rgb = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.ascontiguousarray(rgb)
