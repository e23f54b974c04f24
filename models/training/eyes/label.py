"""What is known of one picture: people, and regions about which nothing is known. All coordinates in pixels of that picture."""

from dataclasses import dataclass, field

import numpy as np

JOINTS = 17
# COCO order: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles; left before right
MIRROR = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15])
SHOULDERS, HIPS = (5, 6), (11, 12)
KNOWN, ABSENT, UNKNOWN = 1.0, 0.0, -1.0  # third value of a joint: place known, known to be out of sight, nobody looked


@dataclass
class Labels:
    boxes: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.float32))  # x1, y1, x2, y2
    joints: np.ndarray = field(default_factory=lambda: np.zeros((0, JOINTS, 3), np.float32))
    heads: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.float32))  # top of the head, NaN where unknown
    lying: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))  # 1 or 0 where the source tells; NaN: the torso's angle decides
    ignore: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.float32))

    def add(self, box, joints=None, head=(np.nan, np.nan), lying=np.nan) -> None:
        if joints is None:
            joints = np.full((JOINTS, 3), UNKNOWN, np.float32)
        self.boxes = np.concatenate((self.boxes, np.asarray(box, np.float32)[None]))
        self.joints = np.concatenate((self.joints, np.asarray(joints, np.float32)[None]))
        self.heads = np.concatenate((self.heads, np.asarray(head, np.float32)[None]))
        self.lying = np.append(self.lying, np.float32(lying))

    def skip(self, box) -> None:
        """Mark a region about which nothing is known."""
        self.ignore = np.concatenate((self.ignore, np.asarray(box, np.float32)[None]))


def affine(points: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Points [..., 2] under the 2x3 matrix m."""
    return points @ m[:, :2].T + m[:, 2]


def ellipse(box: np.ndarray, n: int = 20) -> np.ndarray:
    """n points on the ellipse inscribed in a box."""
    t = np.arange(n) * (2 * np.pi / n)
    c, r = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
    return np.stack((c[0] + r[0] * np.cos(t), c[1] + r[1] * np.sin(t)), 1)


def outline(box: np.ndarray, joints: np.ndarray, head: np.ndarray) -> tuple[np.ndarray, float]:
    """Points that lie on the body and the flesh around them in pixels: their turned hull is the turned body's box.

    The corners of an upright box are not body, so turning them would make every box too large.
    """
    size = float(np.sqrt(max(1.0, (box[2] - box[0]) * (box[3] - box[1]))))
    known = joints[joints[:, 2] == KNOWN, :2]
    low = (joints[13:, 2] == KNOWN).sum() >= 1  # with ankles or knees the joints span the body
    if len(known) >= 9 and low:
        points = known
        if np.isfinite(head).all():
            points = np.concatenate((points, head[None]))
        return points, 0.06 * size
    return ellipse(box), 0.0


def turned_box(box: np.ndarray, joints: np.ndarray, head: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Box of the same body after the similarity transform m (2x3)."""
    scale = float(np.sqrt(abs(np.linalg.det(m[:, :2]))))
    corners = affine(np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]]), m)
    straight = abs(m[0, 1]) < 0.12 * scale and m[0, 0] != 0
    if straight:  # under 7 degrees the given box, which saw the silhouette, is better than joints
        c, r = corners.mean(0), np.array([box[2] - box[0], box[3] - box[1]]) * scale / 2
        return np.concatenate((c - r, c + r)).astype(np.float32)
    points, flesh = outline(box, joints, head)
    p = affine(points, m)
    box = np.concatenate((p.min(0) - flesh * scale, p.max(0) + flesh * scale))
    hull = np.concatenate((corners.min(0), corners.max(0)))
    return np.concatenate((np.maximum(box[:2], hull[:2]), np.minimum(box[2:], hull[2:]))).astype(np.float32)


def torso_angle(joints: np.ndarray) -> float:
    """Angle in degrees between the line from hips to shoulders and straight up, 0 to 180; NaN without torso joints."""
    s = joints[list(SHOULDERS)]
    h = joints[list(HIPS)]
    s, h = s[s[:, 2] == KNOWN, :2], h[h[:, 2] == KNOWN, :2]
    if not len(s) or not len(h):
        return float("nan")
    d = s.mean(0) - h.mean(0)
    if np.hypot(*d) < 1e-3:
        return float("nan")
    return float(np.degrees(np.arctan2(abs(d[0]), -d[1])))


def iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union [N, M] of boxes a [N, 4] and b [M, 4]."""
    inter = overlap(a, b)
    area = lambda x: (x[:, 2] - x[:, 0]).clip(0) * (x[:, 3] - x[:, 1]).clip(0)
    return inter / np.maximum(area(a)[:, None] + area(b)[None] - inter, 1e-6)


def overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Area [N, M] shared by boxes a [N, 4] and b [M, 4]."""
    lo = np.maximum(a[:, None, :2], b[None, :, :2])
    hi = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.prod((hi - lo).clip(0), 2)
