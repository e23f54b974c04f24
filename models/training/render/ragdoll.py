"""A rag-doll of a body in MuJoCo: muscles as springs towards a wanted pose, slack after the fall. y is up outside, as everywhere here.

Joint ranges are those of a healthy adult in round figures; the rest pose of the rig (arms out and down) is the zero of every angle.
"""
import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from .motion import Motion

STEP = 0.002
# bone: (parent, Euler order, ranges in degrees for the left side, spring Nm/rad when tense, capsule end bone, radius m)
JOINTS = {
    "LowerBack": ("Hips", "XZY", ((-20, 40), (-20, 20), (-20, 20)), 350, "Spine1", 0.115),
    "Spine1": ("LowerBack", "XZY", ((-15, 30), (-15, 15), (-25, 25)), 350, "Neck", 0.125),
    "Head": ("Spine1", "XZY", ((-40, 45), (-30, 30), (-50, 50)), 40, None, 0.095),
    "LeftUpLeg": ("Hips", "XZY", ((-120, 25), (-15, 45), (-35, 35)), 400, "LeftLeg", 0.072),
    "LeftLeg": ("LeftUpLeg", "X", ((-3, 140),), 350, "LeftFoot", 0.052),
    "LeftFoot": ("LeftLeg", "XZ", ((-25, 45), (-15, 15)), 120, None, 0.035),
    "LeftArm": ("Spine1", "YZX", ((-130, 50), (-75, 110), (-90, 90)), 60, "LeftForeArm", 0.045),
    "LeftForeArm": ("LeftArm", "E", ((-45, 95),), 45, "LeftHand", 0.036),
    "LeftHand": ("LeftForeArm", "XZ", ((-40, 40), (-50, 50)), 6, None, 0.03),
}
for bone, (parent, order, ranges, spring, end, radius) in list(JOINTS.items()):
    if bone.startswith("Left"):
        mirrored = tuple(r if a in "XE" else (-r[1], -r[0]) for a, r in zip(order, ranges))
        JOINTS["Right" + bone[4:]] = (parent.replace("Left", "Right"), order, mirrored, spring, end and end.replace("Left", "Right"), radius)
# bones that the simulation does not move by themselves: (bone, bone whose rotation they take)
CARRIED = {"LHipJoint": "Hips", "RHipJoint": "Hips", "Spine": "LowerBack", "LeftShoulder": "Spine1", "RightShoulder": "Spine1", "Neck": "Spine1",
           "Neck1": "Head", "LeftToeBase": "LeftFoot", "RightToeBase": "RightFoot"}
CARRIED |= {s + b: s + "Hand" for s in ("Left", "Right") for b in ("FingerBase", "HandFinger1")} | {"LThumb": "LeftHand", "RThumb": "RightHand"}


def number(values):
    return " ".join(f"{v:.5f}" for v in np.atleast_1d(values))


