"""Gather every picture and its labels once: python -m eyes.prepare --train SHARED/train --models SHARED/models --lsp DIR --coco128 DIR [--footage SHARED/footage] [--render DIR] --out CACHE

Writes <out>/<source>.bin (all pictures one after another) and <source>.pkl (shape, offset, length, labels, split, id of each). Pictures to learn
from are WebP, small enough to travel to a machine with a GPU; held-out ones are PNG, so that judges see every pixel as it was.
Every part is resumable: a source whose files exist is left alone.
"""

import argparse
import json
import pickle
import sys
import zlib
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
import scipy.io

from .label import ABSENT, KNOWN, UNKNOWN, Labels, iou, overlap, torso_angle
from .teachers import PicoDet, RtmDet, TinyPose, Yolox, believed

# Leeds Sports order (R ankle, knee, hip, L hip, knee, ankle, R wrist, elbow, shoulder, L shoulder, elbow, wrist) in COCO numbers
LSP_TO_COCO = [16, 14, 12, 11, 13, 15, 10, 8, 6, 5, 7, 9]
LONGEST = 512  # pixels kept of the longer side
QUALITY = 70  # of WebP

ARGS: argparse.Namespace
TEACHERS: dict = {}


def start(args: argparse.Namespace) -> None:
    global ARGS
    ARGS = args
    cv2.setNumThreads(0)
    for kind in (PicoDet, Yolox, RtmDet, TinyPose):
        TEACHERS[kind] = kind(Path(args.models))


def shrink(rgb: np.ndarray, longest: int = LONGEST) -> tuple[np.ndarray, float]:
    s = min(1.0, longest / max(rgb.shape[:2]))
    return (cv2.resize(rgb, None, fx=s, fy=s, interpolation=cv2.INTER_AREA) if s < 1 else rgb), s


def read(path: Path) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def held_out(key: str, share: float = 0.05) -> bool:
    """The same pictures are held out on every machine."""
    return zlib.crc32(key.encode()) % 1000 < share * 1000


def covered(box: np.ndarray, others: np.ndarray) -> float:
    """Largest share of box inside one of the others."""
    area = max(1e-3, float(np.prod(box[2:] - box[:2])))
    return float((overlap(box[None], others)[0] / area).max()) if len(others) else 0.0


def lean(joints: np.ndarray) -> float:
    """Degrees clockwise from upright of the line hips to shoulders; 0 where unknown."""
    s, h = joints[[5, 6]], joints[[11, 12]]
    s, h = s[s[:, 2] == KNOWN, :2], h[h[:, 2] == KNOWN, :2]
    if not len(s) or not len(h):
        return 0.0
    d = s.mean(0) - h.mean(0)
    return float(np.degrees(np.arctan2(d[0], -d[1])))


def bystanders(rgb: np.ndarray, labels: Labels) -> None:
    """People beside the labelled one: sure ones become labels, unsure ones regions to ignore."""
    mine = labels.boxes.copy()
    boxes, scores = TEACHERS[PicoDet](rgb, 0.2)
    for box, score in zip(boxes, scores):
        if len(mine) and (iou(box[None], mine).max() > 0.3 or covered(box, mine) > 0.6):
            continue
        joints = TEACHERS[TinyPose](rgb, box) if score > 0.5 else None
        if joints is not None and joints[5:, 2].mean() > 0.45:
            labels.add(box, believed(joints))
        elif score > 0.6:
            labels.add(box)
        else:
            labels.skip(box)


