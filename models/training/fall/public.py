"""Public models as other eyes: PicoDet finds people, TinyPose finds their joints in a crop turned as the body was last seen."""
import sys
from pathlib import Path

import numpy as np

from net import ROW

sys.path.append(str(Path(__file__).parents[1]))
from eyes.teachers import PicoDet, TinyPose  # noqa: E402

MOST = 6          # people per picture
SURE = .3         # joints of the trunk below this tell no lean
LYING_DEGREES = 55


class PublicEyes:
    """`folder` holds picodet_s_320_ped.onnx and tinypose_256_192.onnx. Remembers leans between pictures: call forget() before another clip."""

    def __init__(self, folder: Path):
        self.detector, self.pose = PicoDet(folder), TinyPose(folder)
        self.forget()

    def forget(self) -> None:
        self.before: list[tuple[np.ndarray, float]] = []

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        """Rows [n,57] in picture heights; the lying cue is a smooth step of the trunk's lean."""
        high, wide = rgb.shape[:2]
        boxes, scores = self.detector(rgb, .2)
        rows, now = [np.zeros((0, ROW), np.float32)], []
        for i in np.argsort(-scores)[:MOST]:
            box = np.clip(boxes[i], 0, [wide, high, wide, high])
            if (box[2:] - box[:2]).min() < 8:
                continue
            reach = (box[2:] - box[:2]).max()
            lean = next((lean for old, lean in self.before if np.abs(old[:2] + old[2:] - box[:2] - box[2:]).max() < reach), 0.0)
            joints = self.pose(rgb, box, lean)
            if joints[[5, 6, 11, 12], 2].min() > SURE:
                trunk = joints[[11, 12], :2].mean(0) - joints[[5, 6], :2].mean(0)
                lean = float(np.degrees(np.arctan2(-trunk[0], trunk[1])))
            now.append((box, lean))
            cue = 1 / (1 + np.exp((LYING_DEGREES - abs(lean)) / 10))
            joints = joints / (high, high, 1)
            joints[:, 2] = np.clip(joints[:, 2], 0, 1)
            rows.append(np.concatenate([[scores[i], cue], box / high, joints.ravel()])[None].astype(np.float32))
        self.before = now
        return np.concatenate(rows)
