"""What the network says of one frame a second of a clip: python -m eyes.watch CLIP MODELS_DIR [SCORE]"""

import sys
from pathlib import Path

import cv2

from .evaluate import Spotter


def main() -> None:
    floor = float(sys.argv[3]) if len(sys.argv) > 3 else 0.25
    for path in sorted(Path(sys.argv[2]).glob("spotter-eyes-*.onnx")):
        eyes, video, n = Spotter(path), cv2.VideoCapture(sys.argv[1]), 0
        fps = round(video.get(cv2.CAP_PROP_FPS)) or 15
        print(eyes.name)
        while (got := video.read())[0]:
            if n % fps == 0:
                rows = eyes.rows(cv2.cvtColor(got[1], cv2.COLOR_BGR2RGB), floor)
                print(f"{n // fps:4d} s", *(f"score {r[0]:.2f} lying {r[1]:.2f} box {r[2:6].astype(int).tolist()}" for r in rows), sep="  ")
            n += 1


if __name__ == "__main__":
    main()
