"""Makes the motions: rag-doll falls, posed daily motion, CMU clips. About 100 falls a minute on one core.

    python simulate.py CMU_SUBJECTS_FOLDER OUT_FOLDER [--falls 600] [--daily 480] [--seed 1]
"""
import argparse
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from daily import KINDS, perform, recorded
from falls import CAUSES, fall
from puppet import Captured

CUT = 240   # frames of a CMU part: 8 s
WALKERS = 8   # people who walk each of the short walking clips


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cmu", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--falls", type=int, default=600)
    parser.add_argument("--daily", type=int, default=480)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    warnings.filterwarnings("ignore", message="Gimbal lock")
    args.out.mkdir(parents=True, exist_ok=True)
    captured = Captured(args.cmu)
    made: Counter = Counter()

    def keep(motion, name: str) -> None:
        motion.save(args.out / f"{name}.npz")
        made[motion.kind if not motion.kind.startswith("cmu") else "cmu"] += 1

    for number in range(args.falls):
        motion = fall(np.random.default_rng([args.seed, 0, number]), captured, CAUSES[number % len(CAUSES)])
        if motion is not None:
            keep(motion, f"fall_{number:04d}")
    for number in range(args.daily):
        keep(perform(np.random.default_rng([args.seed, 1, number]), KINDS[number % len(KINDS)]), f"daily_{number:04d}")
    for name, (place, _, _) in captured.clips.items():
        for start in range(0, max(1, len(place) - 40), CUT):
            for who in range(WALKERS if len(place) < 130 else 1):
                rng = np.random.default_rng([args.seed, 2, int(name.replace("_", "")), start, who])
                keep(recorded(rng, captured, name, start, min(len(place), start + CUT)), f"cmu_{name}_{start:04d}_{who}")
    print(dict(made))


if __name__ == "__main__":
    main()
