"""A dressed person on the GPU: body, colours, optional helmet; takes poses."""
import numpy as np

from . import raster


class Person:
    """Meshes of one person. `owner` is the id that `Raster.identify` reports; `outfit` sets the shader's garment colours."""

    def __init__(self, target, body, outfit, skin=(0.55, 0.34, 0.25), hair=(0.05, 0.035, 0.025), shoes=(0.05, 0.045, 0.04),
                 helmet=None, gloves=None, owner=1):
        self.body, self.owner, self.meshes = body, owner, []
        surface = {"skin": raster.SKIN, "suit": raster.CLOTH, "shoes": raster.SHOE, "hair": raster.HAIR}
        for part in body.parts:
            if part.name == "hair" and helmet is not None:
                self.meshes.append((None, None))
                continue
            colour = np.tile({"skin": skin, "suit": (0.5, 0.5, 0.5), "shoes": shoes, "hair": hair}[part.name], (len(part.rest), 1))
            if part.name == "skin" and gloves is not None:
                hands = sum(np.asarray(part.weights[:, body.index(n)].todense()).ravel() for n in body.bones if "Hand" in n or "Finger" in n or "Thumb" in n)
                colour[hands > 0.5] = gloves
            mesh = raster.Mesh(target, part.rest, part.faces, colour, surface[part.name], rest=part.rest)
            mesh.outfit, mesh.owner = outfit, owner
            self.meshes.append((part, mesh))
        if helmet is not None:
            self.helmet_rest, faces = shell(body)
            mesh = raster.Mesh(target, self.helmet_rest, faces, helmet, raster.METAL, rest=self.helmet_rest)
            mesh.owner = owner
            self.meshes.append(("helmet", mesh))

    def drawn(self):
        return [mesh for _, mesh in self.meshes if mesh is not None]

    def pose(self, rotation, root):
        """Moves the meshes to a pose; returns the joint positions."""
        position = self.body.pose(rotation, root)
        self.low, self.high = np.full(3, np.inf), np.full(3, -np.inf)
        for part, mesh in self.meshes:
            if mesh is None:
                continue
            if part == "helmet":
                head = self.body.index("Head")
                vertices = (self.helmet_rest - self.body.joints[head]) @ rotation[head].T + position[head]
            else:
                vertices = self.body.skin(part, rotation, position)
                used = vertices[np.unique(mesh.faces)] if part.name == "skin" else vertices
                self.low, self.high = np.minimum(self.low, used.min(0)), np.maximum(self.high, used.max(0))
            mesh.move(vertices)
        return position

    def release(self):
        for mesh in self.drawn():
            mesh.release()


def shell(body, rings=10, sides=28):
    """A safety helmet: most of an ellipsoid over the skull with a brim. Vertices in rest position [n, 3] and triangles."""
    skin = body.parts[0].rest
    top = skin[:, 1].max()
    skull = skin[skin[:, 1] > top - 0.10]
    centre = np.array([0, top - 0.085, (skull[:, 2].min() + skull[:, 2].max()) / 2])
    half = np.array([np.ptp(skull[:, 0]) / 2 + 0.022, 0.112, np.ptp(skull[:, 2]) / 2 + 0.024])
    a = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    points, faces = [], []
    for k in range(rings):
        polar = k / (rings - 1) * np.pi / 2
        ring = np.c_[np.cos(a) * np.sin(polar), np.full(sides, np.cos(polar)), np.sin(a) * np.sin(polar)]
        points.append(centre + ring * half)
    brim = points[-1].copy()
    brim[:, [0, 2]] = centre[[0, 2]] + (brim[:, [0, 2]] - centre[[0, 2]]) * 1.10
    brim[:, 2] += 0.045 * np.clip(np.sin(a), 0, 1) ** 2
    brim[:, 1] -= 0.012
    points.append(brim)
    for k in range(len(points) - 1):
        for i in range(sides):
            j = (i + 1) % sides
            faces += [[k * sides + i, k * sides + j, (k + 1) * sides + i], [k * sides + j, (k + 1) * sides + j, (k + 1) * sides + i]]
    return np.concatenate(points), np.array(faces)
