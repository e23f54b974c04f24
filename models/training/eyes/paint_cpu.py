"""Draws planned scenes on a processor without a GPU: the pictures that `paint.Atlas` draws, layer by layer with OpenCV."""

import cv2
import numpy as np
import torch

from .paint import LEVELS, Atlas
from .scene import Store
from .target import Batch


class Easel:
    """Decodes each picture when a layer asks for it; a whole store does not fit into every learner's memory."""

    def __init__(self, store: Store, device: torch.device):
        self.store, self.device = store, device

    def draw(self, batch: Batch) -> torch.Tensor:
        """As `Atlas.draw`, within a few grey levels: OpenCV rounds what lies between pixels."""
        canvas = np.zeros((len(batch.heat), batch.height, batch.width, 3), np.float32)
        layers = {name: values.numpy() for name, values in batch.layers.items()}
        for k in np.argsort(layers["depth"], kind="stable"):
            lay(canvas[layers["picture"][k]], self.store, {name: values[k] for name, values in layers.items()})
        return torch.from_numpy(canvas).to(self.device).permute(0, 3, 1, 2).contiguous()


def drawer(store: Store, device: torch.device) -> Atlas | Easel:
    """Whatever draws fastest where the network learns."""
    return Easel(store, device) if device.type == "cpu" else Atlas(store, device)


def lay(canvas: np.ndarray, store: Store, layer: dict) -> None:
    """One layer onto float32 [h, w, 3], in place."""
    height, width = canvas.shape[:2]
    x1, y1, x2, y2 = cell = layer["cell"].astype(float)
    whole = x1 <= 0 and y1 <= 0 and x2 >= width and y2 >= height  # the canvas' own edge does not fade
    soft = layer["soft"] >= 0.5
    left, top = max(0, int(np.floor(x1))), max(0, int(np.floor(y1)))
    part = canvas[top : max(top, int(np.ceil(y2))), left : max(left, int(np.ceil(x2)))]
    if not part.size:
        return
    gx, gy = (left + 0.5 + np.arange(part.shape[1], dtype=np.float32))[None], (top + 0.5 + np.arange(part.shape[0], dtype=np.float32))[:, None]
    border = None if whole else np.minimum(np.minimum(gx - cell[0], cell[2] - gx), np.minimum(gy - cell[1], cell[3] - gy))
    edge = mask = None
    if layer["item"] < 0:
        rgb = np.broadcast_to(layer["colour"], part.shape)
    else:
        rgb, mask, edge = looked_up(store.picture(store.items[layer["item"]]), layer["inverse"].astype(float), bool(layer["mirrored"]), gx, gy)
    alpha = fade(edge, border, float(layer["soft"]) if soft else None)
    if mask is not None:
        alpha = mask * (1 / 255) if alpha is None else alpha * mask * (1 / 255)
    part[:] = rgb if alpha is None else part + (rgb - part) * alpha[..., None]


def fade(edge: np.ndarray | None, border: np.ndarray | None, soft: float | None) -> np.ndarray | None:
    """How much of the layer shows, 0 to 1, by the distances from the picture's edge and the cell's; None: all of it."""
    if soft is not None:
        near = [d for d in (edge, border) if d is not None]
        return np.clip(np.minimum.reduce(near) / soft, 0, 1) if near else None
    near = ([edge + 0.5] if edge is not None else []) + ([(border > 0).astype(np.float32)] if border is not None else [])
    return np.clip(np.minimum.reduce(near), 0, 1) if near else None


def looked_up(picture: np.ndarray, inverse: np.ndarray, mirrored: bool, gx: np.ndarray, gy: np.ndarray) -> tuple:
    """Colours [h, w, 3] at the places gx, gy of the canvas, their mask or None, and the distance to the picture's edge or None, in pixels of the canvas."""
    shrunk = max(1e-3, np.sqrt(abs(np.linalg.det(inverse[:, :2]))))  # source pixels to one of the canvas
    high, wide = picture.shape[:2]
    for _ in range(int(np.clip(np.floor(np.log2(shrunk) + 0.25), 0, LEVELS - 1))):
        picture = cv2.resize(picture, (max(1, picture.shape[1] // 2), max(1, picture.shape[0] // 2)), interpolation=cv2.INTER_AREA)
    h, w = picture.shape[:2]
    m = np.diag((w / wide, h / high)) @ inverse
    at = m.copy()
    at[:, 2] = m @ (gx[0, 0], gy[0, 0], 1) - 0.5  # OpenCV counts from the middles of pixels
    border = cv2.BORDER_REFLECT if mirrored else cv2.BORDER_REPLICATE
    colours = cv2.warpAffine(picture, at, (gx.shape[1], gy.shape[0]), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=border)
    mask = colours[..., 3].astype(np.float32) if colours.shape[2] == 4 else None
    if mirrored:
        return colours[..., :3], mask, None
    m = m.astype(np.float32)
    u, v = (row[0] * gx + row[1] * gy + row[2] for row in m)
    edge = np.minimum(np.minimum(u, w - u), np.minimum(v, h - v)) * np.float32(wide / (w * shrunk))
    return colours[..., :3], mask, edge
