"""The second look: a small network that sees each likely person cut from the picture at one size, and says who is there.

It decides score, box, joints and lying. A joint is told as two rows of bins, across and down (SimCC, Li et al., ECCV 2022), an edge of the box as one: places
finer than the features, by one product.
"""

import torch
from torch import nn
from torch.nn import functional as F

from .network import GREY, JOINTS, PEOPLE, STRIDE, Eyes, Widths, conv, stage

SIDE = 96  # pixels of a crop
ROOM = 1.4  # side of the square that is cut out, in longer sides of the likely person's box: the first box may be off by a third
LEAST = 24.0  # and at least this many pixels of the picture
BINS = 48  # across the crop and a quarter of it on either side, for bodies go on outside of it
BIN = SIDE * 1.5 / BINS  # pixels of the crop in a bin
PLACES = JOINTS + 4  # maps: of the joints, then of the box's edges left, top, right, bottom
SHARP = 2.0  # bins count by this power when their mean place is taken: its peak should outweigh the many low bins around
LIKELY = 0.15  # how likely the first look must find somebody for a second one; the likeliest gets one anyway, for an empty batch cannot be run


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


class Look(nn.Module):
    """Crops float [N,3,96,96], as the picture is for `Eyes.forward`; what the first look said of each, float [N,3]: logit of its likelihood (clamped
    to ±6), width and height of its box in sides of the crop.

    Returns a dict, places in pixels of the crop: `score`, `lying` and `seen` logits [N], [N], [N,17]; `box` [N,4]; `x`, `y` logits of the bins [N,21,48] of joints and edges.
    Layers that the first look has too bear its names, so that training can begin with its weights (`begun`).
    """

    def __init__(self):
        super().__init__()
        widths = Widths()
        w0, w1, w2, w3, _ = widths.stages
        neck, middle = widths.neck, widths.middle
        (blocks, thin), (more, thick), _ = widths.deep
        self.stem, self.s4 = conv(3, w0, 3, 2), conv(w0, w1, 3, 2)
        self.s8, self.s16 = stage(w1, w2, blocks, thin), stage(w2, w3, more + 1, thick)
        self.lat16, self.lat8 = conv(w3, middle, 1), conv(w2, neck, 1)
        self.mid, self.down = conv(middle, middle), conv(middle, neck, 1)
        self.top, self.limbs = conv(neck, neck), conv(neck, neck)
        self.maps = nn.Conv2d(neck, PLACES, 1)
        self.bins = nn.Linear((SIDE // 8) ** 2, 2 * BINS)
        with torch.no_grad():
            self.bins.weight.copy_(marginals())
        self.narrow = conv(middle, 24, 1)
        self.whole = nn.Sequential(nn.Linear(24 * (SIDE // 16) ** 2 + 3, 160), nn.ReLU(inplace=True), nn.Linear(160, 2 + JOINTS))

    def forward(self, crops: torch.Tensor, before: torch.Tensor) -> dict[str, torch.Tensor]:
        x8 = self.s8(self.s4(self.stem(crops)))
        p16 = self.mid(self.lat16(self.s16(x8)))
        p8 = self.top(self.lat8(x8) + F.interpolate(self.down(p16), scale_factor=2.0, mode="nearest"))
        bins = self.bins(self.maps(self.limbs(p8)).flatten(2))
        told = self.whole(torch.cat((self.narrow(p16).flatten(1), before), 1)).float()
        x, y = bins[..., :BINS].float(), bins[..., BINS:].float()
        across, down = mean(x[:, JOINTS:]), mean(y[:, JOINTS:])
        box = torch.stack((across[:, 0], down[:, 1], across[:, 2], down[:, 3]), 1)
        return {"score": told[:, 0], "lying": told[:, 1], "box": box, "seen": told[:, 2:], "x": x, "y": y}


def middles() -> torch.Tensor:
    """Where the bins are, in pixels of the crop."""
    return (torch.arange(BINS) + 0.5) * BIN - SIDE / 4


def marginals(gain: float = 6.0) -> torch.Tensor:
    """Weights [96, 144] that add up a map's columns for the bins across and its rows for those down, to begin with."""
    cells = SIDE // 8
    near = (1 - ((torch.arange(cells) * 8.0 + 4.0)[None] - middles()[:, None]).abs() / 8).clamp(min=0) * (gain / cells)  # [bins, cells]
    across, down = near[:, None, :].expand(-1, cells, -1), near[:, :, None].expand(-1, -1, cells)
    return torch.cat((across, down)).flatten(1)


def mean(bins: torch.Tensor) -> torch.Tensor:
    """Mean place in pixels of the crop by the logits of bins [...,48]."""
    return (torch.softmax(SHARP * bins, -1) * middles().to(bins.device)).sum(-1)


def places(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Joints [N,17,2] in pixels of the crop from the logits of their bins."""
    return torch.stack((mean(x[:, :JOINTS]), mean(y[:, :JOINTS])), 2)


def begun(eyes: dict) -> Look:
    """A second look that begins with what the first (its state_dict) knows of bodies."""
    look = Look()
    mine = look.state_dict()
    for name, w in eyes.items():
        if name in mine and w.ndim:
            mine[name][: len(w)] = w
    look.load_state_dict(mine)
    return look


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
    """The whole graph of the ONNX file: uint8 [1,H,W,3] RGB in, float32 [1,20,57] out (see models/spotter-eyes.md for the row)."""

    def __init__(self, eyes: Eyes, look: Look):
        super().__init__()
        self.eyes, self.look = eyes, look

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        x = (picture.permute(0, 3, 1, 2).float() - GREY) * (1.0 / 64.0)
        logits, boxes = likely(self.eyes.find(x))
        asked = (distinct(boxes) & (torch.sigmoid(logits) > LIKELY)) | (torch.arange(PEOPLE) == 0)
        who = torch.nonzero(asked).flatten()
        logits, boxes = logits[who], boxes[who]
        centre, side = cuts(boxes)
        seen = self.look(cut(x, centre, side, SIDE), before(logits, boxes, side))
        scale, corner = side * (1.0 / SIDE), centre - side[:, None] * 0.5
        box = seen["box"] * scale[:, None] + corner.repeat(1, 2)
        joints = places(seen["x"], seen["y"]) * scale[:, None, None] + corner[:, None]
        joints = torch.cat((joints, torch.sigmoid(seen["seen"])[..., None]), 2).flatten(1)
        rows = torch.cat((torch.sigmoid(seen["score"])[:, None], torch.sigmoid(seen["lying"])[:, None], box, joints), 1)
        people = torch.zeros(PEOPLE, 6 + 3 * JOINTS).index_put((who,), rows)
        return people[torch.topk(people[:, 0], PEOPLE).indices].reshape(1, PEOPLE, 6 + 3 * JOINTS)  # a shape that the ONNX file states
