"""What a scorer makes of real tracks: per source recall, delay, ROC of the best score per track and per clip, false scores per minute.

    python judge.py TRACKS.npz scorer.onnx [--scene PREFIX] [--threshold 0.5] [--trust] [--png reliability.png]

A track is found to fall when two of three windows in a row score at least the threshold between onset and ground + 4 s; the same anywhere on a track
that does not fall is a false score (those within 5 s of each other count once).
"""
import argparse
import json
from pathlib import Path

import numpy as np
import telemetry  # noqa: F401  (before onnxruntime)
import onnxruntime

from net import POSTURES
from train import reliability, roc

MERGE_S = 5.0
TRUST = .4   # the service's alarm.plausibility.minScore


def score(path: Path, track: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Posture probabilities [N,4]."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"track": track[i : i + 512], "present": present[i : i + 512]})[0] for i in range(0, len(track), 512)])


def voted(p: np.ndarray) -> np.ndarray:
    """Second highest of the last three scores of a track: what two of three reached."""
    three = np.stack([p, np.r_[0, p][: len(p)], np.r_[0, 0, p][: len(p)]])
    return np.sort(three, 0)[1]


def trusted(tracks: dict) -> np.ndarray:
    """Windows whose observations score at least TRUST on average: the service lets no other raise anything."""
    score = (tracks["track"][:, :, 0] * tracks["present"]).sum(1) / np.maximum(tracks["present"].sum(1), 1)
    return score >= TRUST


def judge(tracks: dict, p: np.ndarray, footage: dict, threshold: float) -> dict:
    """Figures over the given windows; footage maps a clip to its manifest entry."""
    key = np.array([f"{clip}#{number}" for clip, number in zip(tracks["clip"], tracks["id"])])
    best, falls, tops, fell, delays, false, found, lost, minutes = [], [], [], [], [], 0, 0, [], 0.0
    for clip in np.unique(tracks["clip"]):
        rows = tracks["clip"] == clip
        minutes += np.ptp(tracks["at"][rows]) / 60
        hits, mine_any, alarms, top = [], False, [], 0.0
        for name in np.unique(key[rows]):
            mine = np.nonzero(key == name)[0]
            mine = mine[np.argsort(tracks["at"][mine])]
            vote, at = voted(p[mine, 0]), tracks["at"][mine]
            falls.append(bool(tracks["falls"][mine].any()))
            best.append(float(vote.max()))
            above = at[vote >= threshold]
            top = max(top, best[-1])
            if falls[-1]:
                mine_any = True
                onset, ground = footage[clip]["falls"][0]["onset_s"], footage[clip]["falls"][0]["ground_s"]
                hits += [t for t in above if onset <= t <= ground + 4]
            else:
                alarms += list(above)
        tops.append(top)
        fell.append(bool(footage[clip]["falls"]))
        alarms.sort()
        false += sum(1 for i, t in enumerate(alarms) if i == 0 or t - alarms[i - 1] > MERGE_S)
        if footage[clip]["falls"]:
            if hits:
                found += 1
                delays.append(float(min(hits)) - footage[clip]["falls"][0]["ground_s"])
            else:
                lost.append(str(clip) + ("" if mine_any else " (no track)"))
    falls, best, tops, fell = np.array(falls), np.array(best), np.array(tops), np.array(fell)
    clip_auc = round(roc(tops, fell), 4) if fell.any() and not fell.all() else None
    return {
        "clips": int(len(np.unique(tracks["clip"]))), "falls": found + len(lost), "found": found, "missed": lost,
        "delay_s": [round(float(q), 2) for q in np.percentile(delays, (10, 50, 90))] if delays else None,
        "false": false, "minutes": round(float(minutes), 2), "false_per_minute": round(float(false / max(minutes, 1e-6)), 3),
        "auc_clips": clip_auc, "tracks": int(len(best)), "auc_tracks": round(roc(best, falls), 4) if falls.any() and not falls.all() else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tracks", type=Path)
    parser.add_argument("scorer", type=Path)
    parser.add_argument("--footage", type=Path, default=Path(__file__).parents[4] / "shared/footage")
    parser.add_argument("--scene", default="")
    parser.add_argument("--threshold", type=float, default=.5)
    parser.add_argument("--trust", action="store_true", help="only windows of bodies seen surely enough for the service to raise anything")
    parser.add_argument("--png", type=Path)
    args = parser.parse_args()
    with np.load(args.tracks) as file:
        keep = np.array([str(scene).startswith(args.scene) for scene in file["scene"]])
        tracks = {name: file[name][keep] for name in file.files}
    footage = {clip["file"]: clip for clip in json.loads((args.footage / "manifest.json").read_text())["clips"]}
    p = score(args.scorer, tracks["track"], tracks["present"])
    raised = np.where(trusted(tracks)[:, None], p, 0) if args.trust else p
    sources = np.array([scene if scene.startswith("upfall") else clip.split("/")[0] for scene, clip in zip(tracks["scene"], tracks["clip"])])
    for source in (*np.unique(sources), "all"):
        rows = np.full(len(sources), True) if source == "all" else sources == source
        print(source, json.dumps(judge({name: values[rows] for name, values in tracks.items()}, raised[rows], footage, args.threshold)))
    clear = tracks["allowed"].sum(1) == 1
    postures = tracks["allowed"].argmax(1)
    if clear.any():
        counts = {name: [int(((postures == i) & clear & (p.argmax(1) == j)).sum()) for j in range(4)] for i, name in enumerate(POSTURES) if ((postures == i) & clear).any()}
        print("clear windows, said as", POSTURES, json.dumps(counts))
        quiet = ~tracks["allowed"][:, 0] & ~tracks["allowed"][:, 1]
        print("windows that are neither fall nor fallen, said as", np.bincount(p[quiet].argmax(1), minlength=4).tolist())
    known = clear | ~tracks["allowed"][:, 0]
    rows, ece = reliability(p[known, 0], tracks["allowed"][known, 0])
    print("reliability of fall (mean score, share falling, windows)", [(round(a, 3), round(b, 3), n) for a, b, n in rows], "ECE", round(ece, 4))
    if args.png:
        import matplotlib
        matplotlib.use("Agg")
        from matplotlib import pyplot
        pyplot.plot([0, 1], [0, 1], "k:")
        pyplot.plot([r[0] for r in rows], [r[1] for r in rows], "o-")
        pyplot.xlabel("fall score")
        pyplot.ylabel("share of windows that fall")
        pyplot.savefig(args.png)


if __name__ == "__main__":
    main()
