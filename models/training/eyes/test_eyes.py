"""python -m unittest eyes.test_eyes — needs no data: pictures and people are drawn here."""

import pickle
import tempfile
import unittest
from pathlib import Path

import cv2
import numpy as np
import torch

from .label import KNOWN, MIRROR, UNKNOWN, Labels, ellipse, torso_angle, turned_box
from .network import PEOPLE, STRIDE, Deployed, Eyes
from .scene import Maker, Scene, Store, lying_of, move, similarity
from .target import mirrored, targets

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


class Scenes(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        rgb, labels = figure()
        empty = np.full((120, 160, 3), 90, np.uint8)
        items, data = [], b""
        for picture, label in ((rgb, labels), (empty, Labels())):
            items.append({"shape": picture.shape, "offset": len(data), "labels": label, "split": "train", "id": "", "source": "coco"})
            data += picture.tobytes()
        (Path(self.folder.name) / "coco.npy").write_bytes(data)
        (Path(self.folder.name) / "coco.pkl").write_bytes(pickle.dumps(items))

    def tearDown(self):
        self.folder.cleanup()

    def test_the_same_seed_draws_the_same_scenes(self):
        draw = lambda: [Maker(Store(Path(self.folder.name)), np.random.default_rng(5)).scene(96, 64) for _ in range(1)][0]
        np.testing.assert_array_equal(draw().picture, draw().picture)

    def test_scenes_have_finite_labels_inside_the_picture(self):
        maker = Maker(Store(Path(self.folder.name)), np.random.default_rng(6))
        for _ in range(60):
            s = maker.scene(128, 96)
            self.assertEqual(s.picture.shape, (96, 128, 3))
            self.assertTrue((s.boxes[:, :2] >= -0.5).all() and (s.boxes[:, 2] <= 128.5).all() and (s.boxes[:, 3] <= 96.5).all())
            self.assertTrue(np.isfinite(s.joints).all())


class Targets(unittest.TestCase):
    def test_each_body_is_answered_for_by_cells_near_its_centre(self):
        _, labels = figure()
        s = Scene(np.zeros((96, 128, 3), np.uint8), np.array([[20, 10, 60, 90.0]]), labels.joints, np.array([0.0]), np.zeros((0, 4)))
        batch = targets([s], np.random.default_rng(0))
        b, c, r, p = batch.cells[0]
        self.assertEqual((b, p), (0, 0))
        self.assertEqual((c, r), (40 // STRIDE, 50 // STRIDE))
        self.assertEqual(batch.heat[0, r, c], 1)

    def test_nobody_is_asked_about_an_ignored_region(self):
        s = Scene(np.zeros((96, 128, 3), np.uint8), np.zeros((0, 4)), np.zeros((0, 17, 3)), np.zeros(0), np.array([[0, 0, 64, 96.0]]))
        batch = targets([s], np.random.default_rng(0))
        self.assertFalse(batch.ask[0, :, :8].any())
        self.assertTrue(batch.ask[0, :, 8:].all())

    def test_a_mirrored_batch_is_the_batch_of_the_mirrored_scene(self):
        _, labels = figure()
        s = Scene(np.random.default_rng(1).integers(0, 255, (96, 128, 3), np.uint8), np.array([[20, 10, 63, 90.0]]), labels.joints, np.array([0.0]), np.zeros((0, 4)))
        batch = targets([s], np.random.default_rng(0))
        seen = mirrored(batch)
        np.testing.assert_array_equal(seen.pictures[0, :, 0], s.picture[:, -1])
        np.testing.assert_allclose(seen.boxes[0], [65, 10, 108, 90])
        self.assertAlmostEqual(float(seen.joints[0, 9, 0]), 128 - PLACES[10, 0], places=4)
        b, c, r, _ = seen.cells[0]
        self.assertEqual(seen.heat[b, r, c], 1)


class Graph(unittest.TestCase):
    def test_the_deployed_graph_gives_twenty_rows_best_first(self):
        torch.manual_seed(0)
        rows = Deployed(Eyes().eval())(torch.randint(0, 255, (1, 96, 160, 3), dtype=torch.uint8))
        self.assertEqual(tuple(rows.shape), (1, PEOPLE, 57))
        score = rows[0, :, 0]
        self.assertTrue((score[:-1] >= score[1:]).all())
        self.assertTrue(((rows[..., [0, 1, 8, 56]] >= 0) & (rows[..., [0, 1, 8, 56]] <= 1)).all())


if __name__ == "__main__":
    unittest.main()
