"""Real clips -> what an eye saw in them: per clip times and rows of 57 numbers in picture heights.

    python clips.py FOOTAGE OUT_FOLDER --eyes ../../spotter-eyes-512x288.onnx [--fps 8] [--longest 4] [--threads 1]
    python clips.py FOOTAGE OUT_FOLDER --eyes FOLDER_OF_PUBLIC_MODELS

Only `use: train` clips are opened. Clips already in OUT_FOLDER are skipped, so a broken run goes on where it stopped.
"""
import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import telemetry  # noqa: F401  (before onnxruntime)
import onnxruntime

from net import ROW
from public import PublicEyes

AFTER_S = 3.0   # of lying that are looked at


class Eyes:
    """Our eyes: `picture` uint8 [1,h,w,3] RGB, aspect kept, padded right and below with grey 114 -> `people` [1,20,57] in input pixels."""

    def __init__(self, path: Path, threads: int = 1):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        _, self.height, self.width, _ = self.session.get_inputs()[0].shape

    def forget(self) -> None:
        """Every picture is seen for itself."""

    def __call__(self, rgb: np.ndarray, least: float = .1) -> np.ndarray:
        """Rows [n,57] in picture heights with a score of at least `least`."""
        high, wide = rgb.shape[:2]
        scale = min(self.width / wide, self.height / high)
        small = cv2.resize(rgb, (round(wide * scale), round(high * scale)), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        picture = np.full((1, self.height, self.width, 3), 114, np.uint8)
        picture[0, : small.shape[0], : small.shape[1]] = small
        rows = self.session.run(None, {"picture": picture})[0][0]
        rows = rows[rows[:, 0] >= least].astype(np.float32)
        rows[:, 2:6] /= scale * high
        rows[:, 6::3] /= scale * high
        rows[:, 7::3] /= scale * high
        limit = np.array([wide / high, 1, wide / high, 1], np.float32)
        rows[:, 2:6] = np.clip(rows[:, 2:6], 0, limit)
        return rows


def pictures(path: Path, fps: float, longest: float):
    """(seconds, RGB) at about `fps`, on the clip's own clock."""
    video = cv2.VideoCapture(str(path))
    rate = video.get(cv2.CAP_PROP_FPS) or 15
    due, number = 0.0, 0
    while True:
        at = number / rate
        stamp = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if not video.grab():
            return
        stamp = video.get(cv2.CAP_PROP_POS_MSEC) / 1000 or stamp
        at = stamp if stamp > 0 else at
        number += 1
        if at > longest:
            return
        if at + .5 / rate >= due:
            due = max(due + 1 / fps, at)
            yield at, cv2.cvtColor(video.retrieve()[1], cv2.COLOR_BGR2RGB)


def watch(eyes, path: Path, out: Path, fps: float, longest: float) -> int:
    """Saves at [F] and rows [n,57] with the frame each belongs to [n]; returns the number of frames."""
    at, rows, frame, aspect = [], [np.zeros((0, ROW), np.float32)], [], 0.0
    eyes.forget()
    for seconds, rgb in pictures(path, fps, longest):
        seen = eyes(rgb)
        frame.extend([len(at)] * len(seen))
        rows.append(seen)
        at.append(seconds)
        aspect = rgb.shape[1] / rgb.shape[0]
    np.savez(out, at=np.array(at), rows=np.concatenate(rows), frame=np.array(frame, int), aspect=aspect)
    return len(at)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("footage", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--eyes", type=Path, required=True, help="an ONNX file of ours, or a folder with public models (see public.py)")
    parser.add_argument("--fps", type=float, default=8)
    parser.add_argument("--longest", type=float, default=4, help="seconds that are looked at of a clip without a fall")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    eyes = PublicEyes(args.eyes) if args.eyes.is_dir() else Eyes(args.eyes, args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    for clip in json.loads((args.footage / "manifest.json").read_text())["clips"]:
        out = args.out / (clip["file"].replace("/", "__") + ".npz")
        if clip["use"] == "train" and not out.exists():
            until = clip["falls"][0]["ground_s"] + AFTER_S if clip["falls"] else args.longest
            print(clip["file"], watch(eyes, args.footage / clip["file"], out, args.fps, until), flush=True)


if __name__ == "__main__":
    main()
