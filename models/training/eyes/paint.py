"""Draws planned scenes, many at once, on whatever device the network learns on: layers first, then what cameras do to a picture."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import torch
from torch.nn import functional as F

from .scene import Store
from .target import Batch

LEVELS = 3  # every picture is kept whole, halved and quartered, so that small people look like a camera's small people

# ITU-T T.81 annex K, tables K.1 and K.2
LUMA = """16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62
18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99"""
CHROMA = "17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 " + "99 " * 32


def levels(picture: np.ndarray) -> list[np.ndarray]:
    """int32 [h, w] of RGBA words, each level half as large as the one before."""
    rgba = cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA) if picture.shape[2] == 3 else np.ascontiguousarray(picture)
    out = []
    for _ in range(LEVELS):
        out.append(rgba.view("<i4")[..., 0])
        h, w = rgba.shape[:2]
        rgba = cv2.resize(rgba, (max(1, w // 2), max(1, h // 2)), interpolation=cv2.INTER_AREA)
    return out


class Atlas:
    """All pictures of a store as RGBA words in one tensor; four bytes in one word are fetched at once."""

    def __init__(self, store: Store, device: torch.device):
        with ThreadPoolExecutor() as pool:
            every = list(pool.map(lambda item: levels(store.picture(item)), store.items))
        table, at = [], 0
        for pictures in every:
            table.append([])
            for words in pictures:
                table[-1].append((at, words.shape[1], words.shape[0]))
                at += words.size
        self.words = torch.from_numpy(np.concatenate([words.ravel() for pictures in every for words in pictures])).to(device)
        self.table = torch.tensor(table, device=device)  # int64 [items, LEVELS, 3]: first word, width, height

    def sample(self, level_of: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        """Bilinear, float [n, 4, h, w]; level_of int64 [n, 3] is a row of the table, u and v [n, h, w] in its pixels, edges continued."""
        first, wide, high = (level_of[:, k, None, None] for k in range(3))
        u, v = u - 0.5, v - 0.5
        x, y = torch.floor(u), torch.floor(v)
        fx, fy = (u - x)[:, None], (v - y)[:, None]
        x, y = x.long(), y.long()
        out = 0.0
        for dy, wy in ((0, 1 - fy), (1, fy)):
            row = first + (y + dy).clamp_(min=0).minimum(high - 1) * wide
            for dx, wx in ((0, 1 - fx), (1, fx)):
                word = self.words[row + (x + dx).clamp_(min=0).minimum(wide - 1)]
                out = out + torch.stack([(word >> s & 255).float() for s in (0, 8, 16, 24)], 1) * (wx * wy)
        return out

    def draw(self, batch: Batch) -> torch.Tensor:
        """The scenes of a batch without what cameras do to them: float [B, 3, H, W], 0 to 255."""
        w, h, layers = batch.width, batch.height, batch.layers
        device = layers["item"].device
        canvas = torch.zeros(len(batch.heat), 3, h, w, device=device)
        gx, gy = torch.arange(w, device=device)[None, None] + 0.5, torch.arange(h, device=device)[None, :, None] + 0.5
        last = 0
        for count in batch.depths:
            first, last = last, last + count
            picture, item, m, cell, soft, mirrored, colour = (layers[k][first:last] for k in ("picture", "item", "inverse", "cell", "soft", "mirrored", "colour"))
            plain = (item < 0)[:, None, None]
            shrunk = torch.sqrt((m[:, 0, 0] * m[:, 1, 1] - m[:, 0, 1] * m[:, 1, 0]).abs()).clamp(min=1e-3)  # source pixels to one of the canvas
            level = torch.floor(torch.log2(shrunk) + 0.25).clamp(0, LEVELS - 1).long()
            row = self.table[item.clamp(min=0), level]
            at = lambda k: m[:, k, 0, None, None] * gx + m[:, k, 1, None, None] * gy + m[:, k, 2, None, None]
            whole = self.table[item.clamp(min=0), 0]
            u, v = at(0) * (row[:, 1] / whole[:, 1])[:, None, None], at(1) * (row[:, 2] / whole[:, 2])[:, None, None]
            wide, high = row[:, 1, None, None].float(), row[:, 2, None, None].float()
            back = lambda p, n: n - (torch.remainder(p, 2 * n) - n).abs()
            bounce = mirrored[:, None, None]
            u, v = torch.where(bounce, back(u, wide), u), torch.where(bounce, back(v, high), v)
            rgba = self.sample(row, u, v)
            # distance to the picture's edge and to the cell's, in pixels of the canvas; a mirrored or plain layer has no edge of its own
            edge = torch.minimum(torch.minimum(u, wide - u), torch.minimum(v, high - v)) * (row[:, 1] / whole[:, 1] * shrunk).reciprocal()[:, None, None]
            edge = torch.where(bounce | plain, 1e3, edge)
            x1, y1, x2, y2 = (cell[:, k, None, None] for k in range(4))
            border = torch.minimum(torch.minimum(gx - x1, x2 - gx), torch.minimum(gy - y1, y2 - gy))
            border = torch.where((x1 <= 0) & (y1 <= 0) & (x2 >= w) & (y2 >= h), 1e3, border)  # the canvas' own edge does not fade
            hard = (soft < 0.5)[:, None, None]
            fade = torch.where(hard, torch.minimum(edge + 0.5, (border > 0).float()), torch.minimum(edge, border) / soft.clamp(min=0.5)[:, None, None]).clamp(0, 1)
            alpha = fade * torch.where(plain, 1.0, rgba[:, 3] * (1 / 255))
            rgb = torch.where(plain[:, None], colour[:, :, None, None], rgba[:, :3])
            canvas[picture] = torch.lerp(canvas[picture], rgb, alpha[:, None])
        return canvas


def dct(device: torch.device) -> torch.Tensor:
    """Orthonormal 8x8 matrix of the discrete cosine transform (T.81 A.3.3)."""
    k, n = torch.arange(8.0, device=device)[:, None], torch.arange(8.0, device=device)[None]
    m = torch.cos((2 * n + 1) * k * torch.pi / 16) * 0.5
    m[0] *= 2**-0.5
    return m


def compress(rgb: torch.Tensor, quality: torch.Tensor) -> torch.Tensor:
    """What baseline JPEG of the given quality (1 to 100, as libjpeg scales its tables) loses; sizes are multiples of 16."""
    n, _, h, w = rgb.shape
    r, g, b = rgb[:, 0], rgb[:, 1], rgb[:, 2]
    y = 0.299 * r + 0.587 * g + 0.114 * b
    chroma = F.avg_pool2d(torch.stack((0.564 * (b - y), 0.713 * (r - y)), 1), 2)
    scale = torch.where(quality < 50, 50 / quality, 2 - quality / 50)
    m = dct(rgb.device)

    def lossy(plane: torch.Tensor, table: str) -> torch.Tensor:
        q = torch.tensor([float(t) for t in table.split()], device=rgb.device).view(8, 8)
        q = (q * scale[:, None, None]).clamp(1, 255)[:, None, None, None]
        c, hh, ww = plane.shape[1:]
        blocks = plane.view(n, c, hh // 8, 8, ww // 8, 8).permute(0, 1, 2, 4, 3, 5)
        kept = torch.round(m @ blocks @ m.T / q) * q
        return (m.T @ kept @ m).permute(0, 1, 2, 4, 3, 5).reshape(n, c, hh, ww)

    y = lossy((y - 128)[:, None], LUMA)[:, 0] + 128
    cb, cr = F.interpolate(lossy(chroma, CHROMA), size=(h, w), mode="bilinear").unbind(1)
    return torch.stack((y + 1.403 * cr, y - 0.344 * cb - 0.714 * cr, y + 1.773 * cb), 1)


def kernels(n: int, motion: torch.Tensor, dice: torch.Generator) -> torch.Tensor:
    """n kernels of 7x7: a line as a moving body leaves where `motion`, a Gaussian elsewhere."""
    device = motion.device
    grid = torch.arange(-3.0, 4, device=device)
    x, y = grid[None, None], grid[None, :, None]
    rand = lambda: torch.rand(n, 1, 1, device=device, generator=dice)
    sigma, angle, half = 0.5 + 1.1 * rand(), torch.pi * rand(), 1 + 2.2 * rand()
    along, across = x * angle.cos() + y * angle.sin(), y * angle.cos() - x * angle.sin()
    line = ((half + 0.5 - along.abs()).clamp(0, 1)) * ((1 - across.abs()).clamp(0, 1))
    k = torch.where(motion[:, None, None], line, torch.exp(-(x**2 + y**2) / (2 * sigma**2)))
    return k / k.sum((1, 2), keepdim=True)


def degrade(rgb: torch.Tensor, dice: torch.Generator) -> torch.Tensor:
    """What cameras do: colour, light, night, infrared lamps, blur, few pixels, noise, compression. Floats 0 to 255 in and out."""
    n, _, h, w = rgb.shape
    device = rgb.device
    rand = lambda *shape: torch.rand(*shape, device=device, generator=dice)
    randn = lambda *shape: torch.randn(*shape, device=device, generator=dice)
    on = lambda p: rand(n) < p
    one = lambda x: x[:, None, None, None]
    x = rgb * (1 / 255)
    changed = (x.clamp(min=1e-4) ** one(torch.exp(0.3 * randn(n)))) * one(torch.exp(0.18 * randn(n))) * torch.exp(0.06 * randn(n, 3))[..., None, None] + one(0.07 * randn(n))
    x = torch.where(one(on(0.7)), changed, x)
    night = rand(n)
    grey = (x * torch.tensor([0.299, 0.587, 0.114], device=device)[:, None, None]).sum(1, keepdim=True)
    gx, gy = torch.linspace(0, 1, w, device=device)[None, None], torch.linspace(0, 1, h, device=device)[None, :, None]
    spot = torch.exp(-((gx - 0.3 - 0.4 * rand(n, 1, 1)) ** 2 + (gy - 0.3 - 0.4 * rand(n, 1, 1)) ** 2) * (2 + 5 * rand(n, 1, 1)))[:, None]
    x = torch.where(one(night < 0.2), torch.where(one(night < 0.08), grey * (0.35 + spot), grey), x).clamp(0, 1)
    kind = rand(n)
    soft = torch.nonzero(kind < 0.2).flatten()
    if len(soft):
        k = kernels(len(soft), kind[soft] < 0.08, dice)
        part = F.pad(x[soft], (3, 3, 3, 3), mode="replicate").reshape(1, -1, h + 6, w + 6)
        x[soft] = F.conv2d(part, k[:, None].repeat_interleave(3, 0), groups=3 * len(soft)).view(-1, 3, h, w)
    for k, few in enumerate(torch.nonzero((kind >= 0.2) & (kind < 0.4)).flatten().chunk(4)):
        if len(few):
            f = 0.4 + 0.12 * k
            small = F.interpolate(x[few], size=(int(h * f), int(w * f)), mode="area")
            x[few] = F.interpolate(small, size=(h, w), mode="bilinear")
    x = x * 255 + torch.where(one(on(0.25)), randn(n, 3, h, w) * one(2 + 10 * rand(n)), 0.0)
    pressed = torch.nonzero(on(0.3)).flatten()
    if len(pressed):
        x[pressed] = compress(x[pressed].clamp(0, 255), 25 + 55 * rand(len(pressed)))
    return x.clamp(0, 255).round()


def paint(drawer, batch: Batch, dice: torch.Generator) -> torch.Tensor:
    """Pictures of a batch of scenes as a camera would give them: float [B, 3, H, W], whole numbers 0 to 255."""
    return degrade(drawer.draw(batch), dice)
