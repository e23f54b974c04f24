"""How wrong the network is. Heat: penalty-reduced focal loss (Law & Deng, CornerNet, 2018). Boxes: generalised IoU (Rezatofighi et al., 2019)."""

import torch
from torch.nn import functional as F

from .network import JOINTS, STRIDE, Eyes
from .target import Batch

PEAKS = 6  # best cells per picture that the second stage must also judge, whoever they belong to


def pairs(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """IoU and generalised IoU of boxes [N, 4] row by row."""
    wh = (torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])).clamp(min=0)
    inter = wh[:, 0] * wh[:, 1]
    area = lambda x: (x[:, 2] - x[:, 0]).clamp(min=0) * (x[:, 3] - x[:, 1]).clamp(min=0)
    union = (area(a) + area(b) - inter).clamp(min=1e-3)
    hull = torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])
    hull = (hull[:, 0] * hull[:, 1]).clamp(min=1e-3)
    value = inter / union
    return value, value - (hull - union) / hull


def heat_loss(logit: torch.Tensor, heat: torch.Tensor, ask: torch.Tensor) -> torch.Tensor:
    p = torch.sigmoid(logit).clamp(1e-4, 1 - 1e-4)
    centre = heat > 0.999
    hit = -torch.log(p) * (1 - p) ** 2 * centre
    miss = -torch.log(1 - p) * p**2 * (1 - heat) ** 4 * (~centre & ask)
    return (hit.sum() + miss.sum()) / centre.sum().clamp(min=1)


