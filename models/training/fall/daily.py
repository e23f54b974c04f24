"""Daily motion that is no fall: posed key frames of the activities that fall detectors mistake for one, and CMU clips.

A key frame is a pose (hinges and the turn of the pelvis), the time to get there and the segments that carry the body meanwhile.
"""
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from body import INDEX
from falls import CLIMB, FEET, REACH, SIT, STAND, anybody, posture, sway
from motion import FALLEN, FPS, LOW, UPRIGHT, Motion, tilt
from puppet import LOWER, UPPER, Captured, Puppet, grounded


@dataclass
class Key:
    """pitch about +y (90 = face down), roll about +x of the pelvis in degrees; seconds to reach the pose; what the observer calls it."""

    seconds: float
    hinges: np.ndarray
    pitch: float = 0
    roll: float = 0
    carriers: tuple[str, ...] = FEET
    name: int = UPRIGHT


def stand(seconds=1.0, **more):
    return Key(seconds, STAND + posture(**more) if more else STAND)


BEND = posture(thigh_y=-75, shin_y=15, abdomen_y=40, chest_y=20, upper_arm_y=-60, foot_y=0)
SQUAT = posture(thigh_y=-115, shin_y=130, foot_y=-25, abdomen_y=25, upper_arm_y=-70, forearm_y=-20)
CROUCH = posture(thigh_y=-100, shin_y=100, foot_y=-20, abdomen_y=35, upper_arm_y=-40, forearm_y=-50)
KNEEL = posture(thigh_y=-5, shin_y=88, foot_y=40, upper_arm_y=-35, forearm_y=-60, abdomen_y=10)
HEELS = posture(thigh_y=-60, shin_y=140, foot_y=45, upper_arm_y=-40, forearm_y=-60, abdomen_y=20)
HALF_KNEEL = posture(thigh_l_y=-90, shin_l_y=90, thigh_r_y=-5, shin_r_y=90, foot_r_y=40, abdomen_y=25, upper_arm_y=-50, forearm_y=-40)
FOURS = posture(thigh_y=-90, shin_y=90, foot_y=40, upper_arm_y=-90, forearm_y=-5, head_y=-30)
PLANK = posture(upper_arm_y=-85, forearm_y=-5, thigh_y=0, head_y=-25, foot_y=-15)
DIP = posture(upper_arm_y=-20, upper_arm_x=30, forearm_y=-100, thigh_y=0, head_y=-30, foot_y=-15)
FLOOR_SIT = posture(thigh_y=-90, shin_y=30, upper_arm_y=20, forearm_y=-5)
CROSS_SIT = posture(thigh_y=-100, thigh_x=40, shin_y=120, upper_arm_y=-25, forearm_y=-50, abdomen_y=25)
SIT_UP = posture(thigh_y=-90, shin_y=90, upper_arm_y=-120, forearm_y=-120, abdomen_y=40, chest_y=25)
SUPINE_BENT = posture(thigh_y=-55, shin_y=90, upper_arm_y=-120, forearm_y=-120)
SUPINE = posture(thigh_y=-3, shin_y=5, upper_arm_x=20, forearm_y=-15)
PRONE = posture(upper_arm_y=-100, upper_arm_x=60, forearm_y=-80, head_z=50, foot_y=40)
SIDE = posture(thigh_y=-60, shin_y=75, upper_arm_y=-70, forearm_y=-90, head_x=10)
KNEES = ("shin_l", "shin_r")
HANDS = ("hand_l", "hand_r")
BUTTOCKS = ("pelvis",)
DELIBERATE_S = 2.2   # from standing to lying


def pace(rng, seconds):
    """Seconds of one movement, people differ."""
    return float(seconds * rng.uniform(.45, 1.7))


def hold(rng, key: Key, low=.5, high=3.0) -> Key:
    """The same pose again: staying there."""
    return Key(float(rng.uniform(low, high)), key.hinges, key.pitch, key.roll, key.carriers, key.name)


def lying(rng) -> Key:
    """Some way to lie."""
    pose, pitch, roll = [(SUPINE, -90, 0), (PRONE, 90, 0), (SIDE, 0, 90), (SIDE, 0, -90), (SUPINE_BENT, -90, 0)][rng.integers(5)]
    return Key(pace(rng, 1.6), pose, pitch, roll, ("chest",), LOW)


def to_floor(rng) -> list[Key]:
    """Standing to sitting or kneeling on the floor, hands first."""
    if rng.random() < .5:
        return [Key(pace(rng, .9), SQUAT, 20, 0, FEET, LOW), Key(pace(rng, .9), FLOOR_SIT, -10, 0, BUTTOCKS, LOW)]
    return [Key(pace(rng, .8), HALF_KNEEL, 10, 0, FEET, LOW), Key(pace(rng, .6), KNEEL, 0, 0, KNEES, LOW), Key(pace(rng, .8), FOURS, 88, 0, KNEES, LOW)]


