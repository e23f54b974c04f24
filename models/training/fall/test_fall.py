"""The data of the fall scorer: bodies hang together, falls fall, cameras see up as up, windows keep their contract."""
import numpy as np
import pytest
import torch

import observe
from body import INDEX, PARENT, SEGMENTS, Body, visible_points
from camera import look
from clips import Eyes
from daily import DELIBERATE_S, KINDS, activity, perform
from falls import CAUSES, fall
from motion import FALL, FALLEN, FPS, LOW, UPRIGHT, load
from net import ROW, SLOTS, FallScorer
from puppet import Puppet
from tracks import Track, fallers, follow, postures, window
from train import Real


class Standing:
    """In place of CMU clips: somebody who stands."""

    def __init__(self):
        self.clips = {name: (np.zeros((300, 3)),) for name in ("02_01", "02_02", "02_03", "03_01", "03_02", "03_03", "03_04", "01_01", *(f"02_{k:02d}" for k in range(5, 11)))}

    def pose(self, puppet, name, start=0, stop=None, speed=1.0):
        from falls import STAND
        from puppet import grounded
        frames = 40
        turn, hinges = np.tile(np.eye(3), (frames, 1, 1)), np.tile(STAND, (frames, 1))
        return grounded(puppet, turn, hinges, [("foot_l", "foot_r")] * frames), turn, hinges


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("motions")
    made = 0
    for number in range(12):
        motion = fall(np.random.default_rng(number), Standing(), ("push", "faint", "trip")[number % 3])
        if motion:
            motion.save(out / f"fall_{number:04d}.npz")
            made += 1
    assert made >= 8
    for number, kind in enumerate(KINDS):
        perform(np.random.default_rng(number), kind).save(out / f"daily_{number:04d}.npz")
    return out


def test_limbs_keep_their_length_through_a_fall(folder):
    for file in folder.glob("fall_*.npz"):
        motion = load(file)
        for name in SEGMENTS[1:]:
            child, parent = INDEX[name], PARENT[INDEX[name]]
            gap = np.linalg.norm(motion.position[:, child] - motion.position[:, parent], axis=-1)
            assert np.allclose(gap, np.linalg.norm(motion.body.origin(name)), atol=1e-3)


def test_a_fall_ends_with_the_trunk_on_the_ground_and_daily_motion_ends_no_fall(folder):
    for file in folder.glob("*.npz"):
        motion = load(file)
        if motion.kind.startswith("fall"):
            assert motion.onset_s <= motion.ground_s
            assert motion.posture[0] == UPRIGHT and motion.posture[-1] == FALLEN
            assert (motion.posture[int(motion.onset_s * FPS) + 1 : int(motion.ground_s * FPS)] == FALL).all()
            assert motion.position[-1, INDEX["pelvis"], 2] < .35
        else:
            assert not (motion.posture == FALL).any()


def test_who_sits_down_where_no_seat_is_loses_balance_on_the_way_down_and_lands_on_the_pelvis():
    made = [fall(np.random.default_rng(number), Standing(), "seat") for number in range(8)]
    fallen = [motion for motion in made if motion]
    assert len(fallen) >= 6
    for motion in fallen:
        standing, unsteady, landing = (motion.position[int(at * FPS), :, 2] for at in (0, motion.onset_s, motion.ground_s))
        assert unsteady[INDEX["pelvis"]] < .86 * standing[INDEX["pelvis"]]
        assert landing[INDEX["pelvis"]] < min(.35, landing[INDEX["chest"]])


def test_nobody_lies_down_on_purpose_as_fast_as_a_fall():
    for number in range(60):
        *down, rest = activity(np.random.default_rng(number), "lie_down")
        assert sum(key.seconds for key in down) > DELIBERATE_S - 1e-9
        assert rest.hinges is down[-1].hinges


def test_nobody_sinks_into_the_floor(folder):
    for file in folder.glob("*.npz"):
        motion = load(file)
        lowest = Puppet(motion.body).lowest(motion.position, motion.rotation)
        assert lowest.min() > -.08


def test_a_standing_body_has_its_keypoints_in_order_of_height():
    puppet = Puppet(Body())
    position, rotation = puppet.pose(np.array([[0, 0, .9]]), np.eye(3)[None], np.zeros((1, puppet.model.nu)))
    height = visible_points(Body(), position, rotation)[0, :17, 2]
    assert height[0] > height[5] > height[11] > height[13] > height[15]
    left = visible_points(Body(), position, rotation)[0, :17, 1]
    assert left[5] > 0 > left[6] and left[15] > 0 > left[16]


def test_cameras_see_up_as_up_and_the_subject_in_the_picture():
    rng = np.random.default_rng(3)
    subject = np.tile([4.0, -2.0, .9], (200, 1))
    cameras = look(rng, subject)
    feet, head = subject - (0, 0, .9), subject + (0, 0, .8)
    flat, depth = cameras.project(np.stack([feet, subject, head], 1))
    assert (depth > .5).all()
    assert (flat[:, 0, 1] > flat[:, 2, 1]).mean() > .99
    inside = (flat[:, 1] > -.1).all(-1) & (flat[:, 1, 1] < 1.1) & (flat[:, 1, 0] < cameras.aspect + .1)
    assert inside.mean() > .95


