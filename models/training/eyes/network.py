"""The first look: one convolutional pass over the picture that names likely people.

A residual backbone of 3x3 convolutions with a top-down path to stride 8; every cell says how likely a body is centred there and how large it is. That is
all the deployed graph asks of it (`find`); `look.py` then looks at each of them again.

In training the best cells are also asked for joints, score and lying (`guess`), which teaches the backbone what bodies are made of (auxiliary heads). They
read the three pyramid levels at the cell and guess box and joints; each joint then is the mean place
under its joint map times a Gaussian around the guess (integral regression, Sun et al. 2018, with a prior that tells people apart); what the
pyramid says at those places corrects joints and box, twice (cascaded pose regression, Dollár et al. 2010).
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

STRIDE = 8
PEOPLE = 20
JOINTS = 17
GREY = 114.0  # padding value of the picture; it becomes zero, so convolution padding and picture padding look alike
HIDDEN = 192
PROBE = 32  # channels read at each joint
SHARP = 3.0  # a joint map counts by this power when its mean place is taken: its peak should outweigh the many low cells around


@dataclass(frozen=True)
class Widths:
    """Channels of the layers. onnxruntime pads each to a multiple of 16 on x86, so other numbers cost as much as the next one."""

    stages: tuple = (16, 32, 48, 96, 160)  # at strides 2, 4, 8, 16 and 32
    deep: tuple = ((2, 16), (2, 48), (3, 80))  # blocks at strides 8, 16 and 32, and the channels between the two convolutions of each
    neck: int = 48  # the way down at stride 8
    middle: int = 96  # and at stride 16

    @classmethod
    def of(cls, weights: dict) -> "Widths":
        """The widths of a network by its state_dict."""
        out = lambda name: weights[f"{name}.0.weight"].shape[0]
        blocks = lambda stage: sum(name.startswith(f"{stage}.") and name.endswith(".a.0.weight") for name in weights)
        stages = tuple(out(name) for name in ("stem", "s4", "s8.0", "s16.0", "s32.0"))
        return cls(stages, tuple((blocks(stage), out(f"{stage}.1.a")) for stage in ("s8", "s16", "s32")), out("top"), out("mid"))


WIDE = Widths(deep=((2, 24), (2, 48), (3, 80)), neck=56)  # what narrower networks copy


def conv(cin: int, cout: int, k: int = 3, stride: int = 1, relu: bool = True) -> nn.Sequential:
    layers = [nn.Conv2d(cin, cout, k, stride, k // 2, bias=False), nn.BatchNorm2d(cout)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if relu else nn.Sequential(*layers)


class Residual(nn.Module):
    def __init__(self, c: int, between: int):
        super().__init__()
        self.a = conv(c, between)
        self.b = conv(between, c, relu=False)

    def forward(self, x):
        return F.relu(x + self.b(self.a(x)))


def stage(cin: int, cout: int, blocks: int, between: int) -> nn.Sequential:
    return nn.Sequential(conv(cin, cout, 3, 2), *(Residual(cout, between) for _ in range(blocks)))


class Mlp(nn.Sequential):
    def __init__(self, cin: int, hidden: int, cout: int):
        super().__init__(nn.Linear(cin, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, cout))


class Pyramid(nn.Module):
    """A residual backbone with a way down to stride 8."""

    def __init__(self, widths: Widths):
        super().__init__()
        w0, w1, w2, w3, w4 = widths.stages
        neck, middle = widths.neck, widths.middle
        self.stem = conv(3, w0, 3, 2)
        self.s4 = conv(w0, w1, 3, 2)
        self.s8, self.s16, self.s32 = (stage(cin, cout, *deep) for cin, cout, deep in zip((w1, w2, w3), (w2, w3, w4), widths.deep))
        self.lat32, self.lat16, self.lat8 = conv(w4, middle, 1), conv(w3, middle, 1), conv(w2, neck, 1)
        self.mid = conv(middle, middle)
        self.down = conv(middle, neck, 1)
        self.top = conv(neck, neck)

    def pyramid(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Features at stride 4, 8, 16 and 32 of pictures float [B,3,H,W], RGB 0..255 minus GREY, divided by 64."""
        x4 = self.s4(self.stem(picture))
        x8 = self.s8(x4)
        x16 = self.s16(x8)
        x32 = self.s32(x16)
        p16 = self.mid(self.lat16(x16) + up(self.lat32(x32)))
        return x4, self.top(self.lat8(x8) + up(self.down(p16))), p16, x32


def up(x: torch.Tensor) -> torch.Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


