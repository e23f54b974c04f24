"""Rooms by chance: floor, walls, furniture, machines, clutter, and now and then something in front of the people. Metres, y up."""
import numpy as np

from . import hall, raster
from .shapes import Shapes


def paint(rng):
    grey = rng.uniform(0.03, 0.6)
    return tuple(np.clip(grey + rng.normal(0, rng.choice([0.02, 0.12]), 3), 0.01, 0.85))


def surface(rng):
    return int(rng.choice([raster.PAINT, raster.METAL, raster.CARD, raster.PHOTO], p=[0.4, 0.2, 0.15, 0.25]))


def table(shapes, x, z, rng):
    w, d, h, turn = rng.uniform(0.7, 2.0), rng.uniform(0.5, 0.9), rng.uniform(0.45, 0.95), rng.uniform(0, 3.14)
    top, leg = paint(rng), paint(rng)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    shapes.box((x, h, z), (w, 0.05, d), top, surface(rng), turn)
    for sx in (-1, 1):
        for sz in (-1, 1):
            dx, dz = spin @ [sx * (w / 2 - 0.06), sz * (d / 2 - 0.06)]
            shapes.box((x + dx, h / 2, z + dz), (0.05, h, 0.05), leg, raster.METAL, turn)
    for _ in range(rng.integers(0, 4)):
        size = rng.uniform(0.08, 0.4, 3)
        dx, dz = spin @ [rng.uniform(-0.4, 0.4) * w, rng.uniform(-0.4, 0.4) * d]
        shapes.box((x + dx, h + 0.025 + size[1] / 2, z + dz), size, paint(rng), surface(rng), rng.uniform(0, 3.14))


def chair(shapes, x, z, rng):
    turn, c = rng.uniform(0, 6.28), paint(rng)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    kind = surface(rng)
    shapes.box((x, 0.45, z), (0.45, 0.06, 0.45), c, kind, turn)
    dx, dz = spin @ [0, -0.21]
    shapes.box((x + dx, 0.75, z + dz), (0.44, 0.55, 0.04), c, kind, turn)
    for sx in (-0.19, 0.19):
        for sz in (-0.19, 0.19):
            dx, dz = spin @ [sx, sz]
            shapes.box((x + dx, 0.22, z + dz), (0.035, 0.44, 0.035), paint(rng), raster.METAL, turn)


def sofa(shapes, x, z, rng):
    turn, c, w = rng.uniform(0, 6.28), paint(rng), rng.uniform(1.2, 2.2)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    kind = int(rng.choice([raster.PAINT, raster.PHOTO]))
    shapes.box((x, 0.22, z), (w, 0.44, 0.85), c, kind, turn)
    dx, dz = spin @ [0, -0.36]
    shapes.box((x + dx, 0.6, z + dz), (w, 0.5, 0.16), c, kind, turn)
    for s in (-1, 1):
        dx, dz = spin @ [s * w / 2, 0]
        shapes.box((x + dx, 0.4, z + dz), (0.16, 0.5, 0.85), c, kind, turn)


def bed(shapes, x, z, rng):
    turn = rng.uniform(0, 6.28)
    shapes.box((x, 0.25, z), (1.0, 0.3, 2.0), paint(rng), surface(rng), turn)
    shapes.box((x, 0.42, z), (1.02, 0.1, 1.9), paint(rng), int(rng.choice([raster.PAINT, raster.PHOTO])), turn)


def cabinet(shapes, x, z, rng):
    size = np.array([rng.uniform(0.4, 1.5), rng.uniform(0.5, 2.1), rng.uniform(0.35, 0.8)])
    turn, c = rng.choice([0, 1.571]) + rng.normal(0, 0.1), paint(rng)
    shapes.box((x, size[1] / 2, z), size, c, surface(rng), turn)
    for k in range(rng.integers(0, 4)):
        shapes.box((x, size[1] * (0.2 + 0.22 * k), z), size * [0.9, 0.015, 1.01], tuple(np.array(c) * 0.4), raster.PAINT, turn)


def drum(shapes, x, z, rng):
    height, radius = rng.uniform(0.25, 1.0), rng.uniform(0.1, 0.35)
    shapes.cylinder((x, 0, z), (x, height, z), radius, paint(rng), surface(rng), radius_end=radius * rng.uniform(0.7, 1.1))


def heap(shapes, x, z, rng):
    hall.pallet(shapes, x, 0, z, 1.2, 0.8)
    for level in range(rng.integers(0, 4)):
        for dx in (-0.3, 0.3):
            hall.parcel(shapes, (x + dx, 0.115 + level * 0.36, z), (0.56, 0.36, 0.74), rng, rng.uniform(-0.1, 0.1))


