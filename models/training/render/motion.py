"""Motion of a body: CMU recordings (ASF/AMC) brought onto the rig, and blending between clips.

A motion is `Motion(rotation [frames, bones, 3, 3], root [frames, 3], fps)`: global bone rotations away from the rest pose
of the body and the position of the hips in metres, y up.
"""
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

# ASF bone that drives each bone of the rig.
DRIVER = {"Hips": "root", "LHipJoint": "lhipjoint", "RHipJoint": "rhipjoint", "LowerBack": "lowerback", "Spine": "upperback",
          "Spine1": "thorax", "Neck": "lowerneck", "Neck1": "upperneck", "Head": "head"}
for side, s in (("Left", "l"), ("Right", "r")):
    DRIVER |= {side + "UpLeg": s + "femur", side + "Leg": s + "tibia", side + "Foot": s + "foot", side + "ToeBase": s + "toes",
               side + "Shoulder": s + "clavicle", side + "Arm": s + "humerus", side + "ForeArm": s + "radius",
               side + "Hand": s + "wrist", side + "FingerBase": s + "wrist", side + "HandFinger1": s + "wrist",
               side[0] + "Thumb": s + "wrist"}
# Bones whose rest direction differs between the two rigs and is turned to agree; feet, spine and head share the rest pose.
ALIGNED = [side + b for side in ("Left", "Right") for b in ("UpLeg", "Leg", "Arm", "ForeArm", "Hand")]
FOLLOW = {side + b: side + "Hand" for side in ("Left", "Right") for b in ("FingerBase", "HandFinger1")} | {"LThumb": "LeftHand", "RThumb": "RightHand"}
INCH = 0.0254


@dataclass
class Motion:
    rotation: np.ndarray
    root: np.ndarray
    fps: float

    def __len__(self):
        return len(self.rotation)

    def at(self, t):
        """Pose (rotation [bones, 3, 3], root [3]) at time `t` seconds, interpolated, clamped at the ends."""
        x = np.clip(t * self.fps, 0, len(self) - 1)
        i = min(int(x), len(self) - 2) if len(self) > 1 else 0
        j = min(i + 1, len(self) - 1)
        return blend((self.rotation[i], self.root[i]), (self.rotation[j], self.root[j]), x - i)


def blend(a, b, share):
    """Pose between poses `a` (share 0) and `b` (share 1): rotations along the shortest arc."""
    step = Rotation.from_matrix(a[0]).inv() * Rotation.from_matrix(b[0])
    rotation = (Rotation.from_matrix(a[0]) * Rotation.from_rotvec(step.as_rotvec() * share)).as_matrix()
    return rotation, a[1] * (1 - share) + b[1] * share


def turn(pose, angle, origin=(0, 0, 0), shift=(0, 0, 0)):
    """The pose turned by `angle` radians about the vertical through `origin`, then shifted."""
    spin = Rotation.from_euler("y", angle).as_matrix()
    return spin @ pose[0], spin @ (pose[1] - np.asarray(origin)) + np.asarray(origin) + np.asarray(shift)


def between(source, target):
    """The smallest rotation that takes direction `source` to `target`."""
    a, b = source / np.linalg.norm(source), target / np.linalg.norm(target)
    axis = np.cross(a, b)
    angle = np.arctan2(np.linalg.norm(axis), a @ b)
    return Rotation.from_rotvec(axis / max(np.linalg.norm(axis), 1e-9) * angle)


def read_asf(path):
    """An ASF skeleton: {bone: dict(direction, length m, axis Rotation, dof)} and {bone: parent}."""
    bones, parent, current = {}, {}, None
    section = ""
    for line in Path(path).read_text().splitlines():
        token = line.split()
        if not token:
            continue
        if token[0].startswith(":"):
            section = token[0]
        elif section == ":bonedata":
            if token[0] == "begin":
                current = dict(dof=[])
            elif token[0] == "name":
                bones[token[1]] = current
            elif token[0] == "direction":
                current["direction"] = np.array(token[1:4], float)
            elif token[0] == "length":
                current["length"] = float(token[1]) / 0.45 * INCH
            elif token[0] == "axis":
                current["axis"] = Rotation.from_euler("xyz", [float(x) for x in token[1:4]], degrees=True)
            elif token[0] == "dof":
                current["dof"] = token[1:]
        elif section == ":hierarchy" and token[0] not in ("begin", "end"):
            parent |= {child: token[0] for child in token[1:]}
    return bones, parent


def read_amc(path):
    """An AMC recording: list of {bone: [angles in degrees]}."""
    frames = []
    for line in Path(path).read_text().splitlines():
        token = line.split()
        if len(token) == 1 and token[0].isdigit():
            frames.append({})
        elif frames and token:
            frames[-1][token[0]] = [float(x) for x in token[1:]]
    return frames


