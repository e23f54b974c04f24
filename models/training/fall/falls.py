"""Simulated falls: a posed person loses balance and MuJoCo does the rest.

Before the onset the body follows recorded or posed motion; at the onset it becomes a rag-doll whose muscles (position servos) hold or seek
a pose with a fading share of their strength, and something upsets it. What is a fall is decided from the result, not from the intention.
"""
import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from body import INDEX, Body
from motion import FALL, FALLEN, FPS, UPRIGHT, Motion, tilt
from puppet import HINGE, JOINTS, LOWER, UPPER, Captured, Puppet, grounded

STIFFNESS = np.array([row[4] for row in JOINTS])
CAUSES = ("trip", "push", "slip", "faint", "chair", "ladder", "stumble", "sideways", "backwards", "reach", "seat")
FEET = ("foot_l", "foot_r")


def posture(**degrees: float) -> np.ndarray:
    """Hinge angles from degrees; a name without side sets both, sideways turns mirrored."""
    out = np.zeros(len(JOINTS))
    for name, value in degrees.items():
        part, axis = name.rsplit("_", 1)
        if f"{part}_{axis}" in HINGE:
            out[HINGE[name]] = np.radians(value)
            continue
        out[HINGE[f"{part}_l_{axis}"]] = np.radians(value)
        out[HINGE[f"{part}_r_{axis}"]] = np.radians(value if axis == "y" else -value)
    return np.clip(out, LOWER, UPPER)


STAND = posture(upper_arm_x=6, forearm_y=-12, thigh_y=-2, shin_y=4, foot_y=-2)
SIT = posture(thigh_y=-85, shin_y=85, upper_arm_y=-25, forearm_y=-55, abdomen_y=8, head_y=10)
SINK = posture(thigh_y=-105, shin_y=115, foot_y=-22, abdomen_y=30, upper_arm_y=-30, forearm_y=-20)
CLIMB = posture(thigh_l_y=-70, shin_l_y=75, upper_arm_y=-130, forearm_y=-40, thigh_r_y=-10, shin_r_y=12)
REACH = posture(upper_arm_y=-140, forearm_y=-15, head_y=-20, foot_y=20)
BRACE = posture(upper_arm_y=-75, upper_arm_x=20, forearm_y=-35, thigh_y=-35, shin_y=45, head_y=-25)
BRACE_BACK = posture(upper_arm_y=40, upper_arm_x=35, forearm_y=-30, thigh_y=-60, shin_y=60, head_y=35, abdomen_y=25)
CURL = posture(thigh_y=-70, shin_y=80, upper_arm_y=-40, forearm_y=-80, abdomen_y=20, head_y=25)
LIMP = posture(thigh_y=-15, shin_y=20, upper_arm_x=12, forearm_y=-20)


def anybody(rng: np.random.Generator) -> Body:
    """A grown person."""
    height = float(np.clip(rng.normal(1.71, .09), 1.48, 1.95))
    girth = float(np.clip(rng.normal(1.05, .13), .85, 1.45))
    return Body(height, 22.5 * height**2 * girth, girth)


def sway(rng: np.random.Generator, hinges: np.ndarray, frames: int, degrees: float = 4) -> np.ndarray:
    """A held pose that is alive: every joint wanders slowly."""
    steps = rng.normal(0, 1, (frames + 30, hinges.shape[-1]))
    kernel = np.hanning(31)
    smooth = np.stack([np.convolve(column, kernel / np.sqrt((kernel**2).sum()), "valid") for column in steps.T], 1)[:frames]
    return np.clip(hinges + np.radians(degrees) * smooth, LOWER, UPPER)


def before(rng: np.random.Generator, puppet: Puppet, captured: Captured, cause: str):
    """What the person does up to the onset: pelvis [F,3], rotation [F,3,3], hinges [F,J]."""
    frames = int(rng.uniform(1.2, 3.5) * FPS)
    if cause in ("trip", "slip", "stumble") or (cause in ("push", "faint", "sideways") and rng.random() < .6):
        name = str(rng.choice(["02_01", "02_02", "02_03", "03_01", "03_02", "03_03", "03_04", "02_01", "02_02", "01_01"]))
        length = len(captured.clips[name][0])
        stop = int(rng.integers(25, length))
        return captured.pose(puppet, name, max(0, stop - frames), stop, rng.uniform(.6, 1.1))
    if cause in ("push", "faint", "sideways", "backwards") and rng.random() < .5:
        name = str(rng.choice(["02_05", "02_06", "02_07", "02_08", "02_09", "02_10"]))
        stop = int(rng.integers(frames, len(captured.clips[name][0])) if frames < len(captured.clips[name][0]) else len(captured.clips[name][0]))
        return captured.pose(puppet, name, max(0, stop - frames), stop)
    if cause == "seat":
        return sitting_down(rng, puppet, frames)
    pose, lift = {"chair": (SIT, 0.0), "ladder": (CLIMB, rng.uniform(.3, 1.6)), "reach": (REACH, rng.uniform(0, .5))}.get(cause, (STAND, 0.0))
    hinges = sway(rng, pose + np.radians(rng.normal(0, 6, len(pose))), frames)
    turn = Rotation.from_euler("y", rng.normal(0, 3, (frames, 1)).cumsum(0) * .05, degrees=True).as_matrix()
    at = grounded(puppet, turn, hinges, [FEET] * frames)
    at[:, 2] += lift
    return at, turn, hinges


