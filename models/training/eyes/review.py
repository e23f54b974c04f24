"""Look at what counts as a false box: python -m eyes.review --cache CACHE --models SHARED/models --eyes DIR --out FOLDER [--people 3 17 20-24]

Neither source of held-out pictures names everybody in them, so a detector that finds who was overlooked is blamed for it. FOLDER/*.png shows, numbered, what any network
called a person a little below its own threshold and no label knows; FOLDER/boxes.json lists them. Whoever looks gives the numbers of those that are people with
--people: they are added to bystanders.json beside this file, and no network is asked about them any more, neither here nor in `evaluate` and `heldout`.
"""

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np

from .bystanders import FILE, with_bystanders
from .evaluate import ALLOWED, Spotter, false_boxes
from .label import iou
from .scene import Store
from .teachers import PicoDet, Yolox

DEEPER = 1.5  # times the boxes that decide the threshold are shown
TILE, COLUMNS, ROWS = 240, 8, 5


def blamed(model, store: Store, items: list) -> list:
    """The boxes (score, item, box) that decide the model's threshold, and some below."""
    found = []
    for item in items:
        boxes, scores = model(store.picture(item), 0.02)
        found += [(float(scores[k]), item, boxes[k]) for k in np.nonzero(false_boxes(boxes, item["labels"]))[0]]
    return sorted(found, key=lambda f: -f[0])[: int(DEEPER * ALLOWED * len(items))]


def tile(store: Store, item: dict, box: np.ndarray, number: int) -> np.ndarray:
    """The box with as much again around it: BGR uint8 [TILE, TILE, 3], its number in the corner."""
    picture = cv2.cvtColor(store.picture(item)[..., :3], cv2.COLOR_RGB2BGR)
    centre, half = (box[:2] + box[2:]) / 2, max(24.0, float((box[2:] - box[:2]).max()))
    scale = TILE / (2 * half)
    m = np.array([[scale, 0, TILE / 2 - scale * centre[0]], [0, scale, TILE / 2 - scale * centre[1]]])
    out = cv2.warpAffine(picture, m, (TILE, TILE), flags=cv2.INTER_CUBIC)
    (x1, y1), (x2, y2) = (np.round(p * scale + m[:, 2]).astype(int).tolist() for p in (box[:2], box[2:]))
    cv2.rectangle(out, (x1, y1), (x2, y2), (0, 0, 255), 1)
    cv2.putText(out, str(number), (4, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 255, 255), 2)
    return out


def numbers(said: list[str]) -> list[int]:
    """3 17 20-24 as numbers."""
    out = []
    for word in said:
        first, _, last = word.partition("-")
        out += range(int(first), int(last or first) + 1)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("cache", "models", "eyes", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--people", nargs="+", metavar="NUMBER", help="which of FOLDER/boxes.json are people")
    args = parser.parse_args()
    out = Path(args.out)
    if args.people:
        shown = json.loads((out / "boxes.json").read_text())
        people = json.loads(FILE.read_text()) + [shown[k] for k in numbers(args.people)]
        FILE.write_text("[\n" + ",\n".join(f" {json.dumps(p)}" for p in sorted(people, key=lambda p: (p["picture"], p["box"]))) + "\n]\n")
        print(f"{len(people)} people in {FILE}")
        return
    out.mkdir(parents=True, exist_ok=True)
    store = Store(Path(args.cache), "test", ("lsp", "coco"))
    items = with_bystanders(store.items)
    shown: list = []
    for model in (*(Spotter(p) for p in sorted(Path(args.eyes).glob("spotter-eyes-*.onnx"))), PicoDet(Path(args.models)), Yolox(Path(args.models))):
        for _, item, box in blamed(model, store, items):
            same = [b for i, b in shown if i["id"] == item["id"]]
            if not same or iou(box[None], np.array(same)).max() < 0.5:
                shown.append((item, box))
    page = COLUMNS * ROWS
    for first in range(0, len(shown), page):
        tiles = [tile(store, item, box, first + k) for k, (item, box) in enumerate(shown[first : first + page])]
        tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
        cv2.imwrite(str(out / f"{first:03d}.png"), np.vstack([np.hstack(tiles[k : k + COLUMNS]) for k in range(0, len(tiles), COLUMNS)]))
    (out / "boxes.json").write_text(json.dumps([{"picture": item["id"], "box": np.round(box).astype(int).tolist()} for item, box in shown]))
    print(f"{len(shown)} boxes in {out}")


if __name__ == "__main__":
    sys.exit(main())