def recording(root, subject, take, body, fps=30.0):
    """CMU take (e.g. "02", "02_01") on `body`, at `fps` (recorded at 120 Hz), scaled by leg length and standing on y = 0."""
    folder = Path(root) / "cmu/data/CMU/asfamc/subjects" / subject
    bones, parent = read_asf(folder / f"{subject}.asf")
    frames = read_amc(folder / f"{take}.amc")[:: int(round(120 / fps))]
    align = {}
    for name in ALIGNED:
        child = {"UpLeg": "Leg", "Leg": "Foot", "Arm": "ForeArm", "ForeArm": "Hand"}.get(name.removeprefix("Left").removeprefix("Right"))
        side = "Left" if name.startswith("Left") else "Right"
        rest = (body.joints[body.index(side + child)] if child else body.tails[body.index(side + "FingerBase")]) - body.joints[body.index(name)]
        align[name] = between(rest, bones[DRIVER[name]]["direction"]).as_matrix()
    for name, leader in FOLLOW.items():
        align[name] = align[leader]
    rotation = np.zeros((len(frames), len(body.bones), 3, 3))
    hips = np.zeros((len(frames), 3))
    legs = bones["lfemur"]["length"] + bones["ltibia"]["length"]
    own = np.linalg.norm(body.joints[body.index("LeftLeg")] - body.joints[body.index("LeftUpLeg")]) \
        + np.linalg.norm(body.joints[body.index("LeftFoot")] - body.joints[body.index("LeftLeg")])
    order = ["root"] + list(parent)
    for f, frame in enumerate(frames):
        world = {}
        for bone in order:
            if bone == "root":
                hips[f] = np.array(frame["root"][:3]) / 0.45 * INCH * own / legs
                world[bone] = Rotation.from_euler("xyz", frame["root"][3:], degrees=True)
                continue
            angles = dict(zip(bones[bone]["dof"], frame.get(bone, [])))
            local = Rotation.from_euler("xyz", [angles.get(a, 0) for a in ("rx", "ry", "rz")], degrees=True)
            axis = bones[bone]["axis"]
            world[bone] = world[parent[bone]] * axis * local * axis.inv()
        for b, name in enumerate(body.bones):
            rotation[f, b] = world[DRIVER[name]].as_matrix() @ align.get(name, np.eye(3))
    motion = Motion(rotation, hips, fps)
    soles = np.array([sole(body, motion.rotation[f], motion.root[f]) for f in range(0, len(motion), 3)])
    motion.root[:, 1] -= np.percentile(soles, 20)
    return motion


def sole(body, rotation, root):
    """Height of the lower foot's sole (the lowest of heel and ball), metres."""
    position = body.pose(rotation, root)
    low = []
    for side in ("Left", "Right"):
        b = body.index(side + "Foot")
        ankle = body.joints[b]
        for point in ([ankle[0], 0, ankle[2] - 0.06], [ankle[0], 0, ankle[2] + 0.14]):
            low.append((rotation[b] @ (np.array(point) - ankle) + position[b])[1])
    return min(low)


# Segment of a simulated motion that drives each bone (see `simulated_pose`); every other bone follows its CARRIER.
SEGMENT = {"Hips": "pelvis", "LHipJoint": "pelvis", "RHipJoint": "pelvis", "LowerBack": "abdomen", "Spine": "abdomen", "Spine1": "chest",
           "LeftShoulder": "chest", "RightShoulder": "chest", "Neck": "chest", "Neck1": "head", "Head": "head"}
for side, s in (("Left", "_l"), ("Right", "_r")):
    SEGMENT |= {side + "UpLeg": "thigh" + s, side + "Leg": "shin" + s, side + "Foot": "foot" + s, side + "ToeBase": "foot" + s, side + "Arm": "upper_arm" + s,
                side + "ForeArm": "forearm" + s, side + "Hand": "hand" + s, side + "FingerBase": "hand" + s, side + "HandFinger1": "hand" + s, side[0] + "Thumb": "hand" + s}
TO_OURS = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]])   # x forward, y left, z up -> x left, y up, z forward


def simulated_pose(take, frame, body):
    """One frame of a simulated motion (arrays `names`, `position`, `rotation`: segments with identity = upright, arms hanging) on `body`."""
    names = list(take["names"])
    rotation = np.zeros((len(body.bones), 3, 3))
    down = np.array([0.0, -1.0, 0.0])
    align = {}
    for name in ALIGNED:
        side = "Left" if name.startswith("Left") else "Right"
        child = {"UpLeg": "Leg", "Leg": "Foot", "Arm": "ForeArm", "ForeArm": "Hand"}.get(name.removeprefix(side))
        end = body.joints[body.index(side + child)] if child else body.tails[body.index(side + "FingerBase")]
        align[name] = between(end - body.joints[body.index(name)], down).as_matrix()
    for name, leader in FOLLOW.items():
        align[name] = align[leader]
    for b, name in enumerate(body.bones):
        segment = take["rotation"][frame, names.index(SEGMENT[name])]
        rotation[b] = TO_OURS @ segment @ TO_OURS.T @ align.get(name, np.eye(3))
    return rotation, TO_OURS @ take["position"][frame, names.index("pelvis")]
