"""Walking along a path: one recorded gait cycle, repeated as fast as the body advances, with stops and turns."""
import numpy as np
from scipy.spatial.transform import Rotation

from .motion import Motion, blend, recording, turn


class Gait:
    """A gait cycle of `body` facing +z: `pose(phase)` relative to the moving ground point; `stride` metres per cycle."""

    def __init__(self, root, body, subject="02", take="02_01", fps=60.0):
        walk = recording(root, subject, take, body, fps)
        thigh = walk.rotation[:, body.index("LeftUpLeg"), 2, 1]
        first, best = 20, None
        for period in range(int(0.8 * fps), int(1.5 * fps)):
            if first + period + 8 >= len(walk):
                break
            gap = np.abs(walk.rotation[first] - walk.rotation[first + period]).sum() + np.abs(walk.rotation[first + 4] - walk.rotation[first + period + 4]).sum()
            if best is None or gap < best[0]:
                best = (gap, period)
        period = best[1]
        travel = walk.root[first + period] - walk.root[first]
        heading = np.arctan2(travel[0], travel[2])
        self.stride = float(np.hypot(travel[0], travel[2]))
        frames = []
        for k in range(period):
            pose = (walk.rotation[first + k], walk.root[first + k] - travel * [1, 0, 1] * k / period)
            after = (walk.rotation[first + period + k], walk.root[first + period + k] - travel * [1, 0, 1] * (k + period) / period) \
                if first + period + k < len(walk) else pose
            share = max(0.0, 1 - k / 10)   # the end of the cycle flows into its beginning
            pose = blend(pose, after, share * 0.999) if share > 0 else pose
            frames.append(turn(pose, -heading))
        self.rotation = np.array([f[0] for f in frames])
        self.root = np.array([f[1] for f in frames])
        self.root -= self.root.mean(0) * [1, 0, 1]
        self.period, self.thigh = period, thigh

    def pose(self, phase):
        x = phase % 1.0 * self.period
        i, j = int(x) % self.period, (int(x) + 1) % self.period
        return blend((self.rotation[i], self.root[i]), (self.rotation[j], self.root[j]), x - int(x))


def smooth(t, start, end):
    x = np.clip((t - start) / (end - start), 0, 1)
    return x * x * (3 - 2 * x)


def follow(gait, stand, path, speeds, fps, seconds, facing=(), gestures=(), phase=0.0):
    """Motion along `path` (points [n, 2] x, z; corners are rounded).

    speeds: (time, m/s) pairs, linear between; facing: (start, end, heading radians) holds that heading while standing;
    gestures: functions (rotation, root, t) -> (rotation, root). `stand` is a standing pose facing +z at x = z = 0.
    """
    path = np.asarray(path, float)
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
    fine = np.arange(0, length[-1], 0.02)
    points = np.c_[np.interp(fine, length, path[:, 0]), np.interp(fine, length, path[:, 1])]
    kernel = np.hanning(61) / np.hanning(61).sum()
    padded = np.r_[points[:1] + (points[0] - points[1]) * np.arange(30, 0, -1)[:, None], points, points[-1:] + (points[-1] - points[-2]) * np.arange(1, 31)[:, None]]
    points = np.c_[np.convolve(padded[:, 0], kernel, "valid"), np.convolve(padded[:, 1], kernel, "valid")]
    s, rotation, root, heading = 0.0, [], [], None
    for f in range(int(seconds * fps)):
        t = f / fps
        v = np.interp(t, [k[0] for k in speeds], [k[1] for k in speeds])
        s = min(s + v / fps, fine[-2])
        phase += v / fps / gait.stride
        here = np.array([np.interp(s, fine, points[:, 0]), np.interp(s, fine, points[:, 1])])
        ahead = np.array([np.interp(s + 0.05, fine, points[:, 0]), np.interp(s + 0.05, fine, points[:, 1])])
        aim = np.arctan2(*(ahead - here)) if np.linalg.norm(ahead - here) > 1e-4 else heading or 0.0
        for start, end, angle in facing:
            hold = smooth(t, start, start + 0.9) * (1 - smooth(t, end - 0.9, end))
            aim = aim + (np.angle(np.exp(1j * (angle - aim)))) * hold
        heading = aim if heading is None else heading + np.clip(np.angle(np.exp(1j * (aim - heading))), -3.2 / fps, 3.2 / fps)
        share = float(np.clip(v / 0.75, 0, 1))
        pose = blend(stand, gait.pose(phase), share * share * (3 - 2 * share))
        for gesture in gestures:
            pose = gesture(*pose, t)
        pose = turn(pose, heading, shift=(here[0], 0, here[1]))
        rotation.append(pose[0])
        root.append(pose[1])
    return Motion(np.array(rotation), np.array(root), fps)


def standing(root, body):
    """A relaxed standing pose facing +z, arms hanging, from a recording."""
    take = recording(root, "02", "02_06", body, 30)
    rotation, hips = take.rotation[2], take.root[2].copy()
    across = hips * 0
    position = body.pose(rotation, hips)
    across = position[body.index("LeftUpLeg")] - position[body.index("RightUpLeg")]
    rotation, hips = turn((rotation, hips), -np.arctan2(-across[2], across[0]))
    feet = body.pose(rotation, hips)
    middle = (feet[body.index("LeftFoot")] + feet[body.index("RightFoot")]) / 2
    return rotation, hips - middle * [1, 0, 1]


def reach(body, start, end, lean=0.55, lift=0.75):
    """Gesture: bends the trunk by `lean` radians and brings both arms forward between `start` and `end` seconds."""
    parents = body.parents
    def order(name):
        return [b for b in range(len(parents)) if name in chain(b)]
    def chain(b):
        names = []
        while b >= 0:
            names.append(body.bones[b])
            b = parents[b]
        return names
    def gesture(rotation, root, t):
        amount = smooth(t, start, start + 1.0) * (1 - smooth(t, end - 1.0, end))
        if amount <= 0:
            return rotation, root
        sway = 0.06 * np.sin(3.1 * (t - start))
        rotation = rotation.copy()
        def bend(name, x, y=0.0, z=0.0):
            spin = Rotation.from_rotvec(np.array([x, y, z]) * amount).as_matrix()
            for b in order(name):
                rotation[b] = spin @ rotation[b]
        for name, share in (("LowerBack", 0.45), ("Spine", 0.35), ("Spine1", 0.2)):
            bend(name, lean * share)
        bend("Neck", -0.1)
        for side, s in (("Left", 1), ("Right", -1)):
            bend(side + "Arm", -(lift + lean * 0.8 + sway * s), 0.0, 0.06 * s)
            bend(side + "ForeArm", -0.35 - sway * s, -0.25 * s)
        return rotation, root + np.array([0, -0.035, -0.07]) * amount
    return gesture
