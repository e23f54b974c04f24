"""Write the labels of the held-out pictures as JSON: python -m eyes.heldout --cache CACHE --out labels.json

For judges that are not written in Python (`npm run -s bench -- eyes --labels labels.json`). Pictures themselves are not in it. Places are in
pixels of the picture's own file. Per picture: `key` (held out by its checksum, see prepare.held_out), `source`, `file` (below the Leeds
Sports folder or below coco_joined), `width`, `height`, `ignore` (boxes about which nothing is known) and `people`: `box` x1 y1 x2 y2, `joints` 17 x
(x, y, state) with state 1 place known, 0 out of sight, -1 nobody looked, `head` (top of the head) or null.
"""

import argparse
import json
import pickle
import sys
from pathlib import Path

import numpy as np

from .bystanders import with_bystanders

SOURCES = ("lsp", "coco")


def described(item: dict) -> dict:
    labels = item["labels"]
    number = item["id"].removeprefix(item["source"])
    # prepare.leeds counts from 0 for the checksum and from 1 for the file
    key, file = (f"lsp{int(number) - 1}", f"images/im{number}.jpg") if item["source"] == "lsp" else (item["id"], f"images/{number}.jpg")
    rounded = lambda a: np.asarray(a, float).round(2).tolist()
    people = [
        {"box": rounded(box), "joints": rounded(joints), "head": rounded(head) if np.isfinite(head).all() else None}
        for box, joints, head in zip(labels.boxes, labels.joints, labels.heads)
    ]
    height, width = item["shape"][:2]
    return {"key": key, "source": item["source"], "file": file, "width": width, "height": height, "people": people, "ignore": rounded(labels.ignore)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    pictures = []
    for source in SOURCES:
        items = pickle.loads((Path(args.cache) / f"{source}.pkl").read_bytes())
        pictures += [described(i) for i in with_bystanders([i for i in items if i["split"] == "test"])]
    Path(args.out).write_text(json.dumps({"pictures": pictures}))
    print(f"{len(pictures)} held-out pictures")


if __name__ == "__main__":
    sys.exit(main())
