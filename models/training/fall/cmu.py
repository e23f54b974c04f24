"""CMU motion capture (ASF skeleton, AMC angles, 120 Hz) -> joint angles of our body.

Bone i turns by C_i M_i C_i^-1 against its parent (C from the ASF `axis`, M from the AMC angles, both in XYZ order); in the rest pose all
turns are identity, so our segment frames follow by one change of axes and, for limbs, one turn from hanging to the rest pose's direction.
"""
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from body import INDEX, PARENT, SEGMENTS, base, joints

AXES = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], float)   # CMU: y up, z ahead, x left
RATE = 120
_BONE = {
    "pelvis": "root", "abdomen": "lowerback", "chest": "thorax", "head": "head", "upper_arm": "humerus", "forearm": "radius", "hand": "hand",
    "thigh": "femur", "shin": "tibia", "foot": "foot",
}
_LIMBS = ("upper_arm", "forearm", "hand", "thigh", "shin")


def bone(segment: str) -> str:
    """CMU's name of our segment."""
    plain = _BONE[base(segment)]
    return segment[-1] + plain if segment[-2:] in ("_l", "_r") else plain


def read_asf(path: Path) -> tuple[dict, dict]:
    """Bones (direction, axis matrix, degrees of freedom, length) and parents."""
    bones, parents, current, section = {"root": {"dof": [], "axis": np.eye(3)}}, {}, {}, ""
    for line in path.read_text().splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0].startswith(":"):
            section = words[0]
        elif section == ":bonedata":
            if words[0] == "begin":
                current = {"dof": []}
            elif words[0] == "end":
                bones[current["name"]] = current
            elif words[0] == "name":
                current["name"] = words[1]
            elif words[0] == "direction":
                current["direction"] = np.array(words[1:4], float)
            elif words[0] == "length":
                current["length"] = float(words[1])
            elif words[0] == "axis":
                current["axis"] = Rotation.from_euler("xyz", np.array(words[1:4], float), degrees=True).as_matrix()
            elif words[0] == "dof":
                current["dof"] = words[1:]
        elif section == ":hierarchy" and words[0] not in ("begin", "end"):
            for child in words[1:]:
                parents[child] = words[0]
    return bones, parents


def read_amc(path: Path) -> dict[str, np.ndarray]:
    """Values per bone, [F, its degrees of freedom]; root is x y z in ASF units and three angles."""
    rows: dict[str, list] = {}
    for line in path.read_text().splitlines():
        words = line.split()
        if len(words) > 1 and words[0][0] not in "#:":
            rows.setdefault(words[0], []).append([float(word) for word in words[1:]])
    return {name: np.array(values) for name, values in rows.items()}


def angles(asf: Path, amc: Path, step: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every `step`-th frame: pelvis position in leg lengths [F,3], pelvis rotation [F,3,3], hinge angles in rad [F,J] within our limits."""
    bones, parents = read_asf(asf)
    data = {name: values[::step] for name, values in read_amc(amc).items()}
    frames = len(data["root"])
    turned: dict[str, np.ndarray] = {"root": Rotation.from_euler("xyz", data["root"][:, 3:], degrees=True).as_matrix()}

    def world(name: str) -> np.ndarray:
        if name not in turned:
            part, euler = bones[name], np.zeros((frames, 3))
            for column, dof in enumerate(part["dof"]):
                if name in data:
                    euler[:, "xyz".index(dof[1])] = data[name][:, column]
            local = part["axis"] @ Rotation.from_euler("xyz", euler, degrees=True).as_matrix() @ part["axis"].T
            turned[name] = world(parents[name]) @ local
        return turned[name]

    frame = {}
    for segment in SEGMENTS:
        rest = np.eye(3)
        if base(segment) in _LIMBS:
            _, left, up = AXES @ bones[bone(segment)]["direction"]
            rest = Rotation.from_euler("x", np.arctan2(left, -up)).as_matrix()
        frame[segment] = AXES @ world(bone(segment)) @ AXES.T @ rest

    hinges = []
    for segment in SEGMENTS[1:]:
        mine = [row for row in joints() if row[0].rsplit("_", 1)[0] == segment]
        relative = np.swapaxes(frame[SEGMENTS[PARENT[INDEX[segment]]]], 1, 2) @ frame[segment]
        order = "".join(row[1] for row in mine).upper()
        full = order + "".join(axis for axis in "YXZ" if axis not in order)
        euler = Rotation.from_matrix(relative).as_euler(full)[:, : len(mine)]
        hinges.append(np.clip(np.unwrap(euler, axis=0) if len(mine) == 1 else euler, [row[2] for row in mine], [row[3] for row in mine]))
    leg = bones["lfemur"]["length"] + bones["ltibia"]["length"]
    to_hips = AXES @ (bones["lhipjoint"]["direction"] * bones["lhipjoint"]["length"] + bones["rhipjoint"]["direction"] * bones["rhipjoint"]["length"]) / 2
    return (data["root"][:, :3] @ AXES.T + frame["pelvis"] @ to_hips) / leg, frame["pelvis"], np.concatenate(hinges, 1)
