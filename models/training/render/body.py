"""A person's body: MakeHuman mesh of a given build with fitted clothes, hair and shoes, and how it follows its bones."""
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import scipy.sparse

from . import assets

# Heights of faces, ears and eyes are read off these body vertices (MakeHuman base mesh hm08).
NOSE, EYE_LEFT_GROUP, EYE_RIGHT_GROUP = 5107, "joint-l-eye", "joint-r-eye"


@dataclass
class Part:
    """One mesh of a person (skin, suit, shoes, hair): rest vertices [n, 3] m, triangles [m, 3], bone weights (sparse, n x bones)."""
    name: str
    rest: np.ndarray
    faces: np.ndarray
    weights: scipy.sparse.csr_matrix


@dataclass
class Body:
    """A build with its parts and rest joints [bones, 3] m."""
    bones: list
    parents: list
    joints: np.ndarray
    tails: np.ndarray
    parts: list = field(default_factory=list)
    height: float = 1.75
    face: dict = field(default_factory=dict)

    def pose(self, rotation, root):
        """Joint positions [bones, 3] for global bone rotations [bones, 3, 3] and the position of the hips [3]."""
        position = np.zeros_like(self.joints)
        for b, parent in enumerate(self.parents):
            position[b] = root if parent < 0 else position[parent] + rotation[parent] @ (self.joints[b] - self.joints[parent])
        return position

    def skin(self, part, rotation, position):
        """Vertices [n, 3] of `part` by linear blend skinning."""
        matrix = np.concatenate([rotation, (position - np.einsum("bij,bj->bi", rotation, self.joints))[:, :, None]], 2)
        blended = (part.weights @ matrix.reshape(len(matrix), 12)).reshape(-1, 3, 4)
        return np.einsum("nij,nj->ni", blended[:, :, :3], part.rest) + blended[:, :, 3]

    def index(self, bone):
        return self.bones.index(bone)

    def keypoints(self, rotation, position):
        """The 17 COCO keypoints [17, 3] in world metres: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles."""
        def joint(name):
            return position[self.index(name)]
        head = self.index("Head")
        face = [rotation[head] @ (self.face[k] - self.joints[head]) + position[head]
                for k in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
        limbs = [joint(side + bone) for bone in ("Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot") for side in ("Left", "Right")]
        return np.array(face + limbs)


def macro(gender, age, muscle, weight, height, proportions, ancestry):
    """(target file, amount) of the macro morphs; muscle, weight in [0, 1] with 0.5 average, height in [-1, 1], ancestry a dict of shares."""
    out = [(f"{race}-{gender}-{age}.target", share) for race, share in ancestry.items()]
    def tri(value, low, mid, high):
        return [(low, max(0, 1 - 2 * value)), (mid, 1 - abs(2 * value - 1)), (high, max(0, 2 * value - 1))]
    for m, a in tri(muscle, "minmuscle", "averagemuscle", "maxmuscle"):
        for w, b in tri(weight, "minweight", "averageweight", "maxweight"):
            if a * b <= 0:
                continue
            out.append((f"universal-{gender}-{age}-{m}-{w}.target", a * b))
            side = "maxheight" if height > 0 else "minheight"
            out.append((f"height/{gender}-{age}-{m}-{w}-{side}.target", a * b * abs(height)))
            out.append((f"proportions/{gender}-{age}-{m}-{w}-idealproportions.target", a * b * proportions))
    return out


def build(root, gender="male", age="young", muscle=0.6, weight=0.5, height=0.0, proportions=0.6,
          ancestry=None, wear=("clothes/male_worksuit01/male_worksuit01", "clothes/shoes01/shoes01", "hair/short02/short02")):
    """Builds a Body with the garments in `wear` (paths under makehuman-assets/base without suffix). Raises FileNotFoundError for a missing asset."""
    root = Path(root)
    data = root / "makehuman/makehuman/data"
    rig = assets.read_rig(str(root))
    vertices, faces = base_mesh(str(root))
    vertices = vertices.copy()
    for name, amount in macro(gender, age, muscle, weight, height, proportions, ancestry or {"caucasian": 1.0}):
        if amount > 1e-3:
            index, offset = assets.read_target(data / "targets/macrodetails" / name)
            vertices[index] += offset * amount
    used = np.unique(faces)
    vertices[:, 1] -= vertices[used, 1].min()
    joints = np.array([vertices[v].mean(0) for v in rig["heads"]])
    tails = np.array([vertices[v].mean(0) for v in rig["tails"]])
    body = Body(rig["names"], rig["parents"], joints, tails, height=float(np.ptp(vertices[used, 1])))
    weights = rig["weights"]
    covered = np.zeros(len(vertices), bool)
    for path in wear:
        garment = assets.read_clothes(root / "makehuman-assets/base" / (path + ".mhclo"))
        covered[garment["hidden"]] = True
        stretch = np.array([abs(vertices[garment["scale"][a][0], i] - vertices[garment["scale"][a][1], i]) / garment["scale"][a][2]
                            if a in garment["scale"] else 1.0 for i, a in enumerate("xyz")])
        rest = (vertices[garment["index"]] * garment["weight"][:, :, None]).sum(1) + garment["offset"] * stretch
        skin = np.clip((weights[garment["index"]] * garment["weight"][:, :, None]).sum(1), 0, None)
        skin /= np.maximum(skin.sum(1, keepdims=True), 1e-6)
        _, triangles = assets.read_obj(garment["obj"])
        kind = path.split("/")[0]
        body.parts.append(Part("shoes" if "shoes" in path else "hair" if kind == "hair" else "suit", rest, triangles,
                               scipy.sparse.csr_matrix(skin)))
    visible = faces[~covered[faces].all(1)]
    body.parts.insert(0, Part("skin", vertices[:13380], visible, scipy.sparse.csr_matrix(weights[:13380])))
    body.face = landmarks(vertices, joints, rig)
    return body


_base = {}


def base_mesh(root):
    """The neutral body: all 19,158 vertices (helpers too) and the triangles of the body alone."""
    if root not in _base:
        _base[root] = assets.read_obj(Path(root) / "makehuman/makehuman/data/3dobjs/base.obj", group="body")
    return _base[root]


def landmarks(vertices, joints, rig):
    """Nose tip, eyes and ears [3] in rest position, read off the shape of the head."""
    head = joints[rig["names"].index("Head")]
    skin = vertices[:13380]
    near = skin[(skin[:, 1] > head[1] - 0.02)]
    nose = near[np.argmax(near[:, 2] - 4 * np.abs(near[:, 0]))]
    band = near[np.abs(near[:, 1] - nose[1] - 0.02) < 0.03]
    ear = np.abs(band[:, 0]).max() - 0.008
    ear_z = band[np.argsort(-np.abs(band[:, 0]))[:12], 2].mean()
    eye = np.array([0.031, nose[1] + 0.035, nose[2] - 0.035])
    return dict(nose=nose, left_eye=eye, right_eye=eye * [-1, 1, 1], left_ear=np.array([ear, nose[1] + 0.015, ear_z]),
                right_ear=np.array([-ear, nose[1] + 0.015, ear_z]))
