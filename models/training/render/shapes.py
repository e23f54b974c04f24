"""Boxes, cylinders and spheres collected into one still mesh."""
import numpy as np

from . import raster


class Shapes:
    """Collects coloured solids (metres, y up); `mesh(raster)` puts them on the GPU as one mesh with sharp edges."""

    def __init__(self):
        self.position, self.faces, self.colour, self.surface, self.normal, self.count = [], [], [], [], [], 0

    def add(self, position, normal, faces, colour, surface):
        self.position.append(position)
        self.normal.append(normal)
        self.faces.append(np.asarray(faces) + self.count)
        self.colour.append(np.tile(colour, (len(position), 1)))
        self.surface.append(np.full(len(position), surface))
        self.count += len(position)

    def box(self, centre, size, colour, surface=raster.PAINT, turn=0.0):
        """A box of `size` (x, y, z) about `centre`, turned by `turn` radians about the vertical."""
        c, s = np.cos(turn), np.sin(turn)
        spin = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        for axis in range(3):
            for sign in (-1, 1):
                u, v = (axis + 1) % 3, (axis + 2) % 3
                corner = np.zeros((4, 3))
                corner[:, axis] = sign * 0.5
                corner[:, u] = np.array([-0.5, 0.5, 0.5, -0.5]) * sign
                corner[:, v] = [-0.5, -0.5, 0.5, 0.5]
                normal = np.zeros(3)
                normal[axis] = sign
                self.add(corner * size @ spin.T + centre, np.tile(spin @ normal, (4, 1)), [[0, 1, 2], [0, 2, 3]], colour, surface)

    def cylinder(self, start, end, radius, colour, surface=raster.PAINT, sides=14, radius_end=None):
        """A closed cylinder (or cone) from `start` to `end`."""
        start, end = np.asarray(start, float), np.asarray(end, float)
        axis = (end - start) / np.linalg.norm(end - start)
        u = np.cross(axis, [0, 1, 0] if abs(axis[1]) < 0.9 else [1, 0, 0])
        u /= np.linalg.norm(u)
        v = np.cross(axis, u)
        a = np.linspace(0, 2 * np.pi, sides, endpoint=False)
        ring = np.outer(np.cos(a), u) + np.outer(np.sin(a), v)
        far = radius if radius_end is None else radius_end
        self.add(np.r_[start + ring * radius, end + ring * far], np.r_[ring, ring],
                 [[k, (k + 1) % sides, sides + k] for k in range(sides)] + [[(k + 1) % sides, sides + (k + 1) % sides, sides + k] for k in range(sides)],
                 colour, surface)
        for point, r, n in ((start, radius, -axis), (end, far, axis)):
            self.add(np.r_[point[None], point + ring * r], np.tile(n, (sides + 1, 1)), [[0, 1 + k, 1 + (k + 1) % sides] for k in range(sides)], colour, surface)

    def mesh(self, target):
        return raster.Mesh(target, np.concatenate(self.position), np.concatenate(self.faces), np.concatenate(self.colour),
                           np.concatenate(self.surface), normal=np.concatenate(self.normal))
