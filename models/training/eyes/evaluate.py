"""Measure an ONNX pair and public detectors on the same held-out pictures: python -m eyes.evaluate --cache CACHE --models SHARED/models --eyes DIR [--out figures.json]

Recall: share of held-out Leeds Sports people found with IoU >= 0.5 (loose: 0.3) at the score threshold that lets through one false box per ten pictures.
A false box overlaps (half of its area or IoU 0.4) neither a label nor an ignored region; false boxes are counted on the held-out
Leeds Sports and COCO pictures together; people whom no label names but somebody saw
(bystanders.json, see review.py) are such regions. PCK: share of hand-labelled joints of found people within 0.2 of the torso's length.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from .bystanders import with_bystanders
from .label import KNOWN, iou, overlap, torso_angle
from .scene import Store
from .teachers import PicoDet, TinyPose, Yolox, letterbox, nms, session

GROUPS = ("upright", "horizontal", "inverted")
HAND = list(range(5, 17))  # joints labelled by hand in Leeds Sports
ALLOWED = 0.1  # false boxes per picture
LOOSE = 0.3  # IoU of a box that has found somebody, though not where exactly: enough for a tracker


class Spotter:
    """The network under test with the small NMS that the service does."""

    def __init__(self, path: Path):
        self.net = session(path)
        _, self.h, self.w, _ = self.net.get_inputs()[0].shape
        self.name = path.stem

    def rows(self, rgb: np.ndarray, floor: float = 0.02) -> np.ndarray:
        x, scale = letterbox(rgb, self.w, self.h)
        rows = self.net.run(None, {"picture": x[None]})[0][0].copy()
        rows = rows[rows[:, 0] > floor]
        rows = rows[nms(rows[:, 2:6], rows[:, 0], 0.5)]
        rows[:, 2:6] /= scale
        rows[:, 6::3] /= scale
        rows[:, 7::3] /= scale
        return rows

    def __call__(self, rgb: np.ndarray, floor: float = 0.02):
        rows = self.rows(rgb, floor)
        return rows[:, 2:6], rows[:, 0]


def group(angle: float) -> str:
    return "upright" if angle <= 45 else "horizontal" if angle <= 135 else "inverted"


def false_boxes(boxes: np.ndarray, labels) -> np.ndarray:
    """True for each box that lies on nothing labelled and nothing ignored."""
    known = np.concatenate((labels.boxes, labels.ignore))
    if not len(known) or not len(boxes):
        return np.ones(len(boxes), bool)
    area = np.prod((boxes[:, 2:] - boxes[:, :2]).clip(1e-3), axis=1)
    return (iou(boxes, known).max(1) < 0.4) & ((overlap(boxes, known) / area[:, None]).max(1) < 0.5)


def detection(model, store: Store, pictures: list) -> dict:
    false, hits, seen, count, ious = [], {g: [] for g in GROUPS}, {g: [] for g in GROUPS}, len(pictures), []
    for item in pictures:
        rgb, labels = store.picture(item), item["labels"]
        boxes, scores = model(rgb, 0.02)
        false.extend(scores[false_boxes(boxes, labels)])
        if item["source"] != "lsp":
            continue
        angle = torso_angle(labels.joints[0])
        if not np.isfinite(angle):
            continue
        match = iou(labels.boxes[:1], boxes)[0] if len(boxes) else np.zeros(0)
        ok = match >= 0.5
        hits[group(angle)].append(float(scores[ok].max()) if ok.any() else 0.0)
        seen[group(angle)].append(float(scores[match >= LOOSE].max()) if (match >= LOOSE).any() else 0.0)
        ious.append(match[ok].max() if ok.any() else np.nan)
    false = np.sort(np.array(false))[::-1]
    allowed = int(ALLOWED * count)
    threshold = float(false[allowed]) if len(false) > allowed else 0.02
    out = {"threshold": round(threshold, 3), "pictures": count, "iou_of_found": round(float(np.nanmean(ious)), 3)}
    for g in GROUPS:
        out[f"recall_{g}"] = round(float(np.mean(np.array(hits[g]) > threshold)), 3)
        out[f"recall_{g}_loose"] = round(float(np.mean(np.array(seen[g]) > threshold)), 3)
        out[f"n_{g}"] = len(hits[g])
    out["recall_at_0.5"] = {g: round(float(np.mean(np.array(hits[g]) > 0.5)), 3) for g in GROUPS}
    out["false_per_picture_at_0.5"] = round(float((false > 0.5).sum() / count), 3)
    return out


def pose(joints_of, store: Store, pictures: list, threshold: float) -> dict:
    """joints_of(rgb) -> boxes [N,4], scores [N], joints function(i) -> [17,3], lying [N] or None."""
    right, states = {g: [] for g in GROUPS}, []
    for item in pictures:
        if item["source"] != "lsp":
            continue
        labels = item["labels"]
        truth = labels.joints[0]
        angle = torso_angle(truth)
        if not np.isfinite(angle):
            continue
        boxes, scores, joints, lying = joints_of(store.picture(item))
        ok = (scores > threshold) & (iou(labels.boxes[:1], boxes)[0] >= 0.5) if len(boxes) else np.zeros(0, bool)
        if not ok.any():
            continue
        i = int(np.argmax(np.where(ok, scores, -1)))
        s = truth[[5, 6]][truth[[5, 6], 2] == KNOWN, :2].mean(0)
        h = truth[[11, 12]][truth[[11, 12], 2] == KNOWN, :2].mean(0)
        torso = max(8.0, float(np.linalg.norm(s - h)))
        known = [j for j in HAND if truth[j, 2] == KNOWN]
        guess = joints(i)
        right[group(angle)].extend(np.linalg.norm(guess[known, :2] - truth[known, :2], axis=1) < 0.2 * torso)
        if lying is not None and abs(angle - 45) > 15:
            states.append((lying[i] > 0.5) == (angle > 45))
    out = {f"pck_{g}": round(float(np.mean(right[g])), 3) if right[g] else None for g in GROUPS}
    if states:
        out["lying_right"] = round(float(np.mean(states)), 3)
    return out


def times(nets: dict, pictures: list, rounds: int = 120) -> dict:
    """Median milliseconds per picture on one thread, the networks taking turns so that a busy machine hurts all alike. Each round shows another
    picture [h,w,3] to those who take bytes: how long they look depends on how many people they see."""
    feeds, sizes = {}, {}
    rng = np.random.default_rng(0)
    for name, net in nets.items():
        i = net.get_inputs()[0]
        shape = [d if isinstance(d, int) else 1 for d in i.shape]
        if "uint8" in i.type:
            sizes[name] = (i.name, shape[2], shape[1])
        else:
            feeds[name] = {i.name: rng.integers(0, 255, shape).astype(np.float32)}
    spent = {name: [] for name in nets}
    for k in range(rounds):
        for name, net in nets.items():
            if name in sizes:
                key, w, h = sizes[name]
                feeds[name] = {key: letterbox(pictures[k % len(pictures)], w, h)[0][None]}
            t = time.perf_counter()
            net.run(None, feeds[name])
            spent[name].append((time.perf_counter() - t) * 1e3)
    return {name: {"median_ms": round(float(np.median(t)), 2), "fastest_ms": round(min(t), 2), "slowest_tenth_ms": round(float(np.quantile(t, 0.9)), 2)} for name, t in spent.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("cache", "models", "eyes"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--out")
    parser.add_argument("--quick", action="store_true", help="every fourth picture, no public models")
    args = parser.parse_args()
    store = Store(Path(args.cache), "test", ("lsp", "coco"))
    pictures = with_bystanders(store.items)
    if args.quick:
        pictures = pictures[::4]
    shared = Path(args.models)
    figures = {"pictures": {name: len(store.of(name)) for name in ("lsp", "coco")}}
    nets = {}
    for path in sorted(Path(args.eyes).glob("spotter-eyes-*.onnx")):
        eyes = Spotter(path)
        nets[eyes.name] = eyes.net
        found = detection(eyes, store, pictures)

        def rows(rgb, eyes=eyes):
            r = eyes.rows(rgb)
            return r[:, 2:6], r[:, 0], lambda i: r[i, 6:].reshape(17, 3), r[:, 1]

        figures[eyes.name] = found | pose(rows, store, pictures, found["threshold"])
    if not args.quick:
        tiny = TinyPose(shared)
        for kind in (PicoDet, Yolox):
            model = kind(shared)
            nets[model.name] = model.net
            found = detection(model, store, pictures)

            def taught(rgb, model=model):
                boxes, scores = model(rgb, 0.02)
                return boxes, scores, lambda i: tiny(rgb, boxes[i]), None

            figures[f"{model.name} (+ TinyPose joints)"] = found | pose(taught, store, pictures, found["threshold"])
        figures["times"] = times(nets, [store.picture(item) for item in pictures[:: max(1, len(pictures) // 120)]])
        yolox = figures["times"][Yolox.name]
        for name in nets:
            figures["times"][name]["of_yolox_nano"] = round(figures["times"][name]["median_ms"] / yolox["median_ms"], 3)
    text = json.dumps(figures, indent=1)
    print(text)
    if args.out:
        Path(args.out).write_text(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
