"""Weights -> ONNX and the golden output that the service compares at start-up.

    python export.py weights.pt ../../spotter-fall.onnx ../../golden/fall.json
    python export.py --random ../../spotter-fall.onnx ../../golden/fall.json     (same contract, knows nothing)
"""
import json
import sys
import time

import numpy as np
import onnx
import telemetry  # noqa: F401  (before onnxruntime)
import onnxruntime
import torch

from net import POSTURES, ROW, SLOTS, FallScorer

FORMULA = "track[n,k,j] = ((k*57+j)*37 % 101)/101; present = 1"
TOLERANCE = 1e-3


def golden_input() -> tuple[np.ndarray, np.ndarray]:
    """The input of FORMULA, one track."""
    index = np.arange(SLOTS * ROW).reshape(1, SLOTS, ROW)
    return (index * 37 % 101 / 101).astype(np.float32), np.ones((1, SLOTS), np.float32)


def export(net: FallScorer, path: str) -> None:
    """Writes the network with inputs `track` [N,20,57] and `present` [N,20], output `posture` [N,4]."""
    net.eval()
    torch.onnx.export(
        net, (torch.zeros(2, SLOTS, ROW), torch.zeros(2, SLOTS)), path, dynamo=False, opset_version=17,
        input_names=["track", "present"], output_names=["posture"],
        dynamic_axes={"track": {0: "N"}, "present": {0: "N"}, "posture": {0: "N"}},
    )
    model = onnx.load(path)
    for key, value in {"postures": ",".join(POSTURES), "slots": str(SLOTS), "slot_s": "0.1"}.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, path)


def check(net: FallScorer, path: str) -> tuple[list[float], float]:
    """Golden posture and the median milliseconds of one run on one thread; raises when ONNX and torch differ or N is not free."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    track, present = golden_input()
    posture = session.run(["posture"], {"track": track, "present": present})[0]
    for count in (1, 7):
        many = np.random.default_rng(count).random((count, SLOTS, ROW), np.float32)
        here = (np.random.default_rng(9).random((count, SLOTS)) > 0.4).astype(np.float32)
        with torch.no_grad():
            want = net(torch.from_numpy(many), torch.from_numpy(here)).numpy()
        got = session.run(["posture"], {"track": many, "present": here})[0]
        if got.shape != (count, 4) or np.abs(got - want).max() > 1e-4:
            raise SystemExit(f"{path}: ONNX differs from torch by {np.abs(got - want).max()}")
    times = []
    for _ in range(500):
        start = time.perf_counter()
        session.run(["posture"], {"track": track, "present": present})
        times.append(time.perf_counter() - start)
    return posture[0].tolist(), float(np.median(times) * 1000)


def main(source: str, path: str, golden: str) -> None:
    torch.manual_seed(0)
    net = FallScorer()
    if source != "--random":
        net.load_state_dict(torch.load(source, weights_only=True))
    net.eval()
    export(net, path)
    posture, milliseconds = check(net, path)
    with open(golden, "w") as file:
        json.dump({"model": "spotter-fall.onnx", "input": FORMULA, "postures": POSTURES, "posture": [[round(p, 6) for p in posture]], "tolerance": TOLERANCE}, file, indent=2)
        file.write("\n")
    print(f"{path}: {milliseconds:.3f} ms a run, golden {posture}")


if __name__ == "__main__":
    main(*sys.argv[1:])
