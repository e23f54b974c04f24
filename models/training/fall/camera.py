"""Random cameras over a scene: where points of the world land in the picture, in picture heights."""
from dataclasses import dataclass

import numpy as np

ASPECTS = (4 / 3, 16 / 9)


@dataclass
class Cameras:
    """B cameras: world-to-camera rotation (x right, y down, z ahead) [B,3,3], eye [B,3], focal length and aspect in picture heights [B],
    barrel distortion k >= 0 of r' = r / (1 + k r^2) [B]."""

    rotation: np.ndarray
    eye: np.ndarray
    focal: np.ndarray
    aspect: np.ndarray
    barrel: np.ndarray

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """World points [B,...,3] -> picture [B,...,2] in heights, y down, and depth in m [B,...]; meaningless where depth <= 0."""
        extra = (1,) * (points.ndim - 2)
        seen = np.einsum("bij,b...j->b...i", self.rotation, points - self.eye.reshape(-1, *extra, 3))
        depth = np.maximum(seen[..., 2], .1)
        flat = seen[..., :2] / depth[..., None]
        flat = flat / (1 + self.barrel.reshape(-1, *extra, 1) * (flat**2).sum(-1, keepdims=True))
        middle = np.stack([self.aspect / 2, np.full_like(self.aspect, .5)], -1).reshape(-1, *extra, 2)
        return flat * self.focal.reshape(-1, *extra, 1) + middle, seen[..., 2]


def look(rng: np.random.Generator, subject: np.ndarray, at_edge: np.ndarray | None = None, turn: np.ndarray | None = None) -> Cameras:
    """One camera per subject [B,3] (m): 0.7 to 5 m high, at a distance that makes a standing person 0.12 to 1.2 picture heights tall, a little
    rolled; the subject somewhere in the picture or, where at_edge [B], about to leave it, mostly below. `turn` [B]: direction from subject to camera, rad."""
    count = len(subject)
    focal = .5 / np.tan(np.radians(rng.uniform(36, 80, count)) / 2)
    aspect = rng.choice(ASPECTS, count)
    size = np.exp(rng.uniform(np.log(.12), np.log(1.2), count))
    far = np.clip(focal * 1.7 / size, 1.6, 16)
    height = np.where(rng.random(count) < .2, rng.uniform(.7, 1.8, count), rng.uniform(1.8, 5, count))
    height = np.minimum(height, far * .85 + .5)
    along = np.sqrt(np.maximum(far**2 - (height - 1) ** 2, 1))
    turn = rng.uniform(0, 2 * np.pi, count) if turn is None else turn
    eye = subject * (1, 1, 0) + np.stack([along * np.cos(turn), along * np.sin(turn), height], -1)

    to = subject - eye
    yaw, pitch = np.arctan2(to[:, 1], to[:, 0]), np.arctan2(-to[:, 2], np.linalg.norm(to[:, :2], axis=1))
    wide = np.arctan(aspect / 2 / focal)
    aside, below = rng.uniform(-.95, .95, count), rng.uniform(-.9, .9, count)
    if at_edge is not None:
        side = at_edge & (rng.random(count) < .3)
        aside = np.where(side, rng.choice([-1, 1], count) * rng.uniform(.85, 1.1, count), aside)
        below = np.where(at_edge & ~side, rng.uniform(.75, 1.3, count), below)
    yaw = yaw + aside * wide
    pitch = pitch - below * np.arctan(.5 / focal)
    roll = np.radians(rng.normal(0, 2, count))
    ahead = np.stack([np.cos(pitch) * np.cos(yaw), np.cos(pitch) * np.sin(yaw), -np.sin(pitch)], -1)
    right = np.stack([np.sin(yaw), -np.cos(yaw), np.zeros(count)], -1)
    down = np.cross(ahead, right)
    c, s = np.cos(roll)[:, None], np.sin(roll)[:, None]
    rotation = np.stack([c * right + s * down, c * down - s * right, ahead], 1)
    barrel = np.where(rng.random(count) < .4, rng.uniform(0, .25, count), 0)
    return Cameras(rotation, eye, focal, aspect, barrel)