class Eyes(Pyramid):
    """`find` is what is deployed; `forward` and `guess`, on chosen cells, are for training."""

    def __init__(self, widths: Widths = Widths()):
        super().__init__(widths)
        neck, middle, w4 = widths.neck, widths.middle, widths.stages[4]
        self.limbs = conv(neck, neck)
        self.dense = nn.Conv2d(neck, 1 + 4, 1)
        self.probe = nn.Conv2d(neck, PROBE, 1)
        self.maps = nn.Conv2d(neck, JOINTS, 1)
        self.first = Mlp(neck + middle + w4 + 4, HIDDEN, JOINTS * 3 + 64)
        self.second = Mlp(JOINTS * (PROBE + 4) + 64, HIDDEN, 4 + JOINTS * 2)
        self.third = Mlp(JOINTS * (PROBE + 4) + 64, HIDDEN, 2 + 4 + JOINTS * 3)
        nn.init.constant_(self.maps.bias, -4.0)
        nn.init.constant_(self.dense.bias[:1], -4.0)
        for mlp in (self.first, self.second, self.third):
            nn.init.normal_(mlp[-1].weight, std=0.01)
            nn.init.zeros_(mlp[-1].bias)

    def forward(self, picture: torch.Tensor):
        """Pictures as `pyramid` wants them. Returns the dense head [B,5,h,w] (heat logit, log distances left, top, right, bottom in cells) and the
        pyramid (stride 8, 16, 32, the probe map and the joint maps)."""
        _, p8, p16, x32 = self.pyramid(picture)
        limbs = self.limbs(p8)
        return self.dense(p8), (p8, p16, x32, self.probe(limbs), self.maps(limbs))

    def find(self, picture: torch.Tensor) -> torch.Tensor:
        """The dense head alone: float [B,5,h,w], see `forward`."""
        return self.dense(self.pyramid(picture)[1])

    def guess(self, pyramid, dense: torch.Tensor, batch: torch.Tensor, cx: torch.Tensor, cy: torch.Tensor):
        """Body parts at cells (batch[i], column cx[i], row cy[i]), all int64 [N].

        Returns a dict, all in input pixels: `score`, `lying` logits [N]; `boxes`, three guesses [N,4], and `joints`, four [N,17,2], the last ones the best; `seen` logits [N,17].
        """
        p8, p16, x32, probe, maps = pyramid
        at = lambda level, shift: level.permute(0, 2, 3, 1)[batch, cy >> shift, cx >> shift].float()
        logs = dense.permute(0, 2, 3, 1)[batch, cy, cx][:, 1:5].float().clamp(-4.0, 5.0)
        centre = torch.stack((cx, cy), 1).float() + 0.5
        reach = torch.exp(logs)
        box0 = torch.cat((centre - reach[:, :2], centre + reach[:, 2:]), 1)
        size = (reach[:, :2] + reach[:, 2:]).detach()
        scale = torch.sqrt(size[:, :1] * size[:, 1:])  # cells; joints are told in units of it
        one = self.first(torch.cat((at(p8, 0), at(p16, 1), at(x32, 2), logs), 1))
        joints0 = centre[:, None] + one[:, : JOINTS * 2].reshape(-1, JOINTS, 2) * scale[:, None]
        h, w = probe.shape[2], probe.shape[3]
        # how far around its guess a joint is looked for, in units of scale
        width = (0.05 + F.softplus(one[:, JOINTS * 2 : JOINTS * 3] - 1.2)) * scale
        narrow = 0.5 / (width * width)
        gx, gy = (torch.arange(n, device=maps.device).float() + 0.5 for n in (w, h))
        fx = -narrow[..., None] * (gx - joints0[..., :1]) ** 2
        fy = -narrow[..., None] * (gy - joints0[..., 1:]) ** 2
        # the Gaussian is separable: two small products instead of a softmax over every cell; the largest factor is made 1 so that none vanishes
        ex = torch.exp(fx - fx.amax(2, keepdim=True))
        ey = torch.exp(fy - fy.amax(2, keepdim=True))
        mass = torch.exp((SHARP * maps.float()).clamp(max=24.0))
        mass = mass[batch]
        by_column = torch.matmul(torch.stack((ey, ey * gy), 2), mass) * ex[:, :, None]
        total = by_column[:, :, 0].sum(2) + 1e-9
        joints1 = torch.stack(((by_column[:, :, 0] * gx).sum(2) / total, by_column[:, :, 1].sum(2) / total), 2)
        context = one[:, JOINTS * 3 :].relu()
        corner = size.repeat(1, 2)
        boxes, joints = [box0], [joints0, joints1]
        for correct in (self.second, self.third):
            held = joints[-1].detach()
            told = correct(torch.cat((self.around(probe, batch, held, centre, scale), context), 1))
            step, told = told[:, : JOINTS * 2].reshape(-1, JOINTS, 2), told[:, JOINTS * 2 :]
            joints.append(held + step * scale[:, None])
            boxes.append(boxes[-1].detach() + told[:, :4] * corner)
        return {
            "boxes": [b * STRIDE for b in boxes], "joints": [j * STRIDE for j in joints], "score": told[:, 4], "lying": told[:, 5], "seen": told[:, 6:],
        }

    def around(self, probe, batch: torch.Tensor, joints: torch.Tensor, centre: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        """What the probe map says at each joint [N,17,2] (in cells), where in its cell the joint lies, and where from the centre: [N, 17 * (PROBE + 4)]."""
        h, w = probe.shape[2], probe.shape[3]
        column, row = torch.floor(joints[..., 0].clamp(0.0, w - 0.51)), torch.floor(joints[..., 1].clamp(0.0, h - 0.51))
        read = probe.permute(0, 2, 3, 1)[batch[:, None], row.long(), column.long()].float()
        inside = (joints - torch.stack((column, row), 2) - 0.5) / scale[:, None]
        shape = (joints - centre[:, None]) / scale[:, None]
        return torch.cat((read, inside.clamp(-2.0, 2.0), shape), 2).flatten(1)


def known(weights: dict) -> Eyes:
    """The network that these weights (a state_dict) are of, whatever its widths."""
    eyes = Eyes(Widths.of(weights))
    eyes.load_state_dict(weights)
    return eyes
