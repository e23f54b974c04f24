"""Public person and pose models as teachers and as the bar. They label pictures; nothing of them is copied into the network."""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

from .label import KNOWN, UNKNOWN, iou

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


def session(path: Path, threads: int = 1) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def nms(boxes: np.ndarray, scores: np.ndarray, limit: float = 0.6) -> np.ndarray:
    """Indices kept, best first."""
    order, keep = np.argsort(-scores), []
    while len(order):
        i, order = order[0], order[1:]
        keep.append(i)
        if len(order):
            order = order[iou(boxes[i : i + 1], boxes[order])[0] < limit]
    return np.array(keep, int)


def letterbox(picture: np.ndarray, width: int, height: int) -> tuple[np.ndarray, float]:
    """Scale with the aspect kept, pad right and bottom with grey 114; returns the picture and the scale."""
    h, w = picture.shape[:2]
    scale = min(width / w, height / h)
    small = cv2.resize(picture, (max(1, round(w * scale)), max(1, round(h * scale))), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    out = np.full((height, width, 3), 114, np.uint8)
    out[: small.shape[0], : small.shape[1]] = small
    return out, scale


class PicoDet:
    name = "PicoDet-320"

    def __init__(self, folder: Path):
        self.net = session(folder / "picodet_s_320_ped.onnx")

    def __call__(self, rgb: np.ndarray, floor: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
        """Boxes [N, 4] in pixels of rgb and scores [N] above floor, after NMS."""
        h, w = rgb.shape[:2]
        x = (cv2.resize(rgb, (320, 320)).astype(np.float32) / 255 - MEAN) / STD
        boxes, scores = self.net.run(None, {"image": x.transpose(2, 0, 1)[None]})
        boxes, scores = boxes[0] * np.array([w, h, w, h], np.float32) / 320, scores[0, 0]
        ok = scores > floor
        boxes, scores = boxes[ok], scores[ok]
        keep = nms(boxes, scores)
        return boxes[keep], scores[keep]


class Yolox:
    name = "YOLOX-nano"

    def __init__(self, folder: Path):
        self.net = session(folder / "yolox_nano_416_dpp.onnx")
        cells = [np.stack(np.meshgrid(np.arange(416 // s), np.arange(416 // s)), 2).reshape(-1, 2) for s in (8, 16, 32)]
        self.grid = np.concatenate(cells).astype(np.float32)
        self.step = np.concatenate([np.full((len(c), 1), s, np.float32) for c, s in zip(cells, (8, 16, 32))])

    def __call__(self, rgb: np.ndarray, floor: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
        x, scale = letterbox(rgb[..., ::-1], 416, 416)
        y = self.net.run(None, {"images": x.transpose(2, 0, 1)[None].astype(np.float32)})[0][0]
        scores = y[:, 4] * y[:, 5]
        ok = scores > floor
        c, s = (y[ok, :2] + self.grid[ok]) * self.step[ok], np.exp(y[ok, 2:4]) * self.step[ok]
        boxes, scores = np.concatenate((c - s / 2, c + s / 2), 1) / scale, scores[ok]
        keep = nms(boxes, scores)
        return boxes[keep], scores[keep]


class RtmDet:
    name = "RTMDet-nano"

    def __init__(self, folder: Path):
        self.net = session(folder / "rtmdet_nano_person.onnx")

    def __call__(self, rgb: np.ndarray, floor: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
        x, scale = letterbox(rgb[..., ::-1], 640, 640)
        x = (x.astype(np.float32) - np.array([103.53, 116.28, 123.675], np.float32)) / np.array([57.375, 57.12, 58.395], np.float32)
        out = self.net.run(None, {"input": x.transpose(2, 0, 1)[None]})
        boxes, scores = [], []
        for cls, reg in zip(out[:3], out[3:]):
            n = cls.shape[2]
            step = 640 / n
            score = 1 / (1 + np.exp(-cls[0, 0]))
            r, c = np.nonzero(score > floor)
            d = reg[0][:, r, c].T
            p = np.stack((c, r), 1) * step
            boxes.append(np.concatenate((p - d[:, :2], p + d[:, 2:]), 1))
            scores.append(score[r, c])
        boxes, scores = np.concatenate(boxes) / scale, np.concatenate(scores)
        keep = nms(boxes, scores)
        return boxes[keep].astype(np.float32), scores[keep]


class TinyPose:
    def __init__(self, folder: Path):
        self.net = session(folder / "tinypose_256_192.onnx")

    def __call__(self, rgb: np.ndarray, box: np.ndarray, turn: float = 0.0) -> np.ndarray:
        """Joints [17, 3] (x, y, confidence) in pixels of rgb. `turn` degrees: how far the body leans clockwise from upright."""
        c = (box[:2] + box[2:]) / 2
        w, h = (box[2:] - box[:2]) * 1.2
        if turn:
            w = h = max(w, h)
        h = max(h, w * 4 / 3)
        scale = 256 / h
        m = cv2.getRotationMatrix2D((float(c[0]), float(c[1])), turn, scale)
        m[:, 2] += np.array([96, 128]) - c
        crop = cv2.warpAffine(rgb, m, (192, 256), flags=cv2.INTER_LINEAR, borderValue=(114, 114, 114))
        x = (crop.astype(np.float32) / 255 - MEAN) / STD
        maps = self.net.run(None, {"image": x.transpose(2, 0, 1)[None]})[0][0]
        flat = maps.reshape(17, -1)
        at, conf = flat.argmax(1), flat.max(1)
        y, x = at // 48, at % 48
        p = np.stack((x, y), 1).astype(np.float32)
        for j in range(17):  # quarter-cell shift towards the higher neighbour, as in simple-baseline decoding
            if 0 < x[j] < 47 and 0 < y[j] < 63:
                p[j] += 0.25 * np.sign([maps[j, y[j], x[j] + 1] - maps[j, y[j], x[j] - 1], maps[j, y[j] + 1, x[j]] - maps[j, y[j] - 1, x[j]]])
        p = (p + 0.5) * 4
        back = cv2.invertAffineTransform(m)
        return np.concatenate((p @ back[:, :2].T + back[:, 2], conf[:, None]), 1).astype(np.float32)


def believed(joints: np.ndarray, floor: float = 0.4) -> np.ndarray:
    """A teacher's joints as labels: confident ones are known, the rest unknown."""
    out = joints.copy()
    out[:, 2] = np.where(joints[:, 2] > floor, KNOWN, UNKNOWN)
    return out