def sitting_down(rng: np.random.Generator, puppet: Puppet, frames: int):
    """Standing, then on the way to a seat that is not there, or into a crouch that does not hold. Of 227 falls that cameras saw in care homes, 28 began
    with sitting down (Robinovitch et al., Lancet 2013). Pelvis [F,3], rotation [F,3,3], hinges [F,J]."""
    way = max(6, int(rng.uniform(.5, 1.3) * FPS))
    share = np.concatenate((np.zeros(frames), np.linspace(0, 1, way) ** 2 * rng.uniform(.4, 1)))[:, None]
    low = SIT if rng.random() < .5 else SINK
    hinges = sway(rng, STAND + share * (low - STAND) + np.radians(rng.normal(0, 6, len(STAND))), len(share))
    turn = Rotation.from_euler("y", share * rng.uniform(-10, 30), degrees=True).as_matrix()
    return grounded(puppet, turn, hinges, [FEET] * len(share)), turn, hinges


def furniture(rng: np.random.Generator, cause: str, seat: float) -> str:
    """What stands around: the chair that is sat on, now and then a bench or box to fall against."""
    parts = []
    if cause == "chair":
        parts.append(f'<geom type="box" pos="-.02 0 {seat / 2:.3f}" size=".2 .21 {seat / 2:.3f}" contype="2" conaffinity="1"/>')
    if rng.random() < .12:
        angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(.6, 1.1)
        parts.append(f'<geom type="box" pos="{far * np.cos(angle):.2f} {far * np.sin(angle):.2f} .2" size=".3 .3 {rng.uniform(.15, .45):.2f}" contype="2" conaffinity="1"/>')
    return "".join(parts)


def upset(rng: np.random.Generator, cause: str, facing: np.ndarray):
    """Target pose, strength at the start and after relaxing, time constant s, push on (segment, N, s), brake on a foot s."""
    across = np.array([-facing[1], facing[0], 0])
    side = across * rng.choice([-1, 1])
    any_way = facing * rng.normal() + across * rng.normal()
    strength = rng.uniform(.3, 1)
    if cause == "trip":
        return BRACE if rng.random() < .7 else LIMP, strength, rng.uniform(.02, .3), rng.uniform(.3, 1.5), [("chest", facing * rng.uniform(40, 160), .3)], rng.uniform(.15, .45)
    if cause == "stumble":
        return BRACE, strength, rng.uniform(.05, .4), rng.uniform(.3, 1.5), [("pelvis", (facing + .5 * side) * rng.uniform(100, 250), .3)], rng.uniform(.1, .3)
    if cause == "slip":
        return BRACE_BACK, strength, rng.uniform(.02, .3), rng.uniform(.3, 1.2), [(str(rng.choice(FEET)), (facing + .4 * side) * rng.uniform(150, 350), .25), ("chest", -facing * rng.uniform(80, 220), .25)], 0
    if cause == "faint":
        return LIMP, rng.uniform(.1, .5), rng.uniform(.003, .03), rng.uniform(.1, .6), [("chest", any_way * rng.uniform(10, 60), .4)], 0
    if cause == "chair":
        return (CURL if rng.random() < .5 else LIMP), rng.uniform(.1, .6), rng.uniform(.003, .1), rng.uniform(.2, .8), [("chest", (side + facing * rng.uniform(-.3, 1)) * rng.uniform(80, 200), rng.uniform(.3, .6))], 0
    if cause == "seat":
        return (BRACE_BACK if rng.random() < .6 else CURL if rng.random() < .5 else LIMP), strength, rng.uniform(.02, .3), rng.uniform(.2, 1.0), [("chest", -facing * rng.uniform(20, 200), .4)], 0
    if cause == "ladder":
        return (BRACE_BACK if rng.random() < .6 else LIMP), strength, rng.uniform(.02, .3), rng.uniform(.3, 1.0), [("chest", (-facing + rng.normal(0, .7) * side) * rng.uniform(100, 300), .3)], 0
    if cause == "backwards":
        return (BRACE_BACK if rng.random() < .7 else LIMP), strength, rng.uniform(.02, .4), rng.uniform(.3, 1.5), [("chest", -facing * rng.uniform(120, 350), .3)], 0
    if cause == "sideways":
        return (LIMP if rng.random() < .5 else CURL), strength, rng.uniform(.02, .3), rng.uniform(.3, 1.2), [("chest", side * rng.uniform(150, 400), .3)], 0
    if cause == "reach":
        return LIMP, strength, rng.uniform(.01, .2), rng.uniform(.2, 1.0), [("chest", any_way * rng.uniform(80, 250), .35)], 0
    return (BRACE if rng.random() < .5 else LIMP), strength, rng.uniform(.02, .4), rng.uniform(.3, 1.5), [("chest", any_way * rng.uniform(120, 300), .25)], 0


