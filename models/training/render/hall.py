"""A factory hall: floor with markings, a conveyor, racks, walls, machines. Metres, y up; the conveyor runs along x at z = 6.6."""
import numpy as np

from . import raster
from .shapes import Shapes

YELLOW, BLUE, ORANGE, GREY, DARK, WHITE = (0.80, 0.55, 0.03), (0.03, 0.12, 0.36), (0.75, 0.22, 0.03), (0.35, 0.36, 0.37), (0.03, 0.03, 0.035), (0.75, 0.75, 0.72)
CARDS = [(0.46, 0.30, 0.16), (0.52, 0.36, 0.20), (0.40, 0.26, 0.14), (0.56, 0.42, 0.27)]
BELT_HEIGHT, BELT_Z, BELT_SPEED = 0.85, 6.6, 0.35   # m, m, m/s (the shader moves the belt's pattern at the same speed)


def parcel(shapes, centre, size, rng, turn=0.0):
    """A taped cardboard box standing on `centre`."""
    centre = np.asarray(centre, float)
    shapes.box(centre + [0, size[1] / 2, 0], size, CARDS[rng.integers(len(CARDS))], raster.CARD, turn)
    shapes.box(centre + [0, size[1] / 2 + 0.001, 0], (size[0] * 1.002, size[1] * 1.002, 0.05), (0.60, 0.50, 0.34), raster.CARD, turn)
    spin = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    label = centre + spin @ [size[0] * 0.2, size[1] * 0.55, -size[2] / 2 - 0.001]
    shapes.box(label, (min(0.16, size[0] * 0.4), min(0.11, size[1] * 0.4), 0.004), WHITE, raster.PAINT, turn)


def conveyor(shapes, x1, x2, z=BELT_Z, width=0.8):
    shapes.box(((x1 + x2) / 2, BELT_HEIGHT - 0.04, z), (x2 - x1, 0.07, width - 0.08), (0.045, 0.047, 0.05), raster.BELT)
    for side in (-1, 1):
        shapes.box(((x1 + x2) / 2, BELT_HEIGHT - 0.06, z + side * (width / 2)), (x2 - x1, 0.20, 0.06), BLUE, raster.METAL)
        shapes.box(((x1 + x2) / 2, BELT_HEIGHT + 0.12, z + side * (width / 2 + 0.02)), (x2 - x1, 0.035, 0.03), (0.6, 0.6, 0.6), raster.METAL)
        for x in np.arange(x1 + 0.3, x2, 0.8):
            shapes.box((x, BELT_HEIGHT + 0.07, z + side * (width / 2 + 0.02)), (0.025, 0.1, 0.025), (0.5, 0.5, 0.5), raster.METAL)
        for x in np.arange(x1 + 0.7, x2, 1.9):
            shapes.box((x, 0.36, z + side * (width / 2 - 0.02)), (0.08, 0.74, 0.06), GREY, raster.METAL)
            shapes.box((x, 0.01, z + side * (width / 2 - 0.02)), (0.18, 0.02, 0.16), GREY, raster.METAL)
    for x in np.arange(x1 + 0.7, x2, 1.9):
        shapes.box((x, 0.30, z), (0.05, 0.05, width), GREY, raster.METAL)