def leeds(job: tuple[int, np.ndarray]):
    """One Leeds Sports picture: twelve joints by hand, face and other people by teachers."""
    i, raw = job
    rgb = read(Path(ARGS.lsp) / "images" / f"im{i + 1:05d}.jpg")
    joints = np.full((17, 3), UNKNOWN, np.float32)
    ok = raw[:, 2] > 0
    if ok[:12].sum() < 6:
        return None
    for k, c in enumerate(LSP_TO_COCO):
        if ok[k]:
            joints[c] = (raw[k, 0], raw[k, 1], KNOWN)
    head = raw[13, :2] if ok[13] else np.array([np.nan, np.nan])
    p = raw[ok, :2]
    size = max(20.0, np.sqrt(np.prod(p.max(0) - p.min(0) + 10)))
    h, w = rgb.shape[:2]
    box = np.concatenate((p.min(0) - 0.06 * size, p.max(0) + 0.06 * size)).clip(0, [w, h, w, h]).astype(np.float32)
    body = torso_angle(joints)
    taught = TEACHERS[TinyPose](rgb, box, lean(joints)) if np.isfinite(body) else None
    if taught is not None:
        known = joints[:, 2] == KNOWN
        far = lambda t: np.linalg.norm(joints[known, :2] - t[known, :2], axis=1) / size
        swap = taught[[0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]]
        straight, crossed = (far(taught) < 0.15).mean(), (far(swap) < 0.15).mean()
        if crossed > 0.8 and straight < 0.45:  # the hand label has left and right swapped
            joints = joints[[0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]]
            straight = crossed
        if straight > 0.6:
            for j in range(5):
                if taught[j, 2] > 0.5:
                    joints[j] = (*taught[j, :2], KNOWN)
                elif taught[j, 2] < 0.2:
                    joints[j, 2] = ABSENT
            for j in range(5, 17):
                if joints[j, 2] == UNKNOWN and taught[j, 2] > 0.6:
                    joints[j] = (*taught[j, :2], KNOWN)
    labels = Labels()
    labels.add(box, joints, head)
    bystanders(rgb, labels)
    return rgb, labels, "test" if held_out(f"lsp{i}") else "train", f"lsp{i + 1:05d}"


def coco(job: Path):
    """One COCO picture with its ground truth; crowds and people without labelled joints inside crowds are ignored."""
    rgb = read(job)
    h, w = rgb.shape[:2]
    folder = job.parent.parent
    wh = np.array([w, h], np.float32)
    labels = Labels()
    square = lambda v: np.concatenate(((v[:2] - v[2:] / 2) * wh, (v[:2] + v[2:] / 2) * wh)).astype(np.float32)
    file = folder / "labels_kpt" / f"{job.stem}.txt"
    for line in file.read_text().splitlines() if file.exists() else []:
        v = np.array(line.split(), np.float32)
        joints = v[5:56].reshape(17, 3).copy()
        joints[:, :2] *= wh
        seen = joints[:, 2] > 0
        joints[:, 2] = np.where(seen, KNOWN, ABSENT if seen.any() else UNKNOWN)
        labels.add(square(v[1:5]), joints)
    file = folder / "labels_box" / f"{job.stem}.txt"
    for line in file.read_text().splitlines() if file.exists() else []:
        v = np.array(line.split(), np.float32)
        box = square(v[1:5])
        if int(v[0]) == 1:
            labels.skip(box)
        elif not len(labels.boxes) or iou(box[None], labels.boxes).max() < 0.8:
            labels.add(box)
    return rgb, labels, "test" if held_out(f"coco{job.stem}", 0.1) else "train", f"coco{job.stem}"


def agreed(rgb: np.ndarray) -> tuple[Labels, float]:
    """Labels on which the public teachers agree, and the mean pose confidence of the least sure person labelled (1 without people)."""
    labels, sure = Labels(), 1.0
    found = [TEACHERS[kind](rgb, 0.2) for kind in (RtmDet, PicoDet, Yolox)]
    boxes, scores = found[0]
    backed = np.zeros(len(boxes), int)
    for other, score in found[1:]:
        if len(other) and len(boxes):
            backed += (iou(boxes, other[score > 0.3]).max(1, initial=0.0) > 0.5).astype(int)
    h, w = rgb.shape[:2]
    for box, score, votes in zip(boxes, scores, backed):
        box = box.clip(0, [w, h, w, h])
        joints = TEACHERS[TinyPose](rgb, box) if score > 0.45 and votes else None
        if joints is not None and (score > 0.6 or votes == 2):
            mean = float(joints[5:, 2].mean())
            labels.add(box, believed(joints) if mean > 0.35 else None)
            sure = min(sure, mean)
        else:
            labels.skip(box)
    for other, _ in found[1:]:
        for box in other:
            if not len(labels.boxes) or iou(box[None], labels.boxes).max() < 0.4:
                labels.skip(box)
    return labels, sure


