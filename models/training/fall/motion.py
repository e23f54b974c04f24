"""A motion: one person's segments over time, with what an observer would call each moment."""
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from body import SEGMENTS, Body, visible_points

FPS = 30.0
FALL, FALLEN, UPRIGHT, LOW = range(4)   # as net.POSTURES
NEVER = float("nan")


@dataclass
class Motion:
    """position [F,16,3] m, rotation [F,16,3,3], posture [F]; onset_s (balance lost) and ground_s (trunk on the ground) are nan without a fall."""

    kind: str
    body: Body
    position: np.ndarray
    rotation: np.ndarray
    posture: np.ndarray
    onset_s: float = NEVER
    ground_s: float = NEVER
    _points: np.ndarray | None = field(default=None, repr=False)

    @property
    def points(self) -> np.ndarray:
        """[F,81,3] keypoints and hull."""
        if self._points is None:
            self._points = visible_points(self.body, self.position, self.rotation).astype(np.float32)
        return self._points

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path, fps=FPS, names=np.array(SEGMENTS), position=self.position.astype(np.float32), rotation=self.rotation.astype(np.float32),
            posture=self.posture.astype(np.int8), kind=self.kind, onset_s=self.onset_s, ground_s=self.ground_s,
            height=self.body.height, mass=self.body.mass, girth=self.body.girth,
        )


def load(path: Path) -> Motion:
    """A saved motion."""
    with np.load(path) as file:
        body = Body(float(file["height"]), float(file["mass"]), float(file["girth"]))
        return Motion(str(file["kind"]), body, file["position"], file["rotation"], file["posture"], float(file["onset_s"]), float(file["ground_s"]))


def tilt(rotation: np.ndarray) -> np.ndarray:
    """Degrees between the chest's own up and the vertical, [F]."""
    return np.degrees(np.arccos(np.clip(rotation[:, 2, 2, 2], -1, 1)))