def moments(position: np.ndarray, rotation: np.ndarray, lowest: np.ndarray, onset: int) -> tuple[int, int] | None:
    """Frames of balance lost and of the trunk on the ground, or None when nobody fell: the trunk must come to rest low and its pelvis or
    chest touch; balance is lost when the chest has tilted by 15 degrees or the pelvis sunk by 7 % since the onset."""
    pelvis, chest = position[:, INDEX["pelvis"], 2], position[:, INDEX["chest"], 2]
    trunk = lowest[:, [INDEX["pelvis"], INDEX["abdomen"], INDEX["chest"]]].min(1)
    down = (trunk < .06) & (np.minimum(pelvis, chest) < .35)
    if not down[-10:].all():
        return None
    ground = int(np.argmax(down[onset:])) + onset
    unsteady = (np.abs(tilt(rotation) - tilt(rotation)[onset]) > 15) | (pelvis < .93 * pelvis[onset])
    lost = int(np.argmax(unsteady[onset:])) + onset
    return (min(lost, ground), ground) if ground - lost < 3 * FPS else None


def fall(rng: np.random.Generator, captured: Captured, cause: str) -> Motion | None:
    """One attempt; None when the person stayed up or the simulation broke."""
    body = anybody(rng)
    at, turn, hinges = before(rng, Puppet(body), captured, cause)
    seat = at[-1, 2] - .06 * body.height * body.girth if cause == "chair" else 0
    slippery = rng.uniform(.1, .3) if cause == "slip" else rng.uniform(.6, 1.1)
    at[:, :2] -= at[-1, :2]
    puppet = Puppet(body, furniture(rng, cause, seat), slippery)
    model, data = puppet.model, puppet.data
    position, rotation = (list(part) for part in puppet.pose(at, turn, hinges))
    onset = len(position)

    puppet.set(at[-1], turn[-1], hinges[-1])
    span = min(3, onset - 1)
    data.qvel[:3] = (at[-1] - at[-1 - span]) / span * FPS
    data.qvel[3:6] = turn[-1].T @ (Rotation.from_matrix(turn[-1] @ turn[-1 - span].T).as_rotvec() / span * FPS)
    data.qvel[6:] = np.clip((hinges[-1] - hinges[-1 - span]) / span * FPS, -8, 8)
    facing = turn[-1][:, 0] * (1, 1, 0)
    facing /= np.linalg.norm(facing) + 1e-6
    target, strong, weak, fade, pushes, brake = upset(rng, cause, facing)
    target = np.clip(target + np.radians(rng.normal(0, 12, len(target))), LOWER, UPPER)
    start = hinges[-1]
    foot = model.body(str(rng.choice(FEET))).id
    restless = rng.random() < .35
    scale = body.mass / 74
    push = scale * rng.uniform(.25, .9)

    steps = round(1 / FPS / model.opt.timestep)
    for frame in range(int(rng.uniform(3.5, 6) * FPS)):
        time = frame / FPS
        tone = (weak + (strong - weak) * np.exp(-time / fade)) * scale
        model.actuator_gainprm[:, 0] = STIFFNESS * tone
        model.actuator_biasprm[:, 1] = -STIFFNESS * tone
        model.actuator_biasprm[:, 2] = -STIFFNESS * tone * .06
        if restless and time > 2 and rng.random() < .04:
            target = np.clip(target + np.radians(rng.normal(0, 20, len(target))), LOWER, UPPER)
        data.ctrl[:] = start + (target - start) * min(1, time / .35)
        data.xfrc_applied[:] = 0
        for segment, force, seconds in pushes:
            if time < seconds:
                data.xfrc_applied[model.body(segment).id, :3] += force * push
        if time < brake:
            data.xfrc_applied[foot, :3] -= np.clip(data.cvel[foot, 3:] * 200, -200, 200)
        for _ in range(steps):
            mujoco.mj_step(model, data)
        if not np.isfinite(data.qpos).all() or np.abs(data.qvel).max() > 80:
            return None
        now = puppet.segments()
        position.append(now[0])
        rotation.append(now[1])
    position, rotation = np.array(position), np.array(rotation)
    found = moments(position, rotation, puppet.lowest(position, rotation), onset)
    if found is None:
        return None
    lost, ground = found
    label = np.full(len(position), UPRIGHT, np.int8)
    label[lost : ground + int(FPS)] = FALL
    label[ground + int(FPS) :] = FALLEN
    return Motion(f"fall-{cause}", body, position, rotation, label, lost / FPS, ground / FPS)