def street(job: Path):
    """One street picture; a third of its people were never labelled, so the teachers say who is there."""
    rgb, _ = shrink(read(job))
    return rgb, agreed(rgb)[0], "train", f"street{job.stem}"


def turned(labels: Labels, k: int, shape: tuple[int, int]) -> Labels:
    """Labels of np.rot90(picture, -k) brought back to the picture of the given (height, width)."""
    h, w = shape
    back = {1: lambda p: np.stack((p[..., 1], h - p[..., 0]), -1), 3: lambda p: np.stack((w - p[..., 1], p[..., 0]), -1)}[k]
    out = Labels(joints=labels.joints.copy(), lying=labels.lying.copy())
    out.joints[..., :2] = back(labels.joints[..., :2])
    out.heads = back(labels.heads)
    for name in ("boxes", "ignore"):
        b = getattr(labels, name)
        p = back(b.reshape(-1, 2, 2))
        setattr(out, name, np.concatenate((p.min(1), p.max(1)), 1).astype(np.float32).reshape(-1, 4))
    return out


def clip(job: dict):
    """Frames of one training clip: before a fall upright teachers; after it, teachers on the picture turned by a quarter."""
    video = cv2.VideoCapture(str(Path(ARGS.footage) / job["file"]))
    every = {"survnofight": 0.35, "upfall": 1.2, "gmdcsa24": 0.5}.get(job["file"].split("/")[0], 0.7)
    onset = min((f["onset_s"] for f in job["falls"]), default=1e9)
    ground = min((f["ground_s"] for f in job["falls"]), default=1e9)
    laying = "laying" in " ".join(job.get("tags") or []) + (job.get("notes") or "")
    out, due, n = [], 0.0, 0
    while len(out) < 12:
        ok, bgr = video.read()
        if not ok:
            break
        t = n / job["fps"]
        n += 1
        if t < due:
            continue
        due = t + (max(every, 4.0) if t < onset and job["duration_s"] > 15 else every)
        rgb, _ = shrink(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))
        if t < onset - 0.1 and not laying:
            labels, _ = agreed(rgb)
        elif t > ground + 0.3 or laying:
            best, sure = None, 0.5
            for k in (1, 3):
                found, mean = agreed(np.rot90(rgb, -k).copy())
                if len(found.boxes) and mean > sure:
                    best, sure = turned(found, k, rgb.shape[:2]), mean
            if best is None:
                continue
            labels = best
            boxes, _ = TEACHERS[RtmDet](rgb, 0.25)  # upright bystanders
            for box in boxes:
                if iou(box[None], labels.boxes).max() < 0.4:
                    labels.skip(box)
        else:
            continue
        out.append((rgb, labels, "train", f"{job['file']}@{t:.2f}"))
    return out


def cutout(job: tuple[Path, Path]):
    """People of a coco128 picture cut out along their polygons, one crop each; the fourth channel is the mask."""
    path, labelled = job
    polygons = Path(ARGS.coco128) / "instance_segmentation/labels/train2017" / f"{path.stem}.txt"
    if not labelled.exists() or not polygons.exists() or held_out(f"coco{path.stem}", 0.1):
        return []
    _, labels, _, _ = coco(labelled)
    small = read(labelled)
    out = []
    for line in polygons.read_text().splitlines():
        v = line.split()
        if v[0] != "1":  # COCO's own category numbers, person is 1
            continue
        shape = np.array(v[1:], np.float32).reshape(-1, 2) * [small.shape[1], small.shape[0]]
        box = np.concatenate((shape.min(0), shape.max(0))).astype(np.float32)
        if min(box[2:] - box[:2]) < 24 or not len(labels.boxes):
            continue
        match = iou(box[None], labels.boxes)[0]
        if match.max() < 0.8:
            continue
        i = int(match.argmax())
        if (labels.joints[i, :, 2] == KNOWN).sum() < 6:
            continue
        x1, y1 = np.maximum(box[:2] - 3, 0).astype(int)
        x2, y2 = (box[2:] + 4).astype(int)
        mask = np.zeros(small.shape[:2], np.uint8)
        cv2.fillPoly(mask, [shape.round().astype(np.int32)], 255)
        crop = np.dstack((small, mask))[y1:y2, x1:x2].copy()
        one = Labels()
        joints = labels.joints[i].copy()
        joints[:, :2] -= [x1, y1]
        one.add(labels.boxes[i] - [x1, y1, x1, y1], joints)
        out.append((crop, one, "train", f"cutout{path.stem}"))
    return out


