"""The renderer's geometry, and (where SPOTTER_RENDER_ASSETS names the assets folder) bodies, gait and fall."""
import os

import numpy as np
import pytest

from render import body as bodies
from render import demo, motion, ragdoll, raster, shapes, walk

ASSETS = os.environ.get("SPOTTER_RENDER_ASSETS")
needs_assets = pytest.mark.skipif(not ASSETS, reason="SPOTTER_RENDER_ASSETS is not set")


def test_the_smallest_rotation_takes_one_direction_to_the_other():
    a, b = np.array([0.6, -0.8, 0.0]), np.array([0.0, 0.6, 0.8])
    assert np.allclose(motion.between(a, b).apply(a), b)


def test_a_point_that_the_camera_aims_at_is_in_the_middle_and_a_higher_one_above_it():
    view = raster.perspective(np.radians(75), 16 / 9) @ raster.look_at((3, 3, 3), (0, 1, 0))
    pixel, depth = raster.project(np.array([[0, 1, 0], [0, 1.5, 0]]), view, 1280, 720)
    assert np.allclose(pixel[0], [640, 360]) and pixel[1, 1] < 360
    assert depth[0] == pytest.approx(np.linalg.norm([3, 2, 3]))


def test_every_face_of_a_box_looks_outward():
    box = shapes.Shapes()
    box.box((1, 2, 3), (2, 1, 4), (1, 1, 1), turn=0.4)
    position, faces = np.concatenate(box.position), np.concatenate(box.faces)
    a, b, c = (position[faces[:, k]] for k in range(3))
    assert (np.einsum("ij,ij->i", np.cross(b - a, c - a), (a + b + c) / 3 - [1, 2, 3]) > 0).all()


def test_lights_lie_in_the_upper_hemisphere():
    to, colour = raster.ceiling_lights(16, np.random.default_rng(0))
    assert np.allclose(np.linalg.norm(to, axis=1), 1) and (to[:, 1] > 0).all() and len(colour) == 16


def test_rectangles_that_only_touch_do_not_overlap():
    assert demo.overlap((0, 0, 10, 10), (9, 9, 20, 20)) and not demo.overlap((0, 0, 10, 10), (10, 0, 20, 10))


@pytest.fixture(scope="module")
def body():
    return bodies.build(ASSETS)


@needs_assets
def test_the_face_looks_forward_and_left_is_left(body):
    rest = np.tile(np.eye(3), (len(body.bones), 1, 1))
    points = body.keypoints(rest, body.pose(rest, body.joints[0]))
    assert points[0, 2] > points[3, 2] and (points[[1, 3, 5, 7, 9, 11, 13, 15], 0] > 0).all() and (points[[2, 4, 6, 8, 10, 12, 14, 16], 0] < 0).all()


@needs_assets
def test_a_walker_stays_on_the_floor_and_advances_as_fast_as_asked(body):
    gait, stand = walk.Gait(ASSETS, body), walk.standing(ASSETS, body)
    moving = walk.follow(gait, stand, [(0, 0), (0, 9)], [(0, 1.2), (9, 1.2)], 30, 3)
    soles = [motion.sole(body, moving.rotation[f], moving.root[f]) for f in range(len(moving))]
    assert np.abs(soles).max() < 0.08
    assert moving.root[-1, 2] - moving.root[0, 2] == pytest.approx(1.2 * 89 / 30, abs=0.15)


@needs_assets
def test_who_trips_ends_on_the_floor_and_the_same_way_each_time(body):
    gait, stand = walk.Gait(ASSETS, body), walk.standing(ASSETS, body)
    moving = walk.follow(gait, stand, [(0, 0), (0, 9)], [(0, 1.2), (9, 1.2)], 30, 4)
    first, again = (ragdoll.trip(body, moving, 2.0, seconds=3) for _ in range(2))
    head = body.pose(first.rotation[-1], first.root[-1])[body.index("Head")]
    assert first.root[0, 1] > 0.8 and first.root[-1, 1] < 0.3 and head[1] < 0.4
    assert np.array_equal(first.root, again.root)