def rack(shapes, x1, x2, z, rng, depth=1.0, height=3.4, levels=(0.12, 1.35, 2.55)):
    xs = np.arange(x1, x2 + 0.1, 2.6)
    for x in xs:
        for dz in (-depth / 2, depth / 2):
            shapes.box((x, height / 2, z + dz), (0.09, height, 0.07), BLUE, raster.METAL)
        for y in np.arange(0.4, height, 0.8):
            shapes.box((x, y, z), (0.04, 0.04, depth), BLUE, raster.METAL)
    for y in levels:
        for dz in (-depth / 2, depth / 2):
            shapes.box(((xs[0] + xs[-1]) / 2, y, z + dz), (xs[-1] - xs[0], 0.11, 0.05), ORANGE, raster.METAL)
        shapes.box(((xs[0] + xs[-1]) / 2, y + 0.05, z), (xs[-1] - xs[0], 0.02, depth), (0.45, 0.45, 0.44), raster.METAL)
        for left in xs[:-1]:
            for slot in range(3):
                if rng.random() < 0.12:
                    continue
                x = left + 0.5 + slot * 0.8
                tall = rng.uniform(0.45, 0.95) if y < 2.4 else rng.uniform(0.3, 0.7)
                if rng.random() < 0.25:
                    colour = [(0.04, 0.2, 0.3), (0.3, 0.04, 0.04), (0.12, 0.13, 0.14), (0.03, 0.22, 0.12)][rng.integers(4)]
                    shapes.box((x, y + 0.06 + tall * 0.3, z), (0.62, tall * 0.6, 0.7), colour, raster.PAINT)
                else:
                    pallet(shapes, x, y + 0.06, z, 0.72, 0.8)
                    parcel(shapes, (x, y + 0.17, z), (rng.uniform(0.5, 0.7), tall, 0.75), rng)


def pallet(shapes, x, y, z, w=1.2, d=0.8, turn=0.0):
    wood = (0.42, 0.29, 0.16)
    for k in range(5):
        shapes.box((x, y + 0.10, z + (k - 2) * d / 4.6), (w, 0.022, d / 7), wood, raster.CARD, turn)
    for k in (-1, 0, 1):
        shapes.box((x + k * (w / 2 - 0.06), y + 0.045, z), (0.1, 0.09, d), wood, raster.CARD, turn)


def stripe(shapes, x1, z1, x2, z2, width=0.10, colour=YELLOW):
    length, turn = np.hypot(x2 - x1, z2 - z1), np.arctan2(-(z2 - z1), x2 - x1)
    shapes.box(((x1 + x2) / 2, 0.0015, (z1 + z2) / 2), (length, 0.003, width), colour, raster.FLOOR, turn)


def hazard(shapes, centre, size, turn=0.0):
    """Black and yellow tape: a thin slab with slanting stripes made of short boxes."""
    c, s = np.cos(turn), np.sin(turn)
    count = int(size[0] / 0.12)
    for k in range(count):
        x = (k + 0.5) * size[0] / count - size[0] / 2
        shapes.box(np.asarray(centre) + [x * c, 0, -x * s], (size[0] / count, size[1], size[2]), YELLOW if k % 2 else DARK, raster.PAINT, turn)