def litter(shapes, x, z, rng):
    """Something small or long on the floor: cloth-like slabs, pipes, bags — what a detector may take for a person."""
    kind = rng.integers(3)
    c, turn = paint(rng), rng.uniform(0, 6.28)
    if kind == 0:
        shapes.box((x, 0.06, z), (rng.uniform(0.3, 1.6), rng.uniform(0.05, 0.25), rng.uniform(0.2, 0.6)), c, surface(rng), turn)
    elif kind == 1:
        length = rng.uniform(0.4, 1.8)
        shapes.cylinder((x, 0.08, z), (x + length * np.cos(turn), 0.08, z + length * np.sin(turn)), rng.uniform(0.03, 0.14), c, surface(rng))
    else:
        for _ in range(rng.integers(2, 6)):
            dx, dz = rng.normal(0, 0.25, 2)
            shapes.cylinder((x + dx, 0.05, z + dz), (x + dx + rng.normal(0, 0.2), rng.uniform(0.1, 0.4), z + dz + rng.normal(0, 0.2)),
                            rng.uniform(0.04, 0.16), paint(rng), raster.PAINT)


THINGS = [(table, 0.18), (chair, 0.16), (sofa, 0.07), (bed, 0.05), (cabinet, 0.2), (drum, 0.12), (heap, 0.1), (litter, 0.12)]


def build(rng, spots, eye, bare=False):
    """A room about the people standing at `spots` [(x, z)], seen from `eye`; `bare` gives the floor alone (to catch shadows)."""
    shapes = Shapes()
    floor = paint(rng)
    shapes.box((0, -0.05, 0), (40, 0.1, 40), floor if not bare else (0.45, 0.45, 0.45),
               raster.PAINT if bare else int(rng.choice([raster.FLOOR, raster.PAINT, raster.PHOTO, raster.METAL], p=[0.45, 0.2, 0.25, 0.1])))
    if bare:
        return shapes
    wall, kind = paint(rng), int(rng.choice([raster.WALL, raster.PAINT, raster.PHOTO], p=[0.4, 0.35, 0.25]))
    wide, tall = rng.uniform(3.0, 8.0), rng.uniform(2.5, 6.0)
    turn = rng.uniform(0, 1.57)
    for k in range(4):
        a = turn + k * np.pi / 2
        normal = np.array([np.sin(a), np.cos(a)])
        if normal @ [eye[0], eye[2]] > wide - 0.6:   # the camera would stand behind this wall
            continue
        shapes.box((normal[0] * wide, tall / 2, normal[1] * wide), (2 * wide, tall, 0.1), wall, kind, a)
        for _ in range(rng.integers(0, 3)):   # doors, windows, pictures
            along = rng.uniform(-0.8, 0.8) * wide
            x, z = normal * (wide - 0.06) + np.array([normal[1], -normal[0]]) * along
            shapes.box((x, rng.uniform(0.8, 1.8), z), (rng.uniform(0.4, 1.6), rng.uniform(0.4, 1.8), 0.06), paint(rng), int(rng.choice([raster.PAINT, raster.PHOTO, raster.GLOW], p=[.4, .5, .1])), a)
    camera = np.array([eye[0], eye[2]])
    if rng.random() < 0.35:
        z = rng.choice([-1, 1]) * rng.uniform(1.8, 3.0)
        if abs(z - camera[1]) > 0.8 and all(abs(s[1] - z) > 0.9 for s in spots):
            hall.conveyor(shapes, -6, 6, z)
            for x in np.arange(-5, 5, rng.uniform(1.0, 3.0)):
                hall.parcel(shapes, (x, hall.BELT_HEIGHT, z), rng.uniform(0.2, 0.5, 3), rng, rng.uniform(-0.4, 0.4))
    if rng.random() < 0.3:
        z = rng.choice([-1, 1]) * rng.uniform(2.6, 4.5)
        if abs(z - camera[1]) > 1.0 and all(abs(s[1] - z) > 1.2 for s in spots):
            hall.rack(shapes, -4, 4, z, rng)
    if rng.random() < 0.4:
        for _ in range(rng.integers(1, 4)):
            a, b = rng.uniform(-5, 5, 2), rng.uniform(-5, 5, 2)
            hall.stripe(shapes, a[0], a[1], b[0], b[1], rng.uniform(0.05, 0.15), paint(rng) if rng.random() < 0.5 else hall.YELLOW)
    chances = np.array([w for _, w in THINGS])
    for _ in range(rng.integers(2, 14)):
        spot = rng.uniform(-min(wide, 4.5), min(wide, 4.5), 2)
        if np.linalg.norm(spot - camera) < 1.3 or any(np.linalg.norm(spot - s) < 1.25 for s in spots):
            continue
        THINGS[rng.choice(len(THINGS), p=chances / chances.sum())][0](shapes, spot[0], spot[1], rng)
    if spots and rng.random() < 0.3:   # something between camera and person
        person = np.asarray(spots[rng.integers(len(spots))])
        spot = person + (camera - person) * rng.uniform(0.22, 0.5) + rng.normal(0, 0.35, 2)
        if np.linalg.norm(spot - camera) > 1.2:
            size = np.array([rng.uniform(0.3, 1.0), rng.uniform(0.4, 1.1), rng.uniform(0.2, 0.5)])
            shapes.box((spot[0], size[1] / 2, spot[1]), size, paint(rng), surface(rng), rng.uniform(0, 3.14))
    return shapes
