"""The network: one convolutional pass that names likely people, then a small head that looks at each of them again.

Stage one is a plain residual backbone with a top-down path to stride 8; every cell says how likely a body is centred there and how large it is.
Stage two works on the best cells only. It reads the three pyramid levels at the cell and guesses box and joints; each joint then is the mean place
under its joint map times a Gaussian around the guess (integral regression, Sun et al. 2018, with a prior that tells people apart); what the
pyramid says at those places corrects joints and box and decides score and lying.
"""

import torch
from torch import nn
from torch.nn import functional as F

STRIDE = 8
PEOPLE = 20
JOINTS = 17
GREY = 114.0  # padding value of the picture; it becomes zero, so convolution padding and picture padding look alike
WIDTHS = (16, 32, 48, 96, 128)
NECK = 48
HIDDEN = 192
PROBE = 32  # channels read at each joint


def conv(cin: int, cout: int, k: int = 3, stride: int = 1, relu: bool = True) -> nn.Sequential:
    layers = [nn.Conv2d(cin, cout, k, stride, k // 2, bias=False), nn.BatchNorm2d(cout)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if relu else nn.Sequential(*layers)


class Residual(nn.Module):
    def __init__(self, c: int):
        super().__init__()
        self.a = conv(c, c)
        self.b = conv(c, c, relu=False)

    def forward(self, x):
        return F.relu(x + self.b(self.a(x)))


class Mlp(nn.Sequential):
    def __init__(self, cin: int, hidden: int, cout: int):
        super().__init__(nn.Linear(cin, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, cout))


class Eyes(nn.Module):
    """Pyramid and dense head in `forward`; `look` is the second stage on chosen cells."""

    def __init__(self):
        super().__init__()
        w0, w1, w2, w3, w4 = WIDTHS
        self.stem = conv(3, w0, 3, 2)
        self.s4 = conv(w0, w1, 3, 2)
        self.s8 = nn.Sequential(conv(w1, w2, 3, 2), Residual(w2))
        self.s16 = nn.Sequential(conv(w2, w3, 3, 2), Residual(w3), Residual(w3))
        self.s32 = nn.Sequential(conv(w3, w4, 3, 2), Residual(w4), Residual(w4))
        self.lat32 = conv(w4, w3, 1)
        self.mid = conv(w3, w3)
        self.lat16 = conv(w3, NECK, 1)
        self.lat8 = conv(w2, NECK, 1)
        self.top = conv(NECK, NECK)
        self.dense = nn.Conv2d(NECK, 1 + 4, 1)
        self.probe = nn.Conv2d(NECK, PROBE, 1)
        self.maps = nn.Conv2d(NECK, JOINTS, 1)
        self.first = Mlp(NECK + w3 + w4 + 4, HIDDEN, JOINTS * 3 + 64)
        self.second = Mlp(JOINTS * (PROBE + 4) + 64, HIDDEN, 2 + 4 + JOINTS * 3)
        nn.init.constant_(self.maps.bias, -4.0)
        nn.init.constant_(self.dense.bias[:1], -4.0)
        for mlp in (self.first, self.second):
            nn.init.normal_(mlp[-1].weight, std=0.01)
            nn.init.zeros_(mlp[-1].bias)

    def forward(self, picture: torch.Tensor):
        """picture: float [B,3,H,W], RGB 0..255 minus GREY, divided by 64. Returns the dense head [B,5,h,w] (heat logit, log distances left, top,
        right, bottom in cells) and the pyramid (stride 8, 16, 32, the probe map and the joint maps)."""
        x8 = self.s8(self.s4(self.stem(picture)))
        x16 = self.s16(x8)
        x32 = self.s32(x16)
        p16 = self.mid(x16 + F.interpolate(self.lat32(x32), scale_factor=2.0, mode="nearest"))
        p8 = self.top(self.lat8(x8) + F.interpolate(self.lat16(p16), scale_factor=2.0, mode="nearest"))
        return self.dense(p8), (p8, p16, x32, self.probe(p8), self.maps(p8))

    def look(self, pyramid, dense: torch.Tensor, batch: torch.Tensor, cx: torch.Tensor, cy: torch.Tensor):
        """Second stage on cells (batch[i], column cx[i], row cy[i]), all int64 [N].

        Returns a dict, all in input pixels: `score`, `lying` logits [N]; `box0`, `box` [N,4]; `joints0`, `joints1`, `joints` [N,17,2]; `seen` logits [N,17].
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
        gx, gy = torch.arange(w).float() + 0.5, torch.arange(h).float() + 0.5
        prior = joints0 if self.training else joints0.detach()
        fx = -narrow[..., None] * (gx - prior[..., :1]) ** 2
        fy = -narrow[..., None] * (gy - prior[..., 1:]) ** 2
        # the Gaussian is separable: two small products instead of a softmax over every cell; the largest factor is made 1 so that none vanishes
        ex = torch.exp(fx - fx.amax(2, keepdim=True))
        ey = torch.exp(fy - fy.amax(2, keepdim=True))
        mass = torch.exp(maps.float().clamp(max=12.0))
        mass = mass[batch] if self.training else mass  # deployed on one picture
        by_column = torch.matmul(torch.stack((ey, ey * gy), 2), mass) * ex[:, :, None]
        total = by_column[:, :, 0].sum(2) + 1e-9
        joints1 = torch.stack(((by_column[:, :, 0] * gx).sum(2) / total, by_column[:, :, 1].sum(2) / total), 2)
        held = joints1.detach()
        col = held[..., 0].clamp(0.0, w - 0.51)
        row = held[..., 1].clamp(0.0, h - 0.51)
        icol, irow = torch.floor(col).long(), torch.floor(row).long()
        read = probe.permute(0, 2, 3, 1)[batch[:, None], irow, icol].float()
        inside = torch.stack((held[..., 0] - icol.float() - 0.5, held[..., 1] - irow.float() - 0.5), 2) / scale[:, None]
        inside = inside.clamp(-2.0, 2.0)
        shape = (held - centre[:, None]) / scale[:, None]
        two = self.second(torch.cat((torch.cat((read, inside, shape), 2).flatten(1), one[:, JOINTS * 3 :].relu()), 1))
        joints = held + two[:, 6 : 6 + JOINTS * 2].reshape(-1, JOINTS, 2) * scale[:, None]
        corner = size.repeat(1, 2)
        box = box0.detach() + two[:, 2:6] * corner
        return {
            "score": two[:, 0], "lying": two[:, 1], "box0": box0 * STRIDE, "box": box * STRIDE,
            "joints0": joints0 * STRIDE, "joints1": joints1 * STRIDE, "joints": joints * STRIDE, "seen": two[:, 6 + JOINTS * 2 :],
        }


class Deployed(nn.Module):
    """The whole graph of the ONNX file: uint8 [1,H,W,3] RGB in, float32 [1,20,57] out (see models/spotter-eyes.md for the row)."""

    def __init__(self, eyes: Eyes):
        super().__init__()
        self.eyes = eyes

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        x = (picture.permute(0, 3, 1, 2).float() - GREY) * (1.0 / 64.0)
        dense, pyramid = self.eyes(x)
        heat = dense[:, :1]
        peak = F.max_pool2d(heat, 3, 1, 1)
        # a cell that is not the best of its 3x3 neighbourhood gets a logit no real cell reaches
        heat = torch.where(heat >= peak, heat, torch.full_like(heat, -30.0))
        best, index = torch.topk(heat.flatten(), PEOPLE)
        w = dense.shape[3]
        cy = torch.div(index, w, rounding_mode="floor")
        cx = index - cy * w
        out = self.eyes.look(pyramid, dense, torch.zeros_like(index), cx, cy)
        score = torch.sqrt(torch.sigmoid(best) * torch.sigmoid(out["score"]))
        _, order = torch.topk(score, PEOPLE)
        joints = torch.cat((out["joints"], torch.sigmoid(out["seen"])[..., None]), 2).flatten(1)
        rows = torch.cat((score[:, None], torch.sigmoid(out["lying"])[:, None], out["box"], joints), 1)
        return rows[order][None]
