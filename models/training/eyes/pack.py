"""Make a prepared cache small enough to travel to a machine with a GPU: python -m eyes.pack CACHE OUT --quality 50 --window 288 --parts 2

Only pictures to learn from are taken. Leeds Sports pictures are cut to a window about their person, whose surroundings beyond that no scene
shows. OUT/1 … OUT/<parts> hold about the same number of bytes each; copied into one folder they are a cache again.
"""

import argparse
import pickle
from pathlib import Path

import cv2
import numpy as np

from .label import ABSENT, KNOWN, Labels
from .scene import SOURCES, Store


def cut(labels: Labels, window: np.ndarray) -> Labels:
    """What is known inside a window (x1, y1, x2, y2) of the picture, in the window's own pixels."""
    shift, size = window[:2], window[2:] - window[:2]
    out = Labels()
    inside = lambda box: np.concatenate(((box[:2] - shift).clip(0, size), (box[2:] - shift).clip(0, size))).astype(np.float32)
    for box, joints, head, lying in zip(labels.boxes, labels.joints, labels.heads, labels.lying):
        left = inside(box)
        share = np.prod(left[2:] - left[:2]) / max(1.0, np.prod(box[2:] - box[:2]))
        moved = joints.copy()
        moved[:, :2] -= shift
        gone = ((moved[:, :2] < 0) | (moved[:, :2] > size)).any(1) & (moved[:, 2] == KNOWN)
        moved[gone, 2] = ABSENT
        if share > 0.6:
            out.add(left, moved, head - shift, lying)
        elif share > 0:
            out.skip(left)
    for box in labels.ignore:
        left = inside(box)
        if (left[2:] > left[:2] + 1).all():
            out.skip(left)
    return out


def about(item: dict, side: int) -> np.ndarray:
    """A window of at most side x side pixels about the first person of a picture, inside the picture."""
    h, w = item["shape"][:2]
    box = item["labels"].boxes[0]
    size = np.minimum([w, h], side)
    corner = ((box[:2] + box[2:] - size) / 2).clip(0, np.array([w, h]) - size).round()
    return np.concatenate((corner, corner + size)).astype(int)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("cache", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--quality", type=int, default=50, help="of WebP")
    parser.add_argument("--window", type=int, default=288, help="pixels")
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--without", nargs="*", default=[], choices=SOURCES)
    args = parser.parse_args()
    kept: list[tuple[dict, bytes]] = []
    for name in SOURCES:
        store = Store(args.cache, "train", (name,)) if name not in args.without else None
        for item in store.items if store else []:
            rgb = store.picture(item)
            if name == "lsp":
                x1, y1, x2, y2 = window = about(item, args.window)
                rgb, item = rgb[y1:y2, x1:x2], item | {"labels": cut(item["labels"], window.astype(np.float32)), "shape": (y2 - y1, x2 - x1, 3)}
            bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR if rgb.shape[2] == 3 else cv2.COLOR_RGBA2BGRA)
            kept.append((item, cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, args.quality])[1].tobytes()))
    share = sum(len(data) for _, data in kept) / args.parts
    part, filled = 1, 0
    files: dict = {}
    for item, data in kept:
        if filled > share * part:
            part += 1
        filled += len(data)
        name = f"{item['source']}-{part}" if args.parts > 1 else item["source"]
        index, body = files.setdefault((part, name), ([], bytearray()))
        index.append(item | {"offset": len(body), "length": len(data)})
        body += data
    for (part, name), (index, body) in files.items():
        folder = args.out / str(part)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.bin").write_bytes(body)
        (folder / f"{name}.pkl").write_bytes(pickle.dumps(index))
        print(f"{folder.name}/{name}: {len(index)} pictures, {len(body) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
