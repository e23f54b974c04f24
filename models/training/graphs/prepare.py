"""Write prepare-nchw.onnx and prepare-nhwc.onnx, which cut, turn, scale and normalise pictures for models that do not do it themselves:
python prepare.py OUT_DIR (needs onnx and numpy).

picture  uint8 [1,H,W,3], RGB            theta  float32 [N,2,3], crop to picture, both in -1..1 over their edges (as AffineGrid wants it)
shape    int64 [4] = N,3,h,w             order  int64 [3], 0,1,2 for RGB, 2,1,0 for BGR
mean, scale  float32 [3], in that order  border float32 [], value outside the picture
crops    float32 [N,3,h,w] or [N,h,w,3] = (value - mean) * scale
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh


def graph(layout: str) -> onnx.ModelProto:
    constants = {
        name: np.array(value, np.int64)
        for name, value in {"minus": [-1], "zero": [0], "one": [1], "two": [2], "three": [3], "four": [4], "channels": [3, 1, 1, 1]}.items()
    }
    nodes = [
        h.make_node("Transpose", ["picture"], ["planes8"], perm=[0, 3, 1, 2]),
        h.make_node("Gather", ["planes8", "order"], ["ordered8"], axis=1),
        h.make_node("Cast", ["ordered8"], ["ordered"], to=T.FLOAT),
        # Sampled around the border value, so that the zeros outside the picture become that value.
        h.make_node("Sub", ["ordered", "border"], ["centred"]),
        h.make_node("AffineGrid", ["theta", "shape"], ["grid"], align_corners=0),
        # All crops in one sampling: [N,h,w,2] -> [1,N*h,w,2], so that the picture is not copied N times.
        h.make_node("Slice", ["shape", "three", "four"], ["width"]),
        h.make_node("Concat", ["one", "minus", "width", "two"], ["tall"], axis=0),
        h.make_node("Reshape", ["grid", "tall"], ["column"]),
        h.make_node("GridSample", ["centred", "column"], ["sampled"], mode="linear", padding_mode="zeros", align_corners=0),
        h.make_node("Slice", ["shape", "zero", "one"], ["count"]),
        h.make_node("Slice", ["shape", "two", "four"], ["sides"]),
        h.make_node("Concat", ["three", "count", "sides"], ["split"], axis=0),
        h.make_node("Reshape", ["sampled", "split"], ["by_channel"]),
        h.make_node("Sub", ["mean", "border"], ["from"]),
        h.make_node("Reshape", ["from", "channels"], ["from_c"]),
        h.make_node("Reshape", ["scale", "channels"], ["scale_c"]),
        h.make_node("Sub", ["by_channel", "from_c"], ["shifted"]),
        h.make_node("Mul", ["shifted", "scale_c"], ["scaled"]),
        h.make_node("Transpose", ["scaled"], ["crops"], perm=[1, 0, 2, 3] if layout == "nchw" else [1, 2, 3, 0]),
    ]
    inputs = [
        h.make_tensor_value_info("picture", T.UINT8, [1, "H", "W", 3]),
        h.make_tensor_value_info("theta", T.FLOAT, ["N", 2, 3]),
        h.make_tensor_value_info("shape", T.INT64, [4]),
        h.make_tensor_value_info("order", T.INT64, [3]),
        h.make_tensor_value_info("mean", T.FLOAT, [3]),
        h.make_tensor_value_info("scale", T.FLOAT, [3]),
        h.make_tensor_value_info("border", T.FLOAT, []),
    ]
    output = h.make_tensor_value_info("crops", T.FLOAT, ["N", 3, "h", "w"] if layout == "nchw" else ["N", "h", "w", 3])
    made = h.make_graph(nodes, f"prepare-{layout}", inputs, [output], [nh.from_array(v, k) for k, v in constants.items()])
    model = h.make_model(made, opset_imports=[h.make_opsetid("", 20)], ir_version=9, producer_name="")
    onnx.checker.check_model(model, full_check=True)
    return model


for layout in ("nchw", "nhwc"):
    onnx.save(graph(layout), str(Path(sys.argv[1]) / f"prepare-{layout}.onnx"))
