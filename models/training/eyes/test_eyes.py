"""python -m unittest eyes.test_eyes — needs no data: pictures and people are drawn here."""

import argparse
import pickle
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch.nn import functional as F

from .course import Course, arguments
from .crops import MARGIN, SPAN, keep, known_of, plain
from .export import halved
from .label import KNOWN, MIRROR, UNKNOWN, Labels, ellipse, torso_angle, turned_box
from .loss import copying, losses
from .narrow import GROUPS, narrow
from .look import SIDE, Deployed, Look, cut, cuts, distinct, likely, mean, peaks
from .network import PEOPLE, STRIDE, Eyes, Widths, known
from .paint import Atlas, compress, paint
from .paint_cpu import Easel
from .scene import Layer, Maker, Scene, Store, lying_of, move, similarity
from .target import targets
from .train import floats
from .train_look import EDGE, Squares, coarse, listed, losses as look_losses, seen_anew, spots, trace

# a figure in a 100 x 200 picture: joints are dots of their own colour, so a picture says where they are
PLACES = np.array([[50, 30], [54, 26], [46, 26], [58, 30], [42, 30], [65, 55], [35, 55], [72, 80], [28, 80], [74, 105], [26, 105],
                   [60, 110], [40, 110], [62, 145], [38, 145], [63, 180], [37, 180]], float)


def figure() -> tuple[np.ndarray, Labels]:
    rgb = np.zeros((200, 100, 3), np.uint8)
    for j, p in enumerate(PLACES):
        cv2.circle(rgb, (int(p[0]), int(p[1])), 3, (255, 40 + 12 * j, 0), -1)
    labels = Labels()
    labels.add([20, 15, 80, 190], np.concatenate((PLACES, np.full((17, 1), KNOWN)), 1), (50, 18))
    return rgb, labels


class Turning(unittest.TestCase):
    def test_a_turned_label_still_sits_on_the_turned_body(self):
        rgb, labels = figure()
        for angle in (0, 37, 90, 180, 251):
            for mirror in (False, True):
                m = similarity(np.array([50.0, 100.0]), angle, 1.3, mirror, np.array([160.0, 160.0]))
                turned = cv2.warpAffine(rgb, m, (320, 320))
                _, joints, _, _ = move(labels, m, np.array([0, 0, 320, 320.0]))
                for j in range(17):
                    x, y = joints[0][j, :2].round().astype(int)
                    # a mirrored body's left wrist is the dot that was painted as its right wrist
                    self.assertAlmostEqual(int(turned[y, x, 1]), 40 + 12 * (MIRROR[j] if mirror else j), delta=6)

    def test_the_box_of_a_turned_body_is_that_of_the_body_not_of_the_turned_box(self):
        _, labels = figure()
        m = similarity(np.array([50.0, 100.0]), 45, 1.0, False, np.array([160.0, 160.0]))
        box = turned_box(labels.boxes[0], labels.joints[0], labels.heads[0], m)
        corners = np.array([[20, 15], [80, 15], [80, 190], [20, 190.0]]) @ m[:, :2].T + m[:, 2]
        hull = np.prod(corners.max(0) - corners.min(0))
        p = labels.joints[0][:, :2] @ m[:, :2].T + m[:, 2]
        self.assertLess(np.prod(box[2:] - box[:2]), 0.8 * hull)
        self.assertTrue((p.min(0) >= box[:2]).all() and (p.max(0) <= box[2:]).all())

    def test_without_joints_the_ellipse_in_the_box_is_turned(self):
        box = np.array([0, 0, 40, 100.0])
        m = similarity(np.array([20.0, 50.0]), 90, 1.0, False, np.array([100.0, 100.0]))
        turned = turned_box(box, np.full((17, 3), UNKNOWN), np.full(2, np.nan), m)
        np.testing.assert_allclose(turned, [50, 80, 150, 120], atol=1.5)
        self.assertEqual(len(ellipse(box)), 20)

    def test_a_body_turned_on_its_side_lies_and_an_upright_one_does_not(self):
        _, labels = figure()
        state = lambda a: move(labels, similarity(np.array([50.0, 100.0]), a, 1, False, np.array([160.0, 160.0])), np.array([0, 0, 320, 320.0]))[2][0]
        self.assertEqual(state(0), 0)
        self.assertEqual(state(90), 1)
        self.assertEqual(state(-90), 1)
        self.assertEqual(state(180), 1)
        self.assertTrue(np.isnan(state(45)))
        self.assertTrue(np.isnan(lying_of(np.full((17, 3), UNKNOWN))))
        self.assertAlmostEqual(torso_angle(labels.joints[0]), 0, delta=1)

    def test_a_body_mostly_outside_the_picture_is_ignored_and_a_cut_one_loses_the_joints_outside(self):
        _, labels = figure()
        m = similarity(np.array([50.0, 100.0]), 0, 1, False, np.array([50.0, 100.0]))
        boxes, joints, _, _ = move(labels, m, np.array([0, 0, 100, 120.0]))
        self.assertLessEqual(boxes[0][3], 120)
        self.assertTrue((joints[0][13:, 2] == 0).all())
        boxes, _, _, ignore = move(labels, m, np.array([0, 0, 100, 40.0]))
        self.assertEqual((len(boxes), len(ignore)), (0, 1))


