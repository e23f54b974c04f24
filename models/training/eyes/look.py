"""The second look: a small network that sees each likely person cut from the picture at one size, and says who is there.

It decides score, box, joints and lying. A joint is the peak of its map; an edge of the box that of what its map says by column or by row. Maps learn several
times as fast as rows of bins that one product makes of all cells (SimCC, Li et al., ECCV 2022).
"""

import torch
from torch import nn
from torch.nn import functional as F

from .network import GREY, JOINTS, PEOPLE, STRIDE, Eyes, Pyramid, Widths, conv, stage, up

SIDE = 96  # pixels of a crop
ROOM = 1.4  # side of the square that is cut out, in longer sides of the likely person's box: the first box may be off by a third
LEAST = 24.0  # and at least this many pixels of the picture
CELL = 4  # pixels of the crop in a cell of a map
CELLS = SIDE // CELL
SHARP = 2.0  # columns and rows count by this power when an edge's mean place is taken: its peak should outweigh the many low ones around
LIKELY = 0.15  # how likely the first look must find somebody for a second one; the likeliest gets one anyway, for an empty batch cannot be run
WIDTHS = Widths((32, 48, 64, 96, 128), ((2, 64), (2, 96), (2, 128)), 64, 96)


def cuts(boxes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Centres [N,2] and sides [N] of the squares to cut around boxes [N,4], in pixels of the picture."""
    size = boxes[:, 2:] - boxes[:, :2]
    return (boxes[:, :2] + boxes[:, 2:]) * 0.5, (size.amax(1) * ROOM).clamp(min=LEAST)


def cut(picture: torch.Tensor, centre: torch.Tensor, side: torch.Tensor, pixels: int) -> torch.Tensor:
    """Squares of a picture float [1,3,H,W] brought to pixels x pixels by bilinear reading: [N,3,pixels,pixels], zero outside of it."""
    h, w = picture.shape[2:]
    at = (torch.arange(pixels, device=picture.device).float() + 0.5) / pixels - 0.5
    x = ((centre[:, :1] + side[:, None] * at) * (2.0 / w) - 1.0)[:, None, :].expand(-1, pixels, -1)
    y = ((centre[:, 1:] + side[:, None] * at) * (2.0 / h) - 1.0)[:, :, None].expand(-1, -1, pixels)
    # one tall grid instead of a copy of the picture for each square
    seen = F.grid_sample(picture, torch.stack((x, y), 3).reshape(1, -1, pixels, 2), mode="bilinear", padding_mode="zeros", align_corners=False)
    return seen.reshape(3, -1, pixels, pixels).permute(1, 0, 2, 3)


class Look(Pyramid):
    """Crops float [N,3,96,96], as the picture is for `Pyramid.pyramid`; what the first look said of each, float [N,3]: logit of its likelihood (clamped
    to ±6), width and height of its box in sides of the crop.

    Returns a dict, places in pixels of the crop: `score`, `lying` and `seen` logits [N], [N], [N,17]; `joints` [N,17,2], `box` [N,4]; `maps` logits of
    the joints' cells [N,17,24,24], `edges` those of the columns or rows of left, top, right, bottom [N,4,24].
    """

    def __init__(self):
        super().__init__(WIDTHS)
        w2, w4 = WIDTHS.stages[:2]
        neck, middle = WIDTHS.neck, WIDTHS.middle
        self.s4 = stage(w2, w4, 1, w4)  # what limbs look like is seen near the pixels: a thin start here kept joints from being learned
        self.fine, self.limbs = conv(neck, w4, 1), conv(w4, w4)
        self.maps = nn.Conv2d(w4, JOINTS + 4, 1)
        self.narrow = conv(middle, 24, 1)
        self.whole = nn.Sequential(nn.Linear(24 * (SIDE // 16) ** 2 + 3, 160), nn.ReLU(inplace=True), nn.Linear(160, 2 + JOINTS))
        self.sure = nn.Parameter(torch.ones(1))

    def forward(self, crops: torch.Tensor, before: torch.Tensor) -> dict[str, torch.Tensor]:
        x4, p8, p16, _ = self.pyramid(crops)
        maps = self.maps(self.limbs(x4 + up(self.fine(p8)))).float()
        told = self.whole(torch.cat((self.narrow(p16).flatten(1), before), 1)).float()
        joints, mass = peaks(maps[:, :JOINTS])
        columns, rows = (torch.logsumexp(maps[:, JOINTS:], over) for over in (2, 3))
        edges = torch.stack((columns[:, 0], rows[:, 1], columns[:, 2], rows[:, 3]), 1)
        seen = told[:, 2:] + self.sure * torch.log(mass.detach() + 1e-4)
        return {"score": told[:, 0], "lying": told[:, 1], "box": mean(edges), "joints": joints, "seen": seen, "maps": maps[:, :JOINTS], "edges": edges}


def middles(device: torch.device) -> torch.Tensor:
    """Where the middles of columns or rows are, in pixels of the crop."""
    return (torch.arange(CELLS, device=device) + 0.5) * CELL


def mean(edges: torch.Tensor) -> torch.Tensor:
    """Mean place in pixels of the crop by the logits of columns or rows [...,24]."""
    return (torch.softmax(SHARP * edges, -1) * middles(edges.device)).sum(-1)


def peaks(maps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Places [N,17,2] in pixels of the crop, and how much of the map's probability lies there [N,17]: the mean place near the likeliest cell, by logits
    [N,17,24,24]."""
    flat = maps.flatten(2)
    best = flat.argmax(2)
    row = torch.div(best, CELLS, rounding_mode="floor")
    cells = torch.arange(CELLS, device=maps.device)
    near = [torch.exp(-0.5 * (cells - at[..., None]).float() ** 2) for at in (best - row * CELLS, row)]
    p = torch.softmax(flat, 2).reshape(maps.shape)
    by_row = (p * near[0][:, :, None]).sum(3) * near[1]
    by_column = (p * near[1][..., None]).sum(2) * near[0]
    mass = by_row.sum(2)
    middle = middles(maps.device)
    return torch.stack(((by_column * middle).sum(2), (by_row * middle).sum(2)), 2) / mass[..., None], mass


def likely(dense: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The 20 likeliest people of one picture by the first look's [1,5,h,w]: logits [20], best first, and boxes [20,4] in pixels."""
    heat = dense[:, :1]
    # a cell that is not the best of its 3x3 neighbourhood gets a logit no real cell reaches
    heat = torch.where(heat >= F.max_pool2d(heat, 3, 1, 1), heat, torch.full_like(heat, -30.0))
    best, index = torch.topk(heat.flatten(), PEOPLE)
    w = dense.shape[3]
    row = torch.div(index, w, rounding_mode="floor")
    centre = torch.stack((index - row * w, row), 1).float() + 0.5
    reach = torch.exp(dense[0].flatten(1)[1:5, index].T.float().clamp(-4.0, 5.0))
    return best, torch.cat((centre - reach[:, :2], centre + reach[:, 2:]), 1) * STRIDE


def distinct(boxes: torch.Tensor, limit: float = 0.6) -> torch.Tensor:
    """False for boxes that overlap a better one by more than `limit` (IoU), best first; one product instead of a loop (fast NMS, Bolya et al. 2019)."""
    lo = torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
    hi = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    inter = (hi - lo).clamp(min=0).prod(2)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    iou = inter / (area[:, None] + area[None] - inter).clamp(min=1e-3)
    return torch.triu(iou, diagonal=1).amax(0) <= limit


def before(logits: torch.Tensor, boxes: torch.Tensor, side: torch.Tensor) -> torch.Tensor:
    """What the second look is told of the first: [N,3], see `Look`."""
    return torch.cat((logits[:, None].clamp(-6.0, 6.0), (boxes[:, 2:] - boxes[:, :2]) / side[:, None]), 1)


class Deployed(nn.Module):
    """The whole graph of the ONNX file: uint8 [1,H,W,3] RGB in, float32 [1,20,57] out (see models/spotter-eyes.md for the row). The first look sees the
    picture reduced to `height` rows (0: as it is), the second cuts from the whole one."""

    def __init__(self, eyes: Eyes, look: Look, height: int = 0):
        super().__init__()
        self.eyes, self.look, self.height = eyes, look, height

    def found(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """`likely` of a picture float [1,3,H,W], boxes in its pixels."""
        if not self.height:
            return likely(self.eyes.find(x))
        less = x.shape[2] / self.height
        h, w = self.height, int(x.shape[3] / less)
        logits, boxes = likely(self.eyes.find(F.pad(F.interpolate(x, size=(h, w), mode="bilinear", align_corners=False), (0, -w % 32, 0, -h % 32))))
        return logits, boxes * less

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        x = (picture.permute(0, 3, 1, 2).float() - GREY) * (1.0 / 64.0)
        logits, boxes = self.found(x)
        asked = (distinct(boxes) & (torch.sigmoid(logits) > LIKELY)) | (torch.arange(PEOPLE) == 0)
        who = torch.nonzero(asked).flatten()
        logits, boxes = logits[who], boxes[who]
        centre, side = cuts(boxes)
        seen = self.look(cut(x, centre, side, SIDE), before(logits, boxes, side))
        scale, corner = side * (1.0 / SIDE), centre - side[:, None] * 0.5
        box = seen["box"] * scale[:, None] + corner.repeat(1, 2)
        joints = seen["joints"] * scale[:, None, None] + corner[:, None]
        joints = torch.cat((joints, torch.sigmoid(seen["seen"])[..., None]), 2).flatten(1)
        rows = torch.cat((torch.sigmoid(seen["score"])[:, None], torch.sigmoid(seen["lying"])[:, None], box, joints), 1)
        people = torch.zeros(PEOPLE, 6 + 3 * JOINTS).index_put((who,), rows)
        return people[torch.topk(people[:, 0], PEOPLE).indices].reshape(1, PEOPLE, 6 + 3 * JOINTS)  # a shape that the ONNX file states
