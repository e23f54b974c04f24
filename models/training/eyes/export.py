"""Write the two ONNX files of a pair of checkpoints: python -m eyes.export EYES LOOK OUT_DIR (`random` for untrained weights)."""

import os
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from .look import Deployed, Look
from .network import Eyes, known

TIERS = {"512x288": (288, 512, 216), "320x192": (192, 320, 0)}  # height, width, rows that the first look sees


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


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with its larger weights kept as float16 and made float32 when it is loaded: half the file, and no slower, for a runtime does that once."""
    graph, casts = model.graph, []
    for weights in graph.initializer:
        if weights.data_type == onnx.TensorProto.FLOAT and np.prod(weights.dims) >= 1024:
            name = weights.name
            weights.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(weights).astype(np.float16), f"{name}.half"))
            casts.append(onnx.helper.make_node("Cast", [weights.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def export(eyes: Eyes, look: Look, out: Path) -> None:
    """Write spotter-eyes-<tier>.onnx for both tiers into `out`; a reader never sees a half-written file."""
    out.mkdir(parents=True, exist_ok=True)
    eyes, look = fold(eyes.eval()), fold(look.eval())
    for tier, (h, w, rows) in TIERS.items():
        graph = Deployed(eyes, look, rows).eval()
        path = out / f"spotter-eyes-{tier}.onnx"
        part = out / f".{path.name}.part"
        torch.onnx.export(
            graph, (torch.zeros(1, h, w, 3, dtype=torch.uint8),), str(part), input_names=["picture"], output_names=["people"],
            opset_version=17, dynamo=False,
        )
        onnx.save(halved(onnx.load(part)), part)
        os.replace(part, path)


def weights(path: str) -> dict:
    return torch.load(path, map_location="cpu", weights_only=False)["average"]


def main() -> None:
    first, second, out = sys.argv[1:]
    torch.manual_seed(0)
    eyes, look = Eyes() if first == "random" else known(weights(first)), Look()
    if second != "random":
        look.load_state_dict(weights(second))
    export(eyes, look, Path(out))


if __name__ == "__main__":
    main()