def stored(folder: str, pictures: dict[str, list]) -> Store:
    """A cache with the given (picture, labels) of each source, as prepare.py writes it."""
    for source, members in pictures.items():
        items, data = [], b""
        for rgb, labels in members:
            code = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR if rgb.shape[2] == 3 else cv2.COLOR_RGBA2BGRA))[1].tobytes()
            items.append({"shape": rgb.shape, "offset": len(data), "length": len(code), "labels": labels, "split": "train", "id": "", "source": source})
            data += code
        (Path(folder) / f"{source}.bin").write_bytes(data)
        (Path(folder) / f"{source}.pkl").write_bytes(pickle.dumps(items))
    return Store(Path(folder))


def bare(width: int, height: int, layers: list) -> Scene:
    """A scene in which nobody is asked about."""
    return Scene(width, height, layers, np.zeros((0, 4)), np.zeros((0, 17, 3)), np.zeros(0), np.zeros((0, 4)))


class Cached(unittest.TestCase):
    """A cache of a smooth figure, an empty room, and a cut-out; both ways of drawing it."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        rgb, labels = figure()
        room = cv2.resize(np.random.default_rng(0).integers(0, 255, (12, 16, 3), np.uint8), (160, 120), interpolation=cv2.INTER_CUBIC)
        mask = cv2.ellipse(np.zeros((200, 100), np.uint8), (50, 100), (30, 85), 0, 0, 360, 255, -1)
        cut = np.dstack((np.full((200, 100, 3), 80, np.uint8), mask))
        self.store = stored(self.folder.name, {"coco": [(rgb, labels), (room, Labels())], "cutout": [(cut, labels)]})
        self.drawers = {"Atlas": Atlas(self.store, torch.device("cpu")), "Easel": Easel(self.store, torch.device("cpu"))}

    def drawn(self, scenes: list[Scene]) -> dict:
        """The batch as uint8-like arrays [B, H, W, 3], by way of drawing."""
        batch = targets(scenes, np.random.default_rng(0)).to(torch.device("cpu"))
        return {name: drawer.draw(batch).permute(0, 2, 3, 1).numpy() for name, drawer in self.drawers.items()}


class Scenes(Cached):
    def test_the_same_seed_plans_the_same_scenes(self):
        plan = lambda: targets([Maker(self.store, np.random.default_rng(5)).scene(96, 64)], np.random.default_rng(1))
        one, other = plan(), plan()
        np.testing.assert_array_equal(one.layers["inverse"], other.layers["inverse"])
        np.testing.assert_array_equal(one.heat, other.heat)

    def test_scenes_have_finite_labels_inside_the_picture(self):
        maker = Maker(self.store, np.random.default_rng(6))
        people = 0
        for _ in range(60):
            s = maker.scene(128, 96)
            people += len(s.boxes)
            self.assertTrue((s.boxes[:, :2] >= -0.5).all() and (s.boxes[:, 2] <= 128.5).all() and (s.boxes[:, 3] <= 96.5).all())
            self.assertTrue(np.isfinite(s.joints).all())
        self.assertGreater(people, 20)


class Drawing(Cached):
    def test_a_turned_label_sits_on_the_painted_body(self):
        _, labels = figure()
        for angle in (0, 37, 90, 180, 251):
            for mirror in (False, True):
                m = similarity(np.array([50.0, 100.0]), angle, 1.3, mirror, np.array([160.0, 144.0]))
                whole = np.array([0, 0, 320, 288.0])
                _, joints, _, _ = move(labels, m, whole)
                for name, pictures in self.drawn([bare(320, 288, [Layer(-1, np.zeros((2, 3)), whole), Layer(0, m, whole)])]).items():
                    for j in range(17):
                        x, y = np.floor(joints[0][j, :2]).astype(int)
                        # a mirrored body's left wrist is the dot that was painted as its right wrist
                        self.assertAlmostEqual(float(pictures[0, y, x, 1]), 40 + 12 * (MIRROR[j] if mirror else j), delta=8, msg=f"{name}, {angle} degrees, joint {j}")

    def test_both_ways_draw_the_same_scenes(self):
        maker = Maker(self.store, np.random.default_rng(2))
        pictures = self.drawn([maker.scene(160, 96) for _ in range(80)])
        apart = np.abs(pictures["Atlas"] - pictures["Easel"]).max(3)
        self.assertGreater(float((apart <= 4).mean()), 0.985)
        self.assertGreater(float((apart <= 4).mean((1, 2)).min()), 0.9)
        self.assertGreater(float(pictures["Easel"].std()), 20)

    def test_a_plain_layer_is_its_colour_in_its_cell_and_nothing_outside(self):
        cell = np.array([16, 8, 48, 24.0])
        for name, pictures in self.drawn([bare(64, 32, [Layer(-1, np.zeros((2, 3)), np.array([0, 0, 64, 32.0]), colour=(10, 20, 30)), Layer(-1, np.zeros((2, 3)), cell, colour=(200, 100, 50))])]).items():
            self.assertTrue((pictures[0, 8:24, 16:48] == (200, 100, 50)).all(), name)
            outside = np.ones((32, 64), bool)
            outside[8:24, 16:48] = False
            self.assertTrue((pictures[0][outside] == (10, 20, 30)).all(), name)

    def test_a_soft_cell_fades_in_from_its_border_and_the_canvas_own_edge_does_not(self):
        whole, plain = np.array([0, 0, 64, 32.0]), np.zeros((2, 3))
        soft = [Layer(-1, plain, whole, colour=(0, 0, 0)), Layer(-1, plain, np.array([16, 0, 48, 32.0]), soft=4.0, colour=(200, 200, 200))]
        for name, pictures in self.drawn([bare(64, 32, soft), bare(64, 32, [Layer(-1, plain, whole, soft=4.0, colour=(200, 200, 200))])]).items():
            np.testing.assert_allclose(pictures[0, 16, 14:21, 0], [0, 0, 25, 75, 125, 175, 200], atol=0.5, err_msg=name)
            self.assertTrue((pictures[1] == 200).all(), name)

    def test_a_mirrored_layer_goes_on_as_its_own_mirror_image(self):
        m = similarity(np.zeros(2), 0, 1.0, False, np.array([20.0, 0.0]))
        room = self.store.picture(self.store.items[1])
        for name, pictures in self.drawn([bare(64, 32, [Layer(1, m, np.array([0, 0, 64, 32.0]), mirrored=True)])]).items():
            np.testing.assert_allclose(pictures[0, :32, 20:64], room[:32, :44], atol=1, err_msg=name)
            np.testing.assert_allclose(pictures[0, :32, :20], room[:32, 19::-1], atol=1, err_msg=name)

    def test_a_cut_out_leaves_what_is_around_it(self):
        whole = np.array([0, 0, 100, 200.0])
        m = similarity(np.zeros(2), 0, 1.0, False, np.zeros(2))
        cut = next(k for k, item in enumerate(self.store.items) if item["source"] == "cutout")
        for name, pictures in self.drawn([bare(100, 200, [Layer(-1, np.zeros((2, 3)), whole, colour=(240, 0, 0)), Layer(cut, m, whole)])]).items():
            np.testing.assert_allclose(pictures[0, 100, 50], (80, 80, 80), atol=1, err_msg=name)
            np.testing.assert_allclose(pictures[0, 5, 5], (240, 0, 0), atol=1, err_msg=name)


class Cameras(Cached):
    def test_the_best_jpeg_changes_almost_nothing_and_a_poor_one_much(self):
        smooth = torch.nn.functional.interpolate(torch.rand(2, 3, 6, 8, generator=torch.Generator().manual_seed(1)) * 255, (96, 128), mode="bicubic").clamp(0, 255)
        change = lambda quality: float((compress(smooth, torch.full((2,), quality)) - smooth).abs().mean())
        self.assertLess(change(100.0), 1.5)
        self.assertGreater(change(10.0), 2 * change(100.0))

    def test_jpeg_loses_what_opencv_s_jpeg_loses(self):
        rgb = cv2.resize(np.random.default_rng(3).integers(0, 255, (12, 16, 3), np.uint8), (128, 96), interpolation=cv2.INTER_CUBIC)
        code = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 30])[1]
        theirs = cv2.cvtColor(cv2.imdecode(code, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB).astype(float)
        ours = compress(torch.from_numpy(rgb).permute(2, 0, 1)[None].float(), torch.tensor([30.0]))[0].permute(1, 2, 0).clamp(0, 255).numpy()
        self.assertLess(np.abs(ours - theirs).mean(), 0.4 * np.abs(theirs - rgb).mean())

    def test_the_same_dice_give_the_same_picture_of_whole_grey_levels(self):
        maker = Maker(self.store, np.random.default_rng(4))
        batch = targets([maker.scene(96, 64) for _ in range(8)], np.random.default_rng(0)).to(torch.device("cpu"))
        shoot = lambda: paint(self.drawers["Easel"], batch, torch.Generator().manual_seed(7))
        picture = shoot()
        self.assertEqual(tuple(picture.shape), (8, 3, 64, 96))
        self.assertTrue(bool(((picture >= 0) & (picture <= 255) & (picture == picture.round())).all()))
        self.assertTrue(bool((picture == shoot()).all()))


class Targets(unittest.TestCase):
    def scene(self, boxes, joints, ignore) -> Scene:
        return Scene(128, 96, [Layer(-1, np.zeros((2, 3)), np.array([0, 0, 128, 96.0]))], boxes, joints, np.zeros(len(boxes)), ignore)

    def test_each_body_is_answered_for_by_cells_near_its_centre(self):
        _, labels = figure()
        batch = targets([self.scene(np.array([[20, 10, 60, 90.0]]), labels.joints, np.zeros((0, 4)))], np.random.default_rng(0))
        b, c, r, p = batch.cells[0]
        self.assertEqual((b, p), (0, 0))
        self.assertEqual((c, r), (40 // STRIDE, 50 // STRIDE))
        self.assertEqual(batch.heat[0, r, c], 1)

    def test_nobody_is_asked_about_an_ignored_region(self):
        batch = targets([self.scene(np.zeros((0, 4)), np.zeros((0, 17, 3)), np.array([[0, 0, 64, 96.0]]))], np.random.default_rng(0))
        self.assertFalse(batch.ask[0, :, :8].any())
        self.assertTrue(batch.ask[0, :, 8:].all())


    def test_a_mirrored_batch_asks_for_the_mirror_image_with_left_and_right_exchanged(self):
        joints = np.zeros((1, 17, 3))
        joints[0, 5], joints[0, 6] = (30, 40, KNOWN), (10, 42, KNOWN)
        batch = targets([self.scene(np.array([[8, 20, 40, 80.0]]), joints, np.array([[96, 0, 128, 96.0]]))], np.random.default_rng(0)).to(torch.device("cpu"))
        seen = batch.mirrored()
        width = batch.width
        self.assertEqual(seen.boxes[0].tolist(), [width - 40, 20, width - 8, 80])
        self.assertEqual(seen.joints[0, 6].tolist(), [width - 30, 40, KNOWN])
        self.assertEqual(seen.joints[0, 5].tolist(), [width - 10, 42, KNOWN])
        self.assertFalse(seen.ask[0, :, : 32 // STRIDE].any())
        b, c, r, _ = seen.cells[0].tolist()
        self.assertEqual(seen.heat[b, r, c], 1)
        twice = seen.mirrored()
        for name in ("heat", "ask", "boxes", "joints", "cells"):
            self.assertTrue(torch.equal(getattr(twice, name), getattr(batch, name)), name)


class Learning(Cached):
    def test_every_part_of_the_loss_is_finite_and_reaches_the_weights(self):
        torch.manual_seed(0)
        eyes, maker = Eyes(), Maker(self.store, np.random.default_rng(8))
        scenes = [maker.scene(96, 64) for _ in range(6)]
        self.assertTrue(any(len(s.boxes) for s in scenes))
        batch = targets(scenes, np.random.default_rng(0)).to(torch.device("cpu"))
        with torch.autocast("cpu", torch.bfloat16):
            parts = losses(eyes, floats(self.drawers["Easel"].draw(batch)), batch)
        self.assertTrue(all(bool(torch.isfinite(v)) for v in parts.values()))
        sum(parts.values()).backward()
        self.assertTrue(all(p.grad is not None and bool(torch.isfinite(p.grad).all()) for p in eyes.parameters()))

    def test_copying_costs_nothing_where_both_say_the_same_and_something_elsewhere(self):
        torch.manual_seed(0)
        picture = torch.randn(1, 3, 64, 96)
        teacher, other = Eyes().eval(), Eyes(replace(Widths(), neck=64)).eval()
        dense, (*_, maps) = teacher(picture)
        self.assertAlmostEqual(float(copying(teacher, picture, dense, maps)), 0, places=5)
        self.assertGreater(float(copying(other, picture, dense + 1, maps + 1)), 0.01)

    def test_a_batch_without_people_can_be_learned_from(self):
        batch = targets([bare(96, 64, [Layer(-1, np.zeros((2, 3)), np.array([0, 0, 96, 64.0]))])], np.random.default_rng(0)).to(torch.device("cpu"))
        parts = losses(Eyes(), floats(self.drawers["Easel"].draw(batch)), batch)
        self.assertEqual(set(parts), {"heat", "maps", "score"})
        self.assertTrue(bool(torch.isfinite(sum(parts.values()))))


class TrainingRun(unittest.TestCase):
    def course(self, folder: str, *more: str) -> Course:
        told = arguments(lr=0.1, final=0.01, decay=0.0).parse_args(["--out", folder, "--minutes", "10", "--warm", "4", "--learners", "1", *more])
        return Course(lambda: torch.nn.Linear(2, 1), 0, told, None)

    def test_a_stopped_run_goes_on_with_its_weights_optimiser_and_counts_and_draws_anew(self):
        with tempfile.TemporaryDirectory() as folder:
            course, costs = self.course(folder), []
            for _ in range(30):
                course.going()
                costs.append(course.network(torch.ones(1, 2)).square().sum())
                course.learn({"cost": costs[-1]}, 5)
            course.end()
            other = self.course(folder, "--resume", f"{folder}/last.pt")
        self.assertLess(float(costs[-1]), 0.1 * float(costs[0]))
        self.assertEqual((other.step, other.seen), (30, 150))
        self.assertNotEqual(other.seed, course.seed)
        for one, same in ((course.network, other.network), (course.average, other.average)):
            self.assertTrue(torch.equal(one.weight, same.weight))
        self.assertEqual(other.learner.state_dict()["state"][0]["step"], 30)

    def test_the_rate_rises_first_and_follows_a_cosine_over_the_minutes(self):
        with tempfile.TemporaryDirectory() as folder:
            course = self.course(folder)
        rates = []
        for course.step, course.done in ((0, 0.0), (3, 0.0), (9, 0.5), (9, 1.0)):
            going = course.going()
            rates.append(round(course.learner.param_groups[0]["lr"], 6))
        self.assertEqual(rates, [0.025, 0.1, 0.0505, 0.001])
        self.assertFalse(going)


class Narrowing(unittest.TestCase):
    def test_channels_that_nobody_hears_go_and_the_network_says_the_same(self):
        torch.manual_seed(0)
        eyes = Eyes().eval()
        wanted, weights = eyes.state_dict(), {}
        for name, w in wanted.items():
            weights[name] = w.clone()
        for written, read in GROUPS:  # eight more channels in each group, spread among the others, silent
            width = wanted[f"{written[0]}.0.weight"].shape[0]
            places = torch.randperm(width + 8)[:width].sort().values
            grow = lambda w, dim: w.new_zeros([n + 8 * (k == dim) for k, n in enumerate(w.shape)]).index_copy(dim, places, w)
            for name in written:
                for part in ("0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var"):
                    weights[f"{name}.{part}"] = grow(weights[f"{name}.{part}"], 0)
            for name in read:
                w = weights[f"{name}.weight"]
                weights[f"{name}.weight"] = torch.cat((grow(w[:, :width], 1), w[:, width:]), 1)
        same = Eyes().eval()
        same.load_state_dict(narrow(weights, wanted))
        picture = torch.randn(1, 3, 64, 96)
        with torch.no_grad():
            self.assertTrue(torch.allclose(eyes(picture)[0], same(picture)[0], atol=1e-5))

    def test_a_network_is_known_by_its_weights(self):
        for widths in (Widths(), Widths(deep=((1, 32), (2, 48), (1, 80)), neck=56)):
            weights = Eyes(widths).state_dict()
            self.assertEqual(Widths.of(weights), widths)
            self.assertTrue(torch.equal(known(weights).maps.weight, weights["maps.weight"]))

    def test_weights_that_are_too_narrow_are_refused_by_name(self):
        wanted = Eyes().state_dict()
        few = dict(wanted) | {"stem.0.weight": wanted["stem.0.weight"][:8]}
        with self.assertRaisesRegex(ValueError, "stem.0.weight"):
            narrow(few, wanted)


class Photos(Cached):
    def photos(self) -> list:
        return list(plain(self.store, 0, argparse.Namespace(seed=1, learners=1)))

    def test_a_photo_as_it_is_keeps_its_labels_in_both_sizes(self):
        seen = self.photos()
        self.assertEqual([tuple(picture.shape[2:]) for picture, _ in seen], [(288, 512), (192, 320)] * 2)
        for picture, batch in seen[:2]:
            for j, (x, y, _) in enumerate(batch.joints[0]):
                self.assertAlmostEqual(float(picture[0, 1, int(y), int(x)]) * 64 + 114, 40 + 12 * j, delta=10)
        self.assertEqual([len(batch.boxes) for _, batch in seen[2:]], [0, 0])

    def test_squares_around_likely_people_are_kept_with_their_labels(self):
        picture, batch = self.photos()[0]
        x1, y1, x2, y2 = batch.boxes[0] / STRIDE
        column, row = int((x1 + x2) / 2), int((y1 + y2) / 2)
        dense = torch.full((1, 5, 36, 64), -9.0)
        dense[0, :, row, column] = torch.log(torch.tensor([20.0, column + 0.5 - x1, row + 0.5 - y1, x2 - column - 0.5, y2 - row - 0.5]))
        path = Path(self.folder.name) / "plain-0"
        keep(path, argparse.Namespace(find=lambda _: dense), [(picture, batch)], False)
        somebody, nobody = listed([path.with_suffix(".bin")])
        self.assertEqual((len(somebody), len(nobody)), (1, 0))
        pictures, known, k = somebody[0]
        for x, y, _ in known["joints"][k]:
            self.assertGreater(int(pictures[k][int(y + MARGIN), int(x + MARGIN), 0]), 120)

    def test_a_folder_without_squares_of_both_kinds_is_refused_with_the_remedy(self):
        (Path(self.folder.name) / "scene-0.bin").touch()
        with self.assertRaisesRegex(ValueError, "no plain-.*python -m eyes.crops"):
            Squares(Path(self.folder.name), 1, 48)


class SecondLook(unittest.TestCase):
    def test_a_square_shows_what_lies_around_the_box_and_grey_outside_of_the_picture(self):
        x, y = torch.arange(64.0).expand(48, 64), torch.arange(48.0)[:, None].expand(48, 64)
        picture = torch.stack((x, y, torch.ones(48, 64)))[None] + 1
        seen = cut(picture, torch.tensor([[20.0, 24.0], [64.0, 24.0]]), torch.tensor([16.0, 16.0]), 32)
        self.assertEqual(tuple(seen.shape), (2, 3, 32, 32))
        # pixel k of the square is centred at 20 - 8 + (k + 0.5) / 2, and pixel j of the picture at j + 0.5
        for k in (0, 9, 31):
            self.assertAlmostEqual(float(seen[0, 0, 5, k]), 12 + (k + 0.5) / 2 - 0.5 + 1, places=3)
            self.assertAlmostEqual(float(seen[0, 1, k, 5]), 16 + (k + 0.5) / 2 - 0.5 + 1, places=3)
        self.assertEqual(float(seen[1, 2, :, 18:].abs().max()), 0)

    def test_squares_are_longer_than_the_longer_side_and_never_tiny(self):
        centre, side = cuts(torch.tensor([[10, 20, 50, 120.0], [5, 5, 9, 8.0]]))
        self.assertEqual(centre.tolist(), [[30, 70], [7, 6.5]])
        self.assertAlmostEqual(float(side[0]), 140, places=4)
        self.assertEqual(float(side[1]), 24)

    def test_of_overlapping_boxes_the_better_one_stays(self):
        boxes = torch.tensor([[0, 0, 10, 20.0], [1, 0, 11, 20], [30, 0, 40, 20], [30, 12, 40, 32]])
        self.assertEqual(distinct(boxes).tolist(), [True, False, True, True])

    def test_a_joint_told_as_a_spot_is_read_back_though_others_are_nearly_as_likely(self):
        at = torch.rand(3, 17, 2) * 80 + 8
        spot, inside = spots(at)
        self.assertTrue(bool(inside.all()))
        found, mass = peaks(torch.log(spot + 0.5 * spot.roll(1, 1) + 1e-9))
        far = (at - at.roll(1, 1)).norm(dim=2) > 20
        self.assertLess(float((found - at)[far].abs().max()), 0.8)
        self.assertTrue(bool(((mass > 0.2) & (mass < 0.7))[far].all()))

    def test_a_joint_outside_of_the_crop_asks_for_nothing(self):
        self.assertEqual(spots(torch.tensor([[[48.0, 48], [-12, 48], [48, 110]]]))[1].tolist(), [[True, False, False]])

    def test_an_edge_told_by_columns_is_read_back(self):
        at = torch.rand(5, 4) * 80 + 8
        self.assertLess(float((mean(torch.log(trace(at, EDGE) + 1e-9)) - at).abs().max()), 0.3)

    def test_left_and_right_are_told_by_columns_and_top_and_bottom_by_rows(self):
        look, told = Look().eval(), torch.full((1, 21, 24, 24), -20.0)
        for edge, (row, column) in enumerate([(5, 2), (3, 11), (9, 20), (21, 7)]):
            told[0, 17 + edge, row, column] = 20
        look.maps.forward = lambda _: told
        box = look(torch.zeros(1, 3, SIDE, SIDE), torch.zeros(1, 3))["box"][0]
        self.assertEqual(box.round().tolist(), [10, 14, 82, 86])

    def test_who_is_likely_is_told_with_the_box_of_the_best_cell(self):
        dense = torch.full((1, 5, 6, 8), -9.0)
        dense[0, :, 3, 5] = torch.tensor([2.0, 0.0, np.log(2), np.log(3), 0.0])
        dense[0, 0, 3, 4] = 1.0  # beside the best cell: not another person
        logits, boxes = likely(dense)
        self.assertAlmostEqual(float(logits[0]), 2)
        self.assertLess(float(logits[1]), -8)
        for told, wanted in zip(boxes[0].tolist(), [(5.5 - 1) * 8, (3.5 - 2) * 8, (5.5 + 3) * 8, (3.5 + 1) * 8]):
            self.assertAlmostEqual(told, wanted, places=3)

    def test_likely_people_are_matched_with_labels_in_pixels_of_their_crop(self):
        _, labels = figure()
        scene = Scene(128, 96, [Layer(-1, np.zeros((2, 3)), np.array([0, 0, 128, 96.0]))], np.array([[20, 10, 60, 90.0]]), labels.joints, np.zeros(1), np.array([[96, 0, 128, 96.0]]))
        batch = targets([scene], np.random.default_rng(0))
        boxes = torch.tensor([[16, 10, 60, 80.0], [70, 10, 90, 80.0], [98, 10, 126, 80.0]])
        centre, side = cuts(boxes)
        known = known_of(boxes.numpy(), batch, 0, (centre - side[:, None] / 2).numpy(), side.numpy() / SIDE)
        self.assertEqual(known["asked"].tolist(), [True, True, False])
        back = known["truth"][0] * float(side[0]) / SIDE + np.tile((centre - side[:, None] / 2).numpy()[0], 2)
        self.assertLess(np.abs(back - [20, 10, 60, 90]).max(), 1e-3)
        self.assertTrue(np.isnan(known["truth"][1:]).all())

    def square(self) -> tuple[np.ndarray, dict]:
        """A bright dot of its own height above the others at each joint of somebody who stands in the middle."""
        joints = np.zeros((17, 3), np.float32)
        joints[:, 0], joints[:, 1], joints[:, 2] = 48 + 14 * np.sin(np.arange(17) * 2.4), np.linspace(16, 80, 17), KNOWN
        picture = np.full((SPAN, SPAN, 3), 114, np.uint8)
        for k, (x, y, _) in enumerate(joints):
            cv2.circle(picture, (int(x + MARGIN), int(y + MARGIN)), 3, (255, 200, 10 * k), -1)
        truth = np.array([30, 12, 66, 84], np.float32)
        return picture, {"before": np.array([0, 0.4, 0.7], np.float32), "truth": truth, "joints": joints, "asked": np.bool_(True), "lying": np.float32(0)}

    def test_a_square_seen_anew_still_has_its_joints_on_the_body(self):
        rng, sides = np.random.default_rng(5), set()
        for photo in (False, True) * 100:
            seen = seen_anew(*self.square(), rng, photo)
            for x, y, state in seen["joints"]:
                if state == KNOWN and 2 < x < SIDE - 2 and 2 < y < SIDE - 2:
                    self.assertGreater(int(seen["crop"][int(y), int(x), 0]) - int(seen["crop"][2, 2, 0]), 8)
            sides.add((photo, float(seen["lying"])))
        self.assertNotIn((False, 1.0), sides)  # turned a little only
        self.assertIn((True, 1.0), sides)

    def test_a_square_seen_from_far_away_keeps_its_light_and_loses_its_detail(self):
        rng = np.random.default_rng(7)
        sharp = np.repeat(rng.integers(60, 200, (SIDE, SIDE, 1)), 3, 2).astype(np.uint8)
        for _ in range(20):
            seen = coarse(sharp, rng)
            self.assertEqual((seen.shape, seen.dtype), (sharp.shape, sharp.dtype))
            self.assertLess(abs(float(seen.mean()) - float(sharp.mean())), 4)
            self.assertLess(float(seen.std()), 0.8 * float(sharp.std()))

    def test_every_part_of_the_second_look_learns(self):
        torch.manual_seed(0)
        rng, look = np.random.default_rng(6), Look()
        picture, somebody = self.square()
        nobody = somebody | {"truth": np.full(4, np.nan, np.float32), "joints": np.full((17, 3), UNKNOWN, np.float32), "lying": np.float32("nan")}
        seen = [seen_anew(picture, who, rng, False) for who in (somebody, nobody) * 6]
        parts = look_losses(look, {name: torch.from_numpy(np.stack([one[name] for one in seen])) for name in seen[0]})
        parts.pop("right")
        self.assertTrue(all(bool(torch.isfinite(v)) for v in parts.values()))
        sum(parts.values()).backward()
        self.assertTrue(all(p.grad is not None and bool(torch.isfinite(p.grad).all()) for p in look.parameters()))


class Graph(unittest.TestCase):
    def rows(self, eyes: Eyes) -> torch.Tensor:
        return Deployed(eyes.eval(), Look().eval())(torch.randint(0, 255, (1, 96, 160, 3), dtype=torch.uint8))[0]

    def test_a_first_look_at_a_smaller_picture_finds_the_same_place(self):
        torch.manual_seed(0)
        eyes, seen = Eyes(), []
        eyes.find = lambda x: seen.append(x) or torch.cat((F.avg_pool2d(x[:, :1], 8), torch.zeros(1, 4, x.shape[2] // 8, x.shape[3] // 8)), 1)
        picture = torch.zeros(1, 288, 512, 3, dtype=torch.uint8)
        picture[:, 144:208, 320:384] = 255
        boxes = [Deployed(eyes, Look().eval(), rows).found((picture.permute(0, 3, 1, 2).float() - 114) / 64)[1][0] for rows in (0, 252)]
        self.assertEqual([tuple(x.shape[2:]) for x in seen], [(288, 512), (256, 448)])
        for box in boxes:
            middle = (box[:2] + box[2:]) / 2
            self.assertLess(float((middle - torch.tensor([352.0, 176])).abs().max()), 34)

    def test_the_deployed_graph_gives_twenty_rows_best_first_those_nobody_looked_at_empty(self):
        torch.manual_seed(0)
        eyes = Eyes()
        rows = self.rows(eyes)
        self.assertEqual(tuple(rows.shape), (PEOPLE, 57))
        self.assertTrue((rows[:-1, 0] >= rows[1:, 0]).all())
        self.assertTrue(((rows[:, [0, 1, 8, 56]] >= 0) & (rows[:, [0, 1, 8, 56]] <= 1)).all())
        self.assertEqual(int((rows[:, 0] > 0).sum()), 1)  # untrained, nobody is likely; the likeliest is looked at all the same
        self.assertEqual(float(rows[1:].detach().abs().max()), 0)

    def test_a_graph_of_halved_weights_says_nearly_the_same_and_is_half_as_large(self):
        weights = np.random.default_rng(3).normal(size=(64, 64)).astype(np.float32)
        told = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 64]) for name in "xy"]
        model = helper.make_model(
            helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", told[:1], told[1:], [numpy_helper.from_array(weights, "w")]),
            opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
        )
        whole, x = model.SerializeToString(), np.linspace(-1, 1, 64, dtype=np.float32)[None]
        half = halved(model).SerializeToString()
        one, other = (onnxruntime.InferenceSession(file).run(None, {"x": x})[0] for file in (whole, half))
        self.assertLess(np.abs(one - other).max(), 0.02)
        self.assertLess(len(half), 0.55 * len(whole))

    def test_everybody_likely_and_distinct_is_looked_at_again(self):
        torch.manual_seed(0)
        eyes = Eyes()
        torch.nn.init.zeros_(eyes.dense.weight[1:])
        with torch.no_grad():
            eyes.dense.bias.copy_(torch.tensor([0.0, -1, -1, -1, -1]))  # every peak is likely, and no two overlap
        self.assertEqual(int((self.rows(eyes)[:, 0] > 0).sum()), PEOPLE)


if __name__ == "__main__":
    unittest.main()