def joint_loss(guess: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
    d = (guess - truth) / size[:, None, None]
    loss = F.smooth_l1_loss(d, torch.zeros_like(d), beta=0.05, reduction="none").sum(2)
    return (loss * weight).sum() / weight.sum().clamp(min=1)


def map_loss(logit: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Joint maps against a spot on every known joint; nobody is asked where a body's joint is unknown or hidden."""
    n, _, h, w = logit.shape
    truth, ask = torch.zeros_like(logit), batch.ask[:, None].expand(n, JOINTS, h, w)
    if len(batch.boxes):
        gx, gy = (torch.arange(k, device=logit.device) + 0.5 for k in (w, h))
        box, p, state = batch.boxes / STRIDE, batch.joints[..., :2] / STRIDE, batch.joints[..., 2]
        known, vague = state > 0.9, (state < 0) | (state == 0.5)
        wide = (0.05 * ((box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])).clamp(min=0).sqrt()).clamp(min=0.7)[:, None, None]
        spot = torch.exp(-((gy - p[..., 1:]) ** 2) / (2 * wide**2))[..., None] * torch.exp(-((gx - p[..., :1]) ** 2) / (2 * wide**2))[:, :, None]
        spot = spot * known[..., None, None]
        owner = batch.owner[:, None, None, None].expand_as(spot)
        truth = truth.scatter_reduce(0, owner, spot, "amax")
        near = ((gx > box[:, :1] - 1) & (gx < box[:, 2:3] + 1))[:, None] & ((gy > box[:, 1:2] - 1) & (gy < box[:, 3:] + 1))[:, :, None]
        among = lambda which: torch.zeros_like(logit).scatter_reduce(0, owner, (near[:, None] & which[..., None, None]).to(logit.dtype), "amax") > 0
        ask = (ask | among(known)) & ~among(vague)
    loss = F.binary_cross_entropy_with_logits(logit, truth, reduction="none")
    weight = ask * (torch.sigmoid(logit.detach()) - truth).abs() * (1 + 3 * truth)
    return (loss * weight).sum() / truth.sum().clamp(min=1)


def likeness(logit: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
    """How far from what another network's logits say, most where it says something (distillation, Hinton et al., 2015)."""
    p = torch.sigmoid(told)
    weight = (torch.sigmoid(logit.detach()) - p).abs() * (1 + 3 * p)
    return (F.binary_cross_entropy_with_logits(logit, p, reduction="none") * weight).sum() / p.sum().clamp(min=1)


def copying(teacher: Eyes, pictures: torch.Tensor, dense: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
    """How far the heat, the boxes of likely cells and the joint maps are from a teacher's."""
    with torch.no_grad():
        wanted, (*_, joints) = teacher(pictures)
        wanted, joints = wanted.float(), joints.float()
        sure = torch.sigmoid(wanted[:, :1]).square()
    boxes = ((dense[:, 1:] - wanted[:, 1:]).abs() * sure).sum() / sure.sum().clamp(min=1)
    return 3.0 * (likeness(dense[:, :1], wanted[:, :1]) + likeness(maps, joints)) + 0.5 * boxes


def losses(eyes: Eyes, pictures: torch.Tensor, batch: Batch, teacher: Eyes | None = None) -> dict[str, torch.Tensor]:
    """Every part of the loss by name, each already weighted; pictures as `Eyes.forward` wants them, the batch on their device."""
    dense, pyramid = eyes(pictures)
    dense = dense.float()
    copied = {"copy": copying(teacher, pictures, dense, pyramid[4].float())} if teacher else {}
    heat, ask = batch.heat, batch.ask
    out = {"heat": heat_loss(dense[:, 0], heat, ask)} | copied
    out["maps"] = map_loss(pyramid[4].float(), batch)
    boxes, joints, lying, owner, cells = batch.boxes, batch.joints, batch.lying, batch.owner, batch.cells
    device = pictures.device
    n = len(cells)
    with torch.no_grad():  # what the deployed graph would look at
        logit = dense[:, :1].detach()
        logit = torch.where(logit >= F.max_pool2d(logit, 3, 1, 1), logit, torch.full_like(logit, -30.0))
        top = logit.flatten(1).topk(PEAKS, 1).indices
        b = torch.arange(len(heat), device=device).repeat_interleave(PEAKS)
        cy, cx = top.flatten() // dense.shape[3], top.flatten() % dense.shape[3]
        keep = ask[b, cy, cx]
        b, cx, cy = b[keep], cx[keep], cy[keep]
    b, cx, cy = torch.cat((cells[:, 0], b)), torch.cat((cells[:, 1], cx)), torch.cat((cells[:, 2], cy))
    with torch.autocast(device.type, enabled=False):  # places need more than the eight bits of bfloat16
        look = eyes.guess(tuple(level.float() for level in pyramid), dense, b, cx, cy)
    with torch.no_grad():  # a look is good when its box lies on a body of its picture
        good = torch.zeros(len(b), device=device)
        if len(boxes):
            found = look["boxes"][-1]
            lo = torch.maximum(found[:, None, :2], boxes[None, :, :2])
            hi = torch.minimum(found[:, None, 2:], boxes[None, :, 2:])
            inter = (hi - lo).clamp(min=0).prod(2)
            area = lambda x: (x[:, 2:] - x[:, :2]).clamp(min=0).prod(1)
            value = inter / (area(found)[:, None] + area(boxes)[None] - inter).clamp(min=1e-3)
            value = value * (b[:, None] == owner[None])
            good = ((value.max(1).values - 0.3) / 0.4).clamp(0, 1)
    score = F.binary_cross_entropy_with_logits(look["score"], good, reduction="none")
    out["score"] = 0.5 * (score[:n].mean() if n else 0.0) + 1.0 * score[n:].mean()
    if n:
        who = cells[:, 3]
        truth = boxes[who]
        size = (truth[:, 2:] - truth[:, :2]).clamp(min=4).prod(1).sqrt()
        apart = sum((1 - pairs(guess[:n], truth)[1]).mean() for guess in look["boxes"])
        centre = torch.stack((cx[:n], cy[:n]), 1).float() * STRIDE + STRIDE / 2
        wanted = torch.cat((centre - truth[:, :2], truth[:, 2:] - centre), 1).clamp(min=1.0)
        told = dense.permute(0, 2, 3, 1)[b[:n], cy[:n], cx[:n], 1:5]
        out["box"] = 0.7 * apart + 0.3 * (told - torch.log(wanted / STRIDE)).abs().mean()
        place = joints[who]
        weight = (place[..., 2] > 0.9).float() + 0.4 * (place[..., 2] == 0.5)
        out["joints"] = sum(k * joint_loss(guess[:n], place[..., :2], weight, size) for guess, k in zip(look["joints"], (1.0, 3.0, 3.0, 3.0)))
        with torch.no_grad():  # v tells how likely the joint is where it is told: within a tenth of the body's size of the truth
            near = (look["joints"][-1][:n] - place[..., :2]).norm(dim=2) < 0.1 * size[:, None]
            asked = (place[..., 2] >= 0).float()
        seen = F.binary_cross_entropy_with_logits(look["seen"][:n], (near & (place[..., 2] > 0.9)).float(), reduction="none")
        out["seen"] = 0.3 * (seen * asked).sum() / asked.sum().clamp(min=1)
        state = lying[who]
        told = torch.isfinite(state)
        if told.any():
            out["lying"] = 0.4 * F.binary_cross_entropy_with_logits(look["lying"][:n][told], state[told])
    return out
