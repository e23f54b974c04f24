"""Our body posed by angles: forward kinematics, and feet (or whatever carries the body) that stay on the ground."""
import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from body import SEGMENTS, Body, joints, mjcf
from cmu import RATE, angles
from motion import FPS

LEG = .491   # hip to ankle, fraction of height
JOINTS = joints()
HINGE = {row[0]: i for i, row in enumerate(JOINTS)}
LOWER, UPPER = np.array([row[2] for row in JOINTS]), np.array([row[3] for row in JOINTS])


class Puppet:
    """A posable body; `extra` and friction as in mjcf."""

    def __init__(self, body: Body, extra: str = "", friction: float = 0.8):
        self.body = body
        self.model = mujoco.MjModel.from_xml_string(mjcf(body, extra, friction))
        self.data = mujoco.MjData(self.model)
        self.first = self.model.body("pelvis").id
        self.ends = [body.capsule(name) for name in SEGMENTS]

    def set(self, at: np.ndarray, turn: np.ndarray, hinges: np.ndarray) -> None:
        """Pelvis position and rotation matrix, hinge angles in rad."""
        self.data.qpos[:3] = at
        self.data.qpos[3:7] = Rotation.from_matrix(turn).as_quat(scalar_first=True)
        self.data.qpos[7:] = np.clip(hinges, LOWER, UPPER)

    def segments(self) -> tuple[np.ndarray, np.ndarray]:
        """Origins [16,3] and frames [16,3,3] as posed or simulated now."""
        mujoco.mj_kinematics(self.model, self.data)
        rows = slice(self.first, self.first + len(SEGMENTS))
        return self.data.xpos[rows].copy(), self.data.xmat[rows].reshape(-1, 3, 3).copy()

    def pose(self, at: np.ndarray, turn: np.ndarray, hinges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Origins and frames over time for [F,3], [F,3,3], [F,J]."""
        frames = []
        for row in zip(at, turn, hinges, strict=True):
            self.set(*row)
            frames.append(self.segments())
        return np.array([f[0] for f in frames]), np.array([f[1] for f in frames])

    def lowest(self, position: np.ndarray, rotation: np.ndarray) -> np.ndarray:
        """Height of the lowest point of each segment, [F,16]."""
        heights = []
        for i, (start, end, radius) in enumerate(self.ends):
            z = [position[:, i, 2] + rotation[:, i, 2] @ place for place in (start, end)]
            heights.append(np.minimum(*z) - radius)
        return np.stack(heights, 1)


def grounded(puppet: Puppet, turn: np.ndarray, hinges: np.ndarray, carriers: list[tuple[str, ...]]) -> np.ndarray:
    """Pelvis path [F,3] so that the body rests on z = 0 and the carriers of each frame do not slide."""
    position, rotation = puppet.pose(np.zeros((len(turn), 3)), turn, hinges)
    at = np.zeros((len(turn), 3))
    at[:, 2] = -puppet.lowest(position, rotation).min(1)
    for k in range(1, len(turn)):
        held = [SEGMENTS.index(name) for name in carriers[k]]
        at[k, :2] = at[k - 1, :2] - (position[k, held, :2] - position[k - 1, held, :2]).mean(0)
    return at


class Captured:
    """CMU clips as (pelvis, rotation, hinges) at FPS; heights so that the 2nd percentile of the lowest point is the ground."""

    def __init__(self, folder):
        self.clips = {}
        for amc in sorted(folder.glob("*/*.amc")):
            self.clips[amc.stem] = angles(amc.parent / f"{amc.parent.name}.asf", amc, int(RATE / FPS))

    def pose(self, puppet: Puppet, name: str, start: int = 0, stop: int | None = None, speed: float = 1.0):
        """Part of a clip on this body: pelvis [F,3], rotation [F,3,3], hinges [F,J]."""
        place, turn, hinges = self.clips[name]
        stop = len(place) if stop is None else stop
        frames = np.clip(np.round(np.arange(start, stop, speed)).astype(int), 0, len(place) - 1)
        at = place[frames] * LEG * puppet.body.height
        position, rotation = puppet.pose(at, turn[frames], hinges[frames])
        at[:, 2] -= np.percentile(puppet.lowest(position, rotation).min(1), 2)
        at[:, :2] -= at[0, :2]
        return at, turn[frames], hinges[frames]
