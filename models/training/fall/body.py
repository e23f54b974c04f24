"""A human of 16 segments: as a MuJoCo rag-doll, and as the points that a camera sees.

A segment's frame is aligned with the world (x ahead, y left, z up, metres) when the person stands with hanging arms; its origin is the
joint towards the pelvis. Proportions: Winter, Biomechanics and Motor Control of Human Movement, fractions of body height and mass.
"""
from dataclasses import dataclass

import numpy as np

SEGMENTS = (
    "pelvis", "abdomen", "chest", "head",
    "upper_arm_l", "forearm_l", "hand_l", "upper_arm_r", "forearm_r", "hand_r",
    "thigh_l", "shin_l", "foot_l", "thigh_r", "shin_r", "foot_r",
)
PARENT = (-1, 0, 1, 2, 2, 4, 5, 2, 7, 8, 0, 10, 11, 0, 13, 14)
INDEX = {name: i for i, name in enumerate(SEGMENTS)}

# origin in the parent's frame, capsule from/to and radius in the own frame (fractions of height), share of mass
_SHAPE = {
    "pelvis": ((0, 0, 0), (0, -.045, .02), (0, .045, .02), .062, .142),
    "abdomen": ((0, 0, .06), (0, -.035, .03), (0, .035, .03), .058, .139),
    "chest": ((0, 0, .07), (0, -.05, .09), (0, .05, .09), .068, .216),
    "head": ((0, 0, .18), (.01, 0, .06), (.01, 0, .105), .05, .081),
    "upper_arm": ((0, .108, .155), (0, 0, 0), (0, 0, -.17), .025, .028),
    "forearm": ((0, 0, -.186), (0, 0, 0), (0, 0, -.14), .021, .016),
    "hand": ((0, 0, -.146), (0, 0, -.02), (0, 0, -.08), .018, .006),
    "thigh": ((0, .052, 0), (0, 0, -.02), (0, 0, -.23), .042, .1),
    "shin": ((0, 0, -.245), (0, 0, 0), (0, 0, -.23), .03, .0465),
    "foot": ((0, 0, -.246), (-.03, 0, -.022), (.09, 0, -.022), .019, .0145),
}
# axis, range in degrees, stiffness in N m/rad of tense muscles; turns about +y bend the trunk forwards and swing legs and arms backwards
_JOINTS = {
    "abdomen": (("y", -25, 50, 350), ("x", -25, 25, 350), ("z", -30, 30, 200)),
    "chest": (("y", -20, 35, 300), ("x", -20, 20, 300), ("z", -30, 30, 200)),
    "head": (("y", -45, 50, 30), ("x", -35, 35, 30), ("z", -65, 65, 20)),
    "upper_arm": (("y", -175, 55, 70), ("x", -25, 150, 70), ("z", -80, 80, 30)),
    "forearm": (("y", -145, 0, 50),),
    "hand": (("y", -60, 60, 8),),
    "thigh": (("y", -125, 25, 300), ("x", -25, 50, 250), ("z", -40, 40, 120)),
    "shin": (("y", 0, 145, 250),),
    "foot": (("y", -25, 45, 140), ("x", -20, 20, 60)),
}
_AXES = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1)}


def base(name: str) -> str:
    """Segment without its side."""
    return name[:-2] if name.endswith(("_l", "_r")) else name


def mirrored(name: str) -> bool:
    """Right-hand limbs: sideways offsets and turns about x and z change sign."""
    return name.endswith("_r")


@dataclass(frozen=True)
class Body:
    """One person: height in m, mass in kg, girth as a factor on all radii."""

    height: float = 1.72
    mass: float = 74.0
    girth: float = 1.0

    def origin(self, name: str) -> np.ndarray:
        """Joint of a segment in its parent's frame, m."""
        at = np.array(_SHAPE[base(name)][0], float) * self.height
        return at * (1, -1, 1) if mirrored(name) else at

    def capsule(self, name: str) -> tuple[np.ndarray, np.ndarray, float]:
        """Ends and radius of a segment's flesh in its own frame, m."""
        _, start, end, radius, _ = _SHAPE[base(name)]
        thick = self.girth if base(name) not in ("head", "hand", "foot") else 1.0
        return np.array(start, float) * self.height, np.array(end, float) * self.height, radius * thick * self.height

    def share(self, name: str) -> float:
        """Mass of a segment, kg."""
        return self.mass * _SHAPE[base(name)][4]