def build(rng):
    """All still shapes of the hall."""
    shapes = Shapes()
    shapes.box((1, -0.05, 5), (30, 0.1, 24), (0.30, 0.315, 0.31), raster.FLOOR)
    shapes.box((1, 2.5, 12.1), (30, 5, 0.2), (0.52, 0.55, 0.57), raster.WALL)
    shapes.box((1, 0.55, 11.98), (30, 1.1, 0.06), (0.16, 0.24, 0.31), raster.WALL)
    shapes.box((11.6, 2.5, 5), (0.2, 5, 24), (0.52, 0.55, 0.57), raster.WALL)
    shapes.box((11.48, 0.55, 5), (0.06, 1.1, 24), (0.16, 0.24, 0.31), raster.WALL)
    shapes.box((-9.6, 2.5, 5), (0.2, 5, 24), (0.52, 0.55, 0.57), raster.WALL)
    conveyor(shapes, -9.0, 6.2)
    # the machine at the end of the conveyor, with a tunnel, a panel and a stack light
    shapes.box((7.2, 1.0, 6.6), (2.0, 2.0, 1.9), (0.62, 0.63, 0.61), raster.METAL)
    shapes.box((6.19, 1.05, 6.6), (0.04, 0.55, 0.85), DARK, raster.PAINT)
    shapes.box((7.2, 0.12, 6.6), (2.1, 0.24, 2.0), (0.12, 0.13, 0.14), raster.METAL)
    shapes.box((7.0, 1.35, 5.63), (0.9, 0.7, 0.05), (0.07, 0.12, 0.2), raster.METAL)
    shapes.box((6.85, 1.45, 5.60), (0.36, 0.26, 0.02), (0.10, 0.35, 0.45), raster.GLOW)
    for k, colour in enumerate([(0.5, 0.03, 0.02), (0.5, 0.3, 0.02), (0.02, 0.45, 0.08)]):
        shapes.cylinder((6.5, 2.02 + 0.12 * k, 6.0), (6.5, 2.12 + 0.12 * k, 6.0), 0.05, colour, raster.GLOW if k == 2 else raster.PAINT)
    shapes.box((7.2, 2.03, 6.6), (1.2, 0.12, 1.2), (0.3, 0.31, 0.33), raster.METAL)
    rack(shapes, -6.6, 6.5, 11.2, rng)
    # markings: a walkway before the conveyor, a bay for pallets
    stripe(shapes, -9.4, 5.35, 5.6, 5.35)
    stripe(shapes, -9.4, 2.3, 9.5, 2.3)
    stripe(shapes, 5.6, 5.35, 5.6, 2.3)
    stripe(shapes, -9.4, 8.0, 9.5, 8.0)
    for x in np.arange(-8.6, 5.0, 0.5):
        stripe(shapes, x, 5.45, x + 0.22, 5.67, 0.09)
    for x1, z1, x2, z2 in ((6.4, 2.6, 9.4, 2.6), (9.4, 2.6, 9.4, 4.6), (9.4, 4.6, 6.4, 4.6), (6.4, 4.6, 6.4, 2.6)):
        stripe(shapes, x1, z1, x2, z2, 0.08, WHITE)
    for x, z, n in ((7.2, 3.6, 3), (8.6, 3.7, 2), (9.9, 6.8, 3)):
        pallet(shapes, x, 0, z)
        for level in range(n):
            for dx in (-0.3, 0.3):
                parcel(shapes, (x + dx + rng.uniform(-0.02, 0.02), 0.115 + level * 0.36, z), (0.56, 0.36, 0.74), rng, rng.uniform(-0.04, 0.04))
    # columns with tape, bollards, a bin, a fire point, a cabinet, signs
    for x, z in ((3.4, 9.3), (-4.6, 9.3), (10.6, 9.3)):
        shapes.box((x, 2.5, z), (0.32, 5, 0.32), (0.40, 0.43, 0.45), raster.METAL)
        for k in range(8):
            shapes.box((x, 0.08 + 0.15 * k, z), (0.335, 0.15, 0.335), YELLOW if k % 2 else DARK, raster.PAINT)
    for x in (5.75, 5.75 + 1.2):
        shapes.cylinder((x, 0, 5.15), (x, 0.95, 5.15), 0.06, YELLOW, raster.METAL)
        shapes.cylinder((x, 0.6, 5.15), (x, 0.72, 5.15), 0.062, DARK, raster.PAINT)
    shapes.cylinder((-2.9, 0, 8.9), (-2.9, 0.9, 8.9), 0.3, (0.03, 0.18, 0.3), raster.METAL)
    shapes.cylinder((-2.2, 0, 9.0), (-2.2, 0.9, 9.0), 0.3, (0.35, 0.05, 0.03), raster.METAL)
    shapes.box((8.6, 1.0, 11.7), (1.1, 2.0, 0.5), (0.32, 0.35, 0.36), raster.METAL)
    shapes.box((11.42, 1.6, 7.8), (0.05, 0.5, 0.38), (0.45, 0.02, 0.02), raster.PAINT)
    shapes.cylinder((11.3, 0.55, 7.8), (11.3, 1.1, 7.8), 0.09, (0.5, 0.02, 0.02), raster.METAL)
    shapes.box((11.45, 2.0, 3.6), (0.06, 4.0, 3.2), (0.42, 0.44, 0.45), raster.WALL)
    shapes.box((11.44, 1.2, 9.9), (0.06, 2.1, 1.0), (0.05, 0.20, 0.14), raster.PAINT)
    shapes.box((11.40, 2.45, 9.9), (0.05, 0.2, 0.5), (0.05, 0.5, 0.18), raster.GLOW)
    return shapes