def rendered(line: str):
    """One picture of synthetic people. The renderer knows hidden joints too, and who lies whatever the camera sees of the torso."""
    row = json.loads(line)
    rgb, s = shrink(read(Path(ARGS.render) / row["file"]))
    labels = Labels()
    for person in row["people"]:
        box = np.array(person["box"], np.float32) * s
        joints = np.array(person["keypoints"], np.float32).reshape(17, 3)
        joints[:, :2] *= s
        joints[:, 2] = np.where(joints[:, 2] > 0, KNOWN, ABSENT)
        if person["visible"] < 0.25 or max(box[2:] - box[:2]) < 10:
            labels.skip(box)
        else:
            labels.add(box, joints, lying={"lying": 1.0, "upright": 0.0}.get(person["posture"], np.nan))
    return rgb, labels, "test" if held_out(f"render{row['file']}", 0.05) else "train", f"render{row['file']}"


def coded(rgb: np.ndarray, split: str) -> bytes:
    """uint8 [h, w, 3 or 4] as an image file."""
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR if rgb.shape[2] == 3 else cv2.COLOR_RGBA2BGRA)
    return cv2.imencode(*((".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, QUALITY]) if split == "train" else (".png", bgr)))[1].tobytes()


def save(name: str, out: Path, items: list) -> None:
    index, offset = [], 0
    with open(out / f"{name}.bin.part", "wb") as f:
        for rgb, labels, split, key in items:
            data = coded(rgb, split)
            index.append({"shape": rgb.shape, "offset": offset, "length": len(data), "labels": labels, "split": split, "id": key, "source": name})
            f.write(data)
            offset += len(data)
    (out / f"{name}.bin.part").rename(out / f"{name}.bin")
    (out / f"{name}.pkl").write_bytes(pickle.dumps(index))
    print(f"{name}: {len(index)} pictures, {sum(len(i['labels'].boxes) for i in index)} people, {sum(len(i['labels'].ignore) for i in index)} ignored", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("train", "models", "lsp", "coco128", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--footage", help="frames of its `use: train` clips too; the shipped eyes saw none, so that every clip can judge them")
    parser.add_argument("--render", help="folder of pictures that `python -m render.pictures` wrote")
    parser.add_argument("--street", help="LS-chen/Pedestrian-behavior-detection-and-prediction; every third picture is taken")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    joined = Path(args.train) / "coco_joined"
    joints = scipy.io.loadmat(Path(args.lsp) / "joints.mat")["joints"].transpose(2, 0, 1)
    cuts = [(p, joined / "images" / p.name) for p in sorted((Path(args.coco128) / "images/train2017").glob("*.jpg"))]
    parts = {
        "coco": (coco, sorted((joined / "images").glob("*.jpg"))),
        "cutout": (cutout, cuts),
        "lsp": (leeds, list(enumerate(joints))),
    }
    if args.footage:
        clips = json.loads((Path(args.footage) / "manifest.json").read_text())["clips"]
        parts["footage"] = (clip, [c for c in clips if c["use"] == "train"])
    if args.street:
        parts["street"] = (street, sorted((Path(args.street) / "JPEGImages").glob("*.jpg"))[::3])
    if args.render:
        parts["render"] = (rendered, (Path(args.render) / "labels.jsonl").read_text().splitlines())
    with Pool(args.workers, start, (args,)) as pool:
        for name, (work, jobs) in parts.items():
            if (out / f"{name}.pkl").exists():
                continue
            items = []
            for got in pool.imap(work, jobs, chunksize=4):
                items.extend(got if isinstance(got, list) else [got] if got else [])
            save(name, out, items)


if __name__ == "__main__":
    sys.exit(main())