def unhurried(keys: list[Key]) -> list[Key]:
    """The same in no less than DELIBERATE_S: who is on the floor sooner has let himself fall."""
    longer = max(1.0, DELIBERATE_S / sum(key.seconds for key in keys))
    return [replace(key, seconds=key.seconds * longer) for key in keys]


def work(rng, key: Key, times: int) -> list[Key]:
    """Busy hands in a held pose."""
    out = []
    for _ in range(times):
        out.append(Key(pace(rng, .7), key.hinges + posture(upper_arm_y=rng.uniform(-40, 20), forearm_y=rng.uniform(-50, 0), abdomen_y=rng.uniform(0, 15)), key.pitch, key.roll, key.carriers, key.name))
    return out


def activity(rng: np.random.Generator, kind: str) -> list[Key]:
    """Key frames of one activity."""
    times = int(rng.integers(1, 5))
    if kind == "stand":
        return work(rng, stand(), times + 3)
    if kind == "sit":
        down = Key(pace(rng, 1.2), SIT, -5, 0, FEET)
        forward = Key(pace(rng, .7), SIT + posture(abdomen_y=30, chest_y=15), 25, 0, FEET)
        return [forward, down, *work(rng, down, times), forward, stand(pace(rng, .9))]
    if kind == "bend":
        down = Key(pace(rng, .8), BEND, 25, 0, FEET, LOW)
        return [k for _ in range(times) for k in (down, hold(rng, down, .1, 1.5), stand(pace(rng, .8)), hold(rng, stand(), .1, 1))]
    if kind == "squat":
        down = Key(pace(rng, .8), SQUAT if rng.random() < .6 else CROUCH, 15, 0, FEET, LOW)
        return [k for _ in range(times) for k in (down, hold(rng, down, .1, 2), stand(pace(rng, .8)))]
    if kind == "crouch_work":
        down = Key(pace(rng, .7), CROUCH, 20, 0, FEET, LOW)
        return [down, *work(rng, down, times + 2), stand(pace(rng, .9))]
    if kind == "kneel":
        one, two = Key(pace(rng, .8), HALF_KNEEL, 10, 0, FEET, LOW), Key(pace(rng, .7), KNEEL if rng.random() < .6 else HEELS, 5, 0, KNEES, LOW)
        return [one, two, *work(rng, two, times + 1), one, stand(pace(rng, .9))]
    if kind == "tie_shoes":
        down = Key(pace(rng, .9), (HALF_KNEEL if rng.random() < .6 else BEND) + posture(abdomen_y=20, chest_y=20, upper_arm_y=-20), 30, 0, FEET, LOW)
        return [down, *work(rng, down, times + 1), stand(pace(rng, .9))]
    if kind == "push_up":
        up, down = Key(pace(rng, .6), PLANK, 68, 0, (*FEET, *HANDS), LOW), Key(pace(rng, .6), DIP, 85, 0, (*FEET, *HANDS), LOW)
        start = [Key(pace(rng, .8), SQUAT, 40, 0, FEET, LOW), Key(pace(rng, .7), FOURS, 88, 0, (*HANDS, *KNEES), LOW)]
        return [*start, *([up, down] * (times + 1)), up, *reversed(start), stand(pace(rng, .8))]
    if kind == "sit_up":
        up, down = Key(pace(rng, .8), SIT_UP, -20, 0, BUTTOCKS, LOW), Key(pace(rng, .8), SUPINE_BENT, -90, 0, BUTTOCKS, LOW)
        return [*to_floor(rng)[:1], Key(pace(rng, .8), FLOOR_SIT, -10, 0, BUTTOCKS, LOW), *([up, down] * (times + 2))]
    if kind == "lie_down":
        bed = lying(rng)
        return [*unhurried([*to_floor(rng), bed]), hold(rng, bed, 2, 6)]
    if kind == "get_up":
        bed = lying(rng)
        bed.name = FALLEN
        way = list(reversed(to_floor(rng)))
        return [Key(.1, bed.hinges, bed.pitch, bed.roll, bed.carriers, FALLEN), hold(rng, bed, 1, 4), *way, stand(pace(rng, 1)), hold(rng, stand())]
    if kind == "floor_sit":
        seat = Key(pace(rng, .9), CROSS_SIT if rng.random() < .5 else FLOOR_SIT, -8, 0, BUTTOCKS, LOW)
        return [*to_floor(rng)[:1], seat, *work(rng, seat, times + 1), Key(pace(rng, .9), SQUAT, 20, 0, FEET, LOW), stand(pace(rng, .9))]
    if kind == "crawl":
        turns = []
        for step in range(2 * times + 4):
            side = 1 if step % 2 else -1
            pose = FOURS + posture(thigh_l_y=side * 18, thigh_r_y=-side * 18, upper_arm_l_y=-side * 20, upper_arm_r_y=side * 20)
            turns.append(Key(pace(rng, .45), pose, 88, 0, ("shin_l", "hand_r") if side < 0 else ("shin_r", "hand_l"), LOW))
        return [*to_floor(rng)[:1], Key(pace(rng, .8), FOURS, 88, 0, KNEES, LOW), *turns]
    if kind == "reach":
        up = Key(pace(rng, .8), REACH, 0, 0, FEET)
        return [k for _ in range(times) for k in (up, hold(rng, up, .2, 1.5), stand(pace(rng, .8)))]
    if kind == "jacks":
        wide = Key(pace(rng, .3), posture(upper_arm_x=140, thigh_x=25), 0, 0, FEET)
        return [wide, stand(pace(rng, .3))] * (times + 2)
    if kind == "climb":
        other = CLIMB[:]
        return [Key(pace(rng, .8), other, 0, 0, ("foot_l",)), stand(pace(rng, .8)), Key(pace(rng, .8), CLIMB, 0, 0, ("foot_l",)), stand(pace(rng, .8))] * times
    raise ValueError(kind)