class Ragdoll:
    """A simulated body. `pose`, `velocity` set its state; `want` the springs' aim; `step` advances; `read` gives the rig's pose."""

    def __init__(self, body, friction=0.9, extra=""):
        self.body = body
        self.axis = {}
        text = ['<mujoco><compiler angle="degree"/>',
                f'<option timestep="{STEP}" gravity="0 -9.81 0" integrator="implicitfast" cone="elliptic"/>',
                f'<default><geom friction="{friction} 0.02 0.002" density="1000" condim="4" solref="0.01 1"/></default><worldbody>',
                '<geom type="plane" size="30 30 1" quat="0.7071068 -0.7071068 0 0"/>', extra]
        text += self.element("Hips", np.zeros(3))
        text.append("</worldbody>")
        pairs = [(b, p) for b, (p, *_) in JOINTS.items()] + [("LeftUpLeg", "LowerBack"), ("RightUpLeg", "LowerBack"), ("LeftUpLeg", "RightUpLeg"),
                                                            ("LeftArm", "LowerBack"), ("RightArm", "LowerBack"), ("Head", "LowerBack")]
        text.append("<contact>" + "".join(f'<exclude body1="{a}" body2="{b}"/>' for a, b in pairs) + "</contact>")
        text.append("<equality>" + "".join(f'<connect name="{f}" body1="{f}" anchor="0 -0.05 0.1" active="false" solref="0.03 1"/>' for f in ("LeftFoot", "RightFoot"))
                    + "</equality></mujoco>")
        self.model = mujoco.MjModel.from_xml_string("\n".join(text))
        self.data = mujoco.MjData(self.model)
        self.full = self.model.jnt_stiffness.copy()
        self.slow = self.model.dof_damping.copy()

    def joint(self, name):
        return self.body.joints[self.body.index(name)]

    def element(self, name, origin):
        """XML of a bone's body and all that hangs on it."""
        here = self.joint(name)
        out = [f'<body name="{name}" pos="{number(here - origin)}">']
        if name == "Hips":
            out.append('<freejoint name="Hips"/>')
            left, right = self.joint("LeftUpLeg") - here, self.joint("RightUpLeg") - here
            out.append(f'<geom type="capsule" fromto="{number(left * 0.75)} {number(right * 0.75)}" size="0.105"/>')
            out.append(f'<geom type="sphere" pos="{number((self.joint("LowerBack") - here) * 0.6)}" size="0.11"/>')
        else:
            _, order, ranges, spring, end, radius = JOINTS[name]
            for axis, (low, high) in zip(order, ranges):
                vector = np.eye(3)["XYZ".index(axis)] if axis != "E" else self.elbow(name)
                if axis == "E":
                    self.axis[name] = vector
                out.append(f'<joint name="{name}_{axis}" axis="{number(vector)}" range="{low} {high}" limited="true" stiffness="{spring}" '
                           f'damping="{max(0.4, spring * 0.045):.3f}" armature="0.01" solreflimit="0.02 1"/>')
            if end:
                reach = self.joint(end) - here
                short = max(0.0, 1 - radius / np.linalg.norm(reach))
                out.append(f'<geom type="capsule" fromto="{number(reach * 0.08)} {number(reach * short)}" size="{radius}"/>')
            if name == "Spine1":
                left, right = self.joint("LeftArm") - here, self.joint("RightArm") - here
                out.append(f'<geom type="capsule" fromto="{number(left * 0.72)} {number(right * 0.72)}" size="0.085"/>')
            elif name == "Head":
                out.append(f'<geom type="capsule" fromto="0 0.03 0.02 0 0.075 0.015" size="{radius}" density="1150"/>')
                out.append('<geom type="sphere" pos="0 -0.04 -0.01" size="0.06"/>')
            elif name.endswith("Foot"):
                sole = -here[1] + 0.028
                out.append(f'<geom type="capsule" fromto="0 {sole:.4f} -0.05 0.01 {sole:.4f} 0.15" size="0.028"/>')
                out.append(f'<geom type="capsule" fromto="0.02 {sole:.4f} -0.03 -0.02 {sole:.4f} 0.13" size="0.028"/>')
            elif name.endswith("Hand"):
                reach = self.body.tails[self.body.index(name.removesuffix("Hand") + "HandFinger1")] - here
                out.append(f'<geom type="capsule" fromto="{number(reach * 0.2)} {number(reach * 1.15)}" size="{radius}"/>')
        for child, (parent, *_) in JOINTS.items():
            if parent == name:
                out += self.element(child, here)
        return out + ["</body>"]

    def elbow(self, name):
        upper = self.joint(name) - self.joint(name.replace("ForeArm", "Arm"))
        lower = self.joint(name.replace("ForeArm", "Hand")) - self.joint(name)
        axis = np.cross(upper, lower)
        return axis / np.linalg.norm(axis)

    def angles(self, rotation, root):
        """Generalised positions of a rig pose (global rotations, hips)."""
        q = np.zeros(self.model.nq)
        q[:3] = root
        q[3:7] = Rotation.from_matrix(rotation[self.body.index("Hips")]).as_quat()[[3, 0, 1, 2]]
        for name, (parent, order, ranges, *_) in JOINTS.items():
            local = Rotation.from_matrix(rotation[self.body.index(parent)].T @ rotation[self.body.index(name)])
            if order == "E":
                values = [local.as_rotvec() @ self.axis[name]]
            elif order == "X":
                values = [local.as_rotvec()[0]]
            elif order == "XZ":
                values = local.as_euler("XZY")[:2]
            else:
                values = local.as_euler(order)
            for axis, value, (low, high) in zip(order, values, ranges):
                q[self.model.joint(f"{name}_{axis}").qposadr[0]] = np.clip(value, np.radians(low), np.radians(high))
        return q

    def set(self, pose, later=None, gap=1.0):
        """Puts the body into `pose`, moving so that it would be in pose `later` after `gap` seconds."""
        self.data.qpos[:] = self.angles(*pose)
        self.data.qvel[:] = 0
        if later is not None:
            mujoco.mj_differentiatePos(self.model, self.data.qvel, gap, self.data.qpos, self.angles(*later))
        mujoco.mj_forward(self.model, self.data)

    def want(self, angles, tension=1.0, damping=1.0):
        """Aims the springs at generalised positions `angles`, at `tension` times their full strength."""
        self.model.qpos_spring[7:] = angles[7:]
        self.model.jnt_stiffness[:] = self.full * tension
        self.model.dof_damping[:] = self.slow * damping

    def hold(self, foot, held):
        """Catches a foot where it is now (a trip), or frees it."""
        k = self.model.equality(foot).id
        if held and not self.data.eq_active[k]:
            b = self.model.body(foot).id
            anchor = self.model.eq_data[k][:3]
            self.model.eq_data[k][3:6] = self.data.xpos[b] + self.data.xmat[b].reshape(3, 3) @ anchor
        self.data.eq_active[k] = held

    def step(self, seconds):
        for _ in range(int(round(seconds / STEP))):
            mujoco.mj_step(self.model, self.data)

    def read(self):
        """The rig's pose: global rotations [bones, 3, 3] and hips."""
        rotation = np.zeros((len(self.body.bones), 3, 3))
        for b, name in enumerate(self.body.bones):
            rotation[b] = self.data.xmat[self.model.body(CARRIED.get(name, name)).id].reshape(3, 3)
        return rotation, self.data.xpos[self.model.body("Hips").id].copy()