def joints() -> list[tuple[str, str, float, float, float]]:
    """All hinges in the order of the rag-doll's coordinates: name, axis, lower and upper limit in rad, stiffness."""
    rows = []
    for name in SEGMENTS:
        for axis, low, high, stiffness in _JOINTS.get(base(name), ()):
            if mirrored(name) and axis != "y":
                low, high = -high, -low
            rows.append((f"{name}_{axis}", axis, np.radians(low), np.radians(high), float(stiffness)))
    return rows


def mjcf(body: Body, extra: str = "", friction: float = 0.8) -> str:
    """MuJoCo description: free pelvis, hinges with limits, one position servo (muscle) per hinge; `extra` is more world geometry."""
    limits = {row[0]: row for row in joints()}

    def segment(name: str) -> str:
        start, end, radius = body.capsule(name)
        hinges = "".join(
            f'<joint name="{name}_{axis}" type="hinge" axis="{" ".join(map(str, _AXES[axis]))}" limited="true" '
            f'range="{limits[f"{name}_{axis}"][2]:.4f} {limits[f"{name}_{axis}"][3]:.4f}" damping="{max(.4, stiffness * .02):.3f}" armature="0.02" stiffness="{stiffness * .01:.3f}"/>'
            for axis, _, _, stiffness in _JOINTS.get(base(name), ())
        )
        at = " ".join(f"{v:.4f}" for v in (body.origin(name) if name != "pelvis" else (0, 0, body.height * .53)))
        children = "".join(segment(child) for child in SEGMENTS if PARENT[INDEX[child]] == INDEX[name])
        ends = " ".join(f"{v:.4f}" for v in (*start, *end))
        return (
            f'<body name="{name}" pos="{at}">{"<freejoint/>" if name == "pelvis" else hinges}'
            f'<geom name="{name}" type="capsule" fromto="{ends}" size="{radius:.4f}" mass="{body.share(name):.3f}" contype="1" conaffinity="2" friction="{friction} .01 .001"/>{children}</body>'
        )

    muscles = "".join(f'<general name="{name}" joint="{name}" gainprm="{k}" biastype="affine" biasprm="0 -{k} -{k * .06:.3f}"/>' for name, _, _, _, k in joints())
    return (
        '<mujoco><compiler angle="radian" autolimits="true"/><option timestep="0.004" integrator="implicitfast" iterations="8"/>'
        f'<worldbody><geom name="floor" type="plane" size="40 40 1" contype="2" conaffinity="1" friction="{friction} .01 .001"/>{extra}{segment("pelvis")}</worldbody>'
        f"<actuator>{muscles}</actuator></mujoco>"
    )


# COCO keypoints: segment and place in its frame (fractions of height)
_KEYPOINTS = (
    ("head", (.065, 0, .06)), ("head", (.055, .018, .08)), ("head", (.055, -.018, .08)), ("head", (.005, .043, .075)), ("head", (.005, -.043, .075)),
    ("upper_arm_l", (0, .008, 0)), ("upper_arm_r", (0, -.008, 0)), ("forearm_l", (0, 0, 0)), ("forearm_r", (0, 0, 0)), ("hand_l", (0, 0, 0)), ("hand_r", (0, 0, 0)),
    ("thigh_l", (0, .012, 0)), ("thigh_r", (0, -.012, 0)), ("shin_l", (0, 0, 0)), ("shin_r", (0, 0, 0)), ("foot_l", (0, 0, 0)), ("foot_r", (0, 0, 0)),
)


def visible_points(body: Body, position: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """[F,16,3] origins and [F,16,3,3] frames -> [F,17+64,3]: COCO keypoints, then points of the hull that give the box (two ends of each
    capsule, widened by its radius across)."""
    places, owners = [], []
    for name, at in _KEYPOINTS:
        places.append(np.array(at) * body.height)
        owners.append(INDEX[name])
    for name in SEGMENTS:
        start, end, radius = body.capsule(name)
        along = (end - start) / np.linalg.norm(end - start)
        across = np.cross(along, (1, 0, 0) if abs(along[0]) < .9 else (0, 1, 0))
        other = np.cross(along, across)
        for at in (start - along * radius * .7 + across * radius, start - along * radius * .7 - across * radius, end + along * radius * .7 + other * radius, end + along * radius * .7 - other * radius):
            places.append(at)
            owners.append(INDEX[name])
    owners = np.array(owners)
    return position[:, owners] + np.einsum("fpij,pj->fpi", rotation[:, owners], np.array(places))
