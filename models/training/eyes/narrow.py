"""Fit weights learned with wider layers to the present widths: python -m eyes.narrow WIDER OUT; then train on with `--start OUT`.

Of every layer that is too wide, the channels go whose signal times the weights that read it is smallest: the signal as the root mean square of what
batch normalisation and ReLU let through, taken as Gaussian, the weights as their norm (after Li et al., Pruning Filters for Efficient ConvNets, 2017).
"""

import math
import sys

import torch

from .network import Eyes, Widths

# layers whose channels go together -> what reads them; both `conv` sequences or plain layers, named as in Eyes
GROUPS = [
    (("lat8", "down"), ("top.0",)),
    (("top",), ("limbs.0", "dense", "first.0")),
    (("limbs",), ("probe", "maps")),
    *(((f"s{8 << k}.{b + 1}.a",), (f"s{8 << k}.{b + 1}.b.0",)) for k, (blocks, _) in enumerate(Widths().deep) for b in range(blocks)),
]


def passed(weights: dict, name: str) -> torch.Tensor:
    """Mean square of ReLU(x), x Gaussian with the mean and deviation that the batch normalisation of `name` gives: float [C]."""
    mean, deviation = weights[f"{name}.1.bias"], weights[f"{name}.1.weight"].abs().clamp(min=1e-6)
    z = mean / deviation
    below = 0.5 * (1 + torch.erf(z / math.sqrt(2)))
    return (mean**2 + deviation**2) * below + mean * deviation * torch.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def narrow(weights: dict, wanted: dict) -> dict:
    """The weights, cut to the shapes of `wanted`; a layer that is narrower than wanted, or differs elsewhere, is an error."""
    out = dict(weights)
    for written, read in GROUPS:
        width, before = (d[f"{written[0]}.0.weight"].shape[0] for d in (wanted, out))
        signal = sum(passed(out, name) for name in written)
        norm = sum(out[f"{name}.weight"][:, :before].pow(2).transpose(0, 1).flatten(1).sum(1) for name in read)
        kept = (signal * norm).topk(min(width, before)).indices.sort().values
        for name in written:
            for part in ("0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var"):
                out[f"{name}.{part}"] = out[f"{name}.{part}"][kept]
        for name in read:
            w = out[f"{name}.weight"]
            out[f"{name}.weight"] = torch.cat((w[:, kept], w[:, before:]), 1)
    for name, tensor in wanted.items():
        if out[name].shape != tensor.shape:
            raise ValueError(f"{name} is {tuple(out[name].shape)} and cannot be cut to {tuple(tensor.shape)}; start from weights of a wider network")
    return out


def main() -> None:
    state = torch.load(sys.argv[1], map_location="cpu", weights_only=False)
    torch.save({"average": narrow(state["average"], Eyes().state_dict()), "seen": state["seen"], "step": state["step"]}, sys.argv[2])


if __name__ == "__main__":
    main()
