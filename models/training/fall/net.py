"""The fall scorer: what one track did in the last two seconds -> what the person is doing now.

All normalisation is part of the network, so that whoever runs it only fills slots. Layout of a slot (57 numbers, coordinates in picture
heights, y down): score, lying, x1, y1, x2, y2, then 17 COCO keypoints x, y, v.
"""
import torch
from torch import nn

SLOTS = 20           # 2 s at 10 Hz, newest last
ROW = 57
POSTURES = ("fall", "fallen", "upright", "low")
HEAD, SHOULDERS, HIPS, FEET = range(0, 5), (5, 6), (11, 12), (15, 16)


def spread(rate: float) -> torch.Tensor:
    """[20,20] weights that fall off with the distance in slots: high rates take the nearest observation, low ones average."""
    slot = torch.arange(SLOTS, dtype=torch.float32)
    return torch.exp(-rate * (slot[:, None] - slot[None, :]).abs())


def lag(x: torch.Tensor, slots: int) -> torch.Tensor:
    """x minus x some slots earlier along dim 1; the first slots see the first one."""
    return x - torch.cat([x[:, :1].expand(-1, slots, -1), x[:, :-slots]], 1)


class Features(nn.Module):
    """[N,20,57] and [N,20] -> [N,20,F]: free of where in the picture and how large the person is, with gaps filled from their neighbours."""

    def __init__(self):
        super().__init__()
        self.register_buffer("near", spread(2.0), persistent=False)
        groups = torch.zeros(17, 4)
        for column, joints in enumerate((HEAD, SHOULDERS, HIPS, FEET)):
            groups[list(joints), column] = 1
        self.register_buffer("groups", groups, persistent=False)

    def forward(self, track: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
        seen = present.unsqueeze(-1)
        near = self.near
        reach = near @ seen                                    # [N,20,1], about 1 on an observation, less the older the neighbour
        plain = (near @ (track[..., :6] * seen)) / (reach + 1e-20)
        cue, box = plain[..., :2], plain[..., 2:]
        low, high = box[..., :2], box[..., 2:]
        centre, size = (low + high) / 2, (high - low).clamp(min=1e-3)
        count = seen.sum(1, keepdim=True).clamp(min=1)
        body = ((size.amax(-1, keepdim=True) * seen).sum(1, keepdim=True) / count).clamp(min=1e-2)   # one size for the whole window
        middle = (centre * seen).sum(1, keepdim=True) / count
        place = (centre - middle) / body
        shape = size / body
        aspect = torch.log(size[..., :1] / size[..., 1:])
        # Cut by the picture's edge: its right side is at the unknown aspect ratio, so both usual ones are tried.
        edge = 1 - torch.cat([box[..., :2].abs(), (box[..., 3:] - 1).abs(), torch.minimum((box[..., 2:3] - 4 / 3).abs(), (box[..., 2:3] - 16 / 9).abs())], -1).mul(30).clamp(max=1)

        points = track[..., 6:].reshape(-1, SLOTS, 17, 3)
        weight = points[..., 2].clamp(0, 1) * seen                                # [N,20,17]
        trust = near @ weight
        x = (near @ (points[..., 0] * weight)) / (trust + 1e-4)
        y = (near @ (points[..., 1] * weight)) / (trust + 1e-4)
        sure = (trust / (trust + 0.2)).clamp(0, 1)
        dx = ((x - centre[..., :1]) / body).clamp(-2, 2) * sure
        dy = ((y - centre[..., 1:]) / body).clamp(-2, 2) * sure

        # Head, shoulders, hips, feet as four points: steadier than joints, and blind to left/right swaps.
        mass = trust @ self.groups + 1e-4
        gx = ((trust * (x - middle[..., :1])) @ self.groups) / mass / body
        gy = ((trust * (y - middle[..., 1:])) @ self.groups) / mass / body
        held = mass / (mass + 0.4)
        gx, gy = gx.clamp(-4, 4) * held, gy.clamp(-4, 4) * held
        trunk_x, trunk_y = gx[..., 1:2] - gx[..., 2:3], gy[..., 1:2] - gy[..., 2:3]
        trunk = torch.sqrt(trunk_x * trunk_x + trunk_y * trunk_y + 1e-4)
        lean = torch.cat([trunk_x / trunk, trunk_y / trunk, trunk], -1)

        moving = torch.cat([place, shape, aspect, gx, gy, lean], -1)
        return torch.cat([
            place, shape, aspect, edge, box[..., 1:2], box[..., 3:], torch.log(body).expand(-1, SLOTS, -1),
            cue, seen, reach, dx, dy, sure, gx, gy, held, lean, lag(moving, 1) * 3, lag(moving, 4),
        ], -1).clamp(-6, 6)


class Block(nn.Module):
    """Two temporal convolutions around a shortcut."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.a = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, bias=False)
        self.an = nn.BatchNorm1d(width)
        self.b = nn.Conv1d(width, width, 1)

    def forward(self, x):
        return torch.relu(x + self.b(torch.relu(self.an(self.a(x)))))


class FallScorer(nn.Module):
    """[N,20,57] track and [N,20] present -> [N,4] probabilities of POSTURES (forward) or their logits (logits)."""

    def __init__(self, width: int = 48):
        super().__init__()
        self.features = Features()
        with torch.no_grad():
            count = self.features(torch.zeros(1, SLOTS, ROW), torch.zeros(1, SLOTS)).shape[-1]
        self.scale = nn.BatchNorm1d(count)
        self.enter = nn.Conv1d(count, width, 1)
        self.blocks = nn.Sequential(*(Block(width, dilation) for dilation in (1, 2, 4)))
        self.drop = nn.Dropout(0.2)
        self.leave = nn.Sequential(nn.Linear(3 * width, width), nn.ReLU(), nn.Linear(width, len(POSTURES)))
        self.register_buffer("temperature", torch.ones(1))

    def logits(self, track, present):
        x = self.features(track, present).transpose(1, 2)
        x = self.blocks(torch.relu(self.enter(self.scale(x))))
        pooled = torch.cat([x[..., -3:].mean(-1), x.amax(-1), x.mean(-1)], -1)
        return self.leave(self.drop(pooled))

    def forward(self, track, present):
        return torch.softmax(self.logits(track, present) / self.temperature, -1)
