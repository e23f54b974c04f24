"""Write the two ONNX files of a checkpoint: python -m eyes.export CHECKPOINT OUT_DIR (or `random` for untrained weights)."""

import os
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from .network import Deployed, Eyes, known

TIERS = {"512x288": (288, 512), "320x192": (192, 320)}


def fold(module: nn.Module) -> nn.Module:
    """Fold every batch normalisation into the convolution before it (inference only)."""
    for child in module.children():
        fold(child)
    if isinstance(module, nn.Sequential):
        for i in range(len(module) - 1):
            if isinstance(module[i], nn.Conv2d) and isinstance(module[i + 1], nn.BatchNorm2d):
                module[i] = fuse_conv_bn_eval(module[i], module[i + 1])
                module[i + 1] = nn.Identity()
    return module


def export(eyes: Eyes, out: Path) -> None:
    """Write spotter-eyes-<tier>.onnx for both tiers into `out`; a reader never sees a half-written file."""
    out.mkdir(parents=True, exist_ok=True)
    graph = Deployed(fold(eyes.eval())).eval()
    for tier, (h, w) in TIERS.items():
        path = out / f"spotter-eyes-{tier}.onnx"
        part = out / f".{path.name}.part"
        torch.onnx.export(
            graph, (torch.zeros(1, h, w, 3, dtype=torch.uint8),), str(part), input_names=["picture"], output_names=["people"],
            opset_version=17, dynamo=False,
        )
        os.replace(part, path)


def main() -> None:
    if sys.argv[1] == "random":
        torch.manual_seed(0)
        eyes = Eyes()
    else:
        eyes = known(torch.load(sys.argv[1], map_location="cpu", weights_only=False)["average"])
    export(eyes, Path(sys.argv[2]))


if __name__ == "__main__":
    main()