def test_no_kind_of_motion_is_held_out_as_a_whole():
    for family, kinds in (("fall", len(CAUSES)), ("daily", len(KINDS))):
        held = [observe.held_out(f"{family}_{number:04d}") for number in range(40 * kinds)]
        share = np.array(held).reshape(40, kinds).mean(0)
        assert (share > 0).all() and (share < .4).all()


def test_simulated_windows_keep_the_contract(folder):
    motions = observe.Motions(folder, "learn")
    track, present, posture = observe.windows(np.random.default_rng(0), motions, 600)
    assert track.shape[1:] == (SLOTS, ROW) and present.shape[1:] == (SLOTS,)
    assert np.isfinite(track).all() and set(np.unique(present)) <= {0, 1} and set(np.unique(posture)) == {FALL, FALLEN, UPRIGHT, LOW}
    assert (track[present == 0] == 0).all()
    box = track[present == 1][:, 2:6]
    ghosts = .06
    assert ((box[:, 2:] > box[:, :2]).all(1)).mean() > 1 - ghosts
    assert (track[..., 0] <= 1).all() and (track[..., 8::3] <= 1).all() and (track[..., 8::3] >= 0).all()


def test_the_scorer_does_not_care_where_in_the_picture_somebody_is_nor_about_empty_slots():
    torch.manual_seed(0)
    net = FallScorer().eval()
    track, present = torch.rand(3, SLOTS, ROW), (torch.rand(3, SLOTS) > .3).float()
    garbage = track + (1 - present[..., None]) * 7
    assert torch.allclose(net(track, present), net(garbage, present), atol=1e-5)
    assert torch.allclose(net(track, present).sum(-1), torch.ones(3))
    assert torch.isfinite(net(torch.zeros(1, SLOTS, ROW), torch.zeros(1, SLOTS))).all()


def row(x, y, wide, high, score=.8):
    out = np.zeros(ROW, np.float32)
    out[0], out[2:6] = score, (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    return out


def walk_and_fall():
    """Two bodies at 10 Hz: one stands and falls at 1 s, landing at 1.6 s; one sits."""
    at, rows, frame = np.arange(30) / 10, [], []
    for k, t in enumerate(at):
        share = np.clip((t - 1) / .6, 0, 1)
        rows += [row(.4 + .15 * share, .5 + .2 * share, .15 + .3 * share, .5 - .35 * share), row(1.2, .6, .15, .3)]
        frame += [k, k]
    return at, np.array(rows), np.array(frame)


def test_the_tracker_follows_a_body_through_its_fall_and_finds_who_fell():
    tracks = follow(*walk_and_fall())
    assert [len(track.at) for track in tracks] == [30, 30]
    assert fallers(tracks, 1.0, 1.6) == [tracks[0]]


def test_slots_hold_the_nearest_observation_and_nothing_from_the_future():
    track = Track([0.0, .1, .2, 1.0], [row(0, 0, 1, 1, score) for score in (.1, .2, .3, .9)])
    slots, present = window(track, .26)
    assert present[-1] == 1 and slots[-1, 0] == np.float32(.3) and present[:-4].sum() == 0
    assert slots[:, 0].max() < .5


def test_labels_of_a_fall_clip_follow_its_times():
    clip = {"falls": [{"onset_s": 1.0, "ground_s": 1.8}], "tags": [], "size": .5}
    track = Track([3.5], [row(0, 0, .5, .2)])
    assert [postures(clip, True, track, t)[0] for t in (.5, 1.5, 2.0, 3.5)] == [[UPRIGHT, LOW], [FALL], [FALL], [FALLEN]]
    assert postures({"falls": [], "tags": []}, False, None, 1)[0] == [UPRIGHT, LOW]


def test_eyes_rows_come_back_in_picture_heights():
    class Fixed(Eyes):
        def __init__(self):
            self.height, self.width = 288, 512
            self.session = self

        def run(self, _, feed):
            assert feed["picture"].shape == (1, 288, 512, 3)
            rows = np.zeros((1, 20, 57), np.float32)
            rows[0, 0] = row(192, 144, 100, 288)
            rows[0, 0, 6:9] = 192, 144, .9
            return [rows]
    seen = Fixed()(np.zeros((480, 640, 3), np.uint8))
    assert len(seen) == 1
    assert np.allclose(seen[0, 2:9], [(192 - 50) / 288, 0, (192 + 50) / 288, 1, 192 / 288, .5, .9], atol=1e-5)


def test_what_is_left_out_is_not_learned_from(tmp_path):
    clips = ["hall/a.mp4", "hall/b.mp4", "yard/c.mp4"]
    np.savez(
        tmp_path / "tracks.npz", track=np.arange(3, dtype=np.float32)[:, None, None] * np.ones((3, SLOTS, ROW), np.float32), present=np.ones((3, SLOTS), np.float32),
        allowed=np.ones((3, 4), bool), weight=np.ones(3, np.float32), scene=np.array(["press", "lathe", "gate"]), clip=np.array(clips), learn=np.array([True, True, True]),
    )
    left = lambda *names: Real([tmp_path / "tracks.npz"], list(names)).track[:, 0, 0].tolist()
    assert left() == [0, 1, 2]
    assert left("hall/") == [2]
    assert left("lathe", "yard/") == [0]