def trip(body, walk, start, fps=30.0, seconds=6.0, foot="RightFoot", rng=None):
    """A walker catches a foot at time `start` of `walk` and falls forward; returns Motion from that moment on.

    Muscles first keep walking, then throw the arms forward, then go slack after the impact.
    """
    doll = Ragdoll(body)
    gap = 1 / 30
    doll.set(walk.at(start), walk.at(start + gap), gap)
    rotation, root = [], []
    rng = rng or np.random.default_rng(0)
    brace = doll.angles(*walk.at(start + 0.25))
    def put(name, axis, degrees):
        brace[doll.model.joint(f"{name}_{axis}").qposadr[0]] = np.radians(degrees)
    for side, s in (("Left", 1), ("Right", -1)):
        put(side + "Arm", "Y", -75 * s)
        put(side + "Arm", "Z", 20 * s)
        put(side + "Arm", "X", 0)
        put(side + "ForeArm", "E", -5)
    put("Head", "X", -20)
    put("LowerBack", "X", 12)
    slack = brace.copy()
    def loosen(name, axis, degrees):
        slack[doll.model.joint(f"{name}_{axis}").qposadr[0]] = np.radians(degrees)
    loosen("LeftUpLeg", "X", -35)
    loosen("LeftLeg", "X", 55)
    loosen("RightUpLeg", "X", -8)
    loosen("RightLeg", "X", 15)
    loosen("LeftForeArm", "E", 50)
    loosen("RightForeArm", "E", 25)
    loosen("Head", "Y", 35)
    loosen("Head", "X", 0)
    impact = None
    for f in range(int(seconds * fps)):
        t = f / fps
        rotation.append(doll.read()[0])
        root.append(doll.read()[1])
        chest = doll.data.xpos[doll.model.body("Spine1").id][1]
        if impact is None and chest < 0.40:
            impact = t
        doll.hold(foot, t < 0.42)
        if impact is None:
            share = np.clip((t - 0.18) / 0.3, 0, 1)
            aim = doll.angles(*walk.at(start + min(t, 0.25))) * (1 - share) + brace * share
            doll.want(aim, tension=1.0 - 0.45 * share)
        else:
            away = np.clip((t - impact) / 0.5, 0, 1)
            doll.want(brace * (1 - away) + slack * away, tension=0.55 * (1 - away) + 0.06, damping=1.3)
        doll.step(1 / fps)
    return Motion(np.array(rotation), np.array(root), fps)


def drop(body, rng, seconds=3.0):
    """A body let fall from a random attitude with slack, randomly bent limbs: the pose it comes to lie in."""
    doll = Ragdoll(body, friction=rng.uniform(0.6, 1.1))
    model, data = doll.model, doll.data
    aim = np.zeros(model.nq)
    bend = rng.uniform(0.15, 0.9)
    for j in range(1, model.njnt):
        low, high = model.jnt_range[j]
        rest = np.clip(0.0, low, high)
        aim[model.jnt_qposadr[j]] = rest + bend * rng.uniform(0.0, 1.0) * ((high if rng.random() < 0.5 else low) - rest)
    if rng.random() < 0.35:   # curled up
        for side in ("Left", "Right"):
            aim[model.joint(side + "UpLeg_X").qposadr[0]] = np.radians(rng.uniform(-110, -60))
            aim[model.joint(side + "Leg_X").qposadr[0]] = np.radians(rng.uniform(60, 120))
    data.qpos[:] = aim
    data.qpos[:3] = [0, rng.uniform(0.6, 1.1), 0]
    tilt = Rotation.from_euler("yxy", [rng.uniform(0, 6.28), rng.choice([-1, 1]) * rng.uniform(1.0, 1.9), rng.uniform(0, 6.28)])
    data.qpos[3:7] = tilt.as_quat()[[3, 0, 1, 2]]
    data.qvel[:] = 0
    data.qvel[0], data.qvel[2] = rng.normal(0, 0.7, 2)
    doll.want(aim, tension=rng.uniform(0.02, 0.18), damping=0.8)
    doll.step(seconds)
    return doll.read()