KINDS = ("stand", "sit", "bend", "squat", "crouch_work", "kneel", "tie_shoes", "push_up", "sit_up", "lie_down", "get_up", "floor_sit", "crawl", "reach", "jacks", "climb")


def ease(frames: int) -> np.ndarray:
    """Minimum-jerk course from 0 to 1 (Flash and Hogan 1985)."""
    t = (np.arange(frames) + 1) / frames
    return t**3 * (10 - 15 * t + 6 * t**2)


def perform(rng: np.random.Generator, kind: str) -> Motion:
    """One activity by someone."""
    puppet = Puppet(anybody(rng))
    habit = np.radians(rng.normal(0, 7, len(LOWER)))
    keys = [stand(.1), hold(rng, stand(), .3, 1.5), *activity(rng, kind)] if kind != "get_up" else activity(rng, kind)
    for _ in range(40):
        if sum(key.seconds for key in keys) >= 5:
            break
        keys.append(hold(rng, keys[-1], .5, 2))
    hinges, tilts, carriers, labels = [keys[0].hinges + habit], [np.array([keys[0].pitch, keys[0].roll], float)], [keys[0].carriers], [keys[0].name]
    for key in keys:
        frames = max(2, round(key.seconds * FPS))
        share, start, before, was = ease(frames)[:, None], hinges[-1], tilts[-1], labels[-1]
        goal = key.hinges + habit + np.radians(rng.normal(0, 4, len(LOWER)))
        hinges.extend(start + (goal - start) * share)
        tilts.extend(before + (np.array([key.pitch, key.roll]) - before) * share)
        carriers.extend([key.carriers] * frames)
        switch = .3 if key.name == LOW else .7     # on the way down it is low early, on the way up late
        labels.extend([was if part < switch else key.name for part in share[:, 0]])
    hinges = sway(rng, np.array(hinges), len(hinges), rng.uniform(1, 4))
    pitch_roll = np.array(tilts)
    turn = Rotation.from_euler("YX", np.stack([pitch_roll[:, 0], pitch_roll[:, 1]], 1), degrees=True).as_matrix()
    at = grounded(puppet, turn, np.clip(hinges, LOWER, UPPER), carriers)
    position, rotation = puppet.pose(at, turn, hinges)
    label = np.array(labels, np.int8)
    if kind == "lie_down":   # seen from here on only as someone who lies there
        label[settled(position) :] = FALLEN
    return Motion(f"daily-{kind}", puppet.body, position, rotation, label)


def settled(position: np.ndarray) -> int:
    """Two seconds after the last time that the pelvis or chest was higher than a lying body's."""
    high = position[:, [INDEX["pelvis"], INDEX["chest"]], 2].max(1) > position[-1, [INDEX["pelvis"], INDEX["chest"]], 2].max() + .08
    return min(int(len(high) - np.argmax(high[::-1]) + 2 * FPS), len(high)) if high.any() else 0


def recorded(rng: np.random.Generator, captured: Captured, name: str, start: int, stop: int) -> Motion:
    """Part of a CMU clip by someone; low while the trunk is bent by more than 55 degrees."""
    puppet = Puppet(anybody(rng))
    at, turn, hinges = captured.pose(puppet, name, start, stop, rng.uniform(.75, 1.3))
    position, rotation = puppet.pose(at, turn, hinges)
    label = np.where(tilt(rotation) > 55, LOW, UPRIGHT).astype(np.int8)
    return Motion(f"cmu-{name}", puppet.body, position, rotation, label)
