"""The demo clip: a worker in a factory hall walks, works at the conveyor, trips, falls and stays on the floor.

    python -m render.demo --assets DIR --out fall.mp4
"""
import argparse
import json
import subprocess
from pathlib import Path

import cv2
import numpy as np

from . import body as bodies
from . import hall, person, ragdoll, raster, walk
from .motion import Motion
from .shapes import Shapes

WIDTH, HEIGHT, FPS, SECONDS = 1280, 720, 15, 24
SIMULATION_FPS = 30
TRIP = 12.35                                  # seconds
EYE, AIM, FOV = np.array([-4.2, 3.1, -0.6]), (0.45, 0.0, 4.95), np.radians(75)
PARCEL_GAP = 2.1                              # m, also the period of the belt's pattern in the shader
BELT_PERIOD = PARCEL_GAP / hall.BELT_SPEED    # s after which belt and parcels look the same again
ORANGE = dict(top=(0.95, 0.27, 0.015), bottom=(0.025, 0.045, 0.11), band=(0.78, 0.80, 0.80), waist=0.93, bands=(1.03, 1.21, 0.0, 1.0), pattern=0, weave=0.28)
YELLOW = dict(top=(0.72, 0.85, 0.03), bottom=(0.09, 0.10, 0.11), band=(0.75, 0.77, 0.78), waist=0.93, bands=(1.03, 1.21, 0.0, 1.0), pattern=0, weave=0.25)


def worker_motion(assets, body):
    """The fallen worker's motion for the whole clip at SIMULATION_FPS, and (onset, ground) in seconds."""
    gait, stand = walk.Gait(assets, body), walk.standing(assets, body)
    path = [(-5.3, 5.0), (-0.6, 4.95), (0.25, 5.62), (0.1, 5.5), (-1.6, 4.9), (-2.0, 4.2), (-1.2, 3.1), (1.2, -0.2)]
    speeds = [(0, 1.25), (4.1, 1.25), (4.9, 0.0), (8.6, 0.0), (9.3, 1.2), (20, 1.25)]
    upright = walk.follow(gait, stand, path, speeds, SIMULATION_FPS, TRIP + 1.0, facing=[(4.2, 9.2, 0.0)], gestures=[walk.reach(body, 5.1, 8.3)])
    fall = ragdoll.trip(body, upright, TRIP, SIMULATION_FPS, SECONDS - TRIP)
    before = int(round(TRIP * SIMULATION_FPS))
    motion = Motion(np.concatenate([upright.rotation[:before], fall.rotation]), np.concatenate([upright.root[:before], fall.root]), SIMULATION_FPS)
    ground = TRIP + np.argmax(fall.root[:, 1] < 0.25) / SIMULATION_FPS
    return motion, (TRIP, float(ground))


def colleague_motion(assets, body):
    gait, stand = walk.Gait(assets, body), walk.standing(assets, body)
    path = [(-4.6, 8.6), (0.6, 8.5), (0.95, 8.75), (0.6, 9.0), (-9.5, 9.0)]
    speeds = [(0, 1.1), (4.4, 1.1), (5.2, 0), (7.4, 0), (8.2, 1.15), (15, 1.15), (16, 0), (30, 0)]
    return walk.follow(gait, stand, path, speeds, SIMULATION_FPS, SECONDS, facing=[(4.6, 8.0, 0.1)], phase=0.4)


def window(points, view, margin):
    """Pixel rectangle (x1, y1, x2, y2) about projected `points`, or None when out of the picture."""
    pixel, depth = raster.project(np.asarray(points), view, WIDTH, HEIGHT)
    x1, y1 = np.floor(pixel.min(0) - margin).astype(int)
    x2, y2 = np.ceil(pixel.max(0) + margin).astype(int)
    x1, y1, x2, y2 = max(x1, 0), max(y1, 0), min(x2, WIDTH), min(y2, HEIGHT)
    return (int(x1), int(y1), int(x2), int(y2)) if x2 - x1 > 2 and y2 - y1 > 2 else None


def corners(low, high):
    return [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]


class Stage:
    """Everything on the GPU; `frame(t)` draws one picture (RGB, float in [0, 255])."""

    def __init__(self, assets, lights, samples):
        self.samples = samples
        rng = np.random.default_rng(3)
        self.target = raster.Raster(WIDTH, HEIGHT, tile=1024, grid=int(np.ceil(np.sqrt(lights))))
        self.hall = hall.build(rng).mesh(self.target)
        self.view = raster.perspective(FOV, WIDTH / HEIGHT) @ raster.look_at(EYE, AIM)
        to, colour = raster.ceiling_lights(lights, rng, strength=1.15, key=0.62, key_direction=(-0.35, 0.85, -0.3), spread=0.78)
        self.target.light(to, colour, (1.0, 0.5, 5.5), 9.5, dict(
            sky=(0.085, 0.095, 0.105), bounce=(0.17, 0.16, 0.14), haze=(0.55, 0.60, 0.64), haze_density=0.007, exposure=0.74, lamps=(6.0, 3.5, 0.16, 1.1)))
        wear = ("clothes/male_casualsuit05/male_casualsuit05", "clothes/shoes01/shoes01", "hair/short02/short02")
        first = bodies.build(assets, muscle=0.65, wear=wear)
        second = bodies.build(assets, muscle=0.55, weight=0.65, height=-0.2, wear=wear, ancestry={"african": 1.0})
        self.people = [(person.Person(self.target, first, ORANGE, helmet=(0.86, 0.86, 0.82), gloves=(0.10, 0.10, 0.11), owner=1), worker_motion(assets, first)[0]),
                       (person.Person(self.target, second, YELLOW, skin=(0.16, 0.09, 0.06), helmet=(0.80, 0.52, 0.02), owner=2), colleague_motion(assets, second))]
        self.moments = worker_motion(assets, first)[1]
        self.parcels = []
        for _ in range(8):
            shapes = Shapes()
            hall.parcel(shapes, (0, hall.BELT_HEIGHT, hall.BELT_Z), (0.52, 0.30, 0.42), np.random.default_rng(1), 0.12)
            self.parcels.append(shapes.mesh(self.target))
        self.target.cast([self.hall])
        self.empty = self.target.draw([self.hall], self.view, EYE, samples=12)
        edges = np.linspace(-3.9, 6.3, 5)
        strips = [window(corners((a, 0.68, 6.12), (b + 0.05, 1.3, 7.08)), self.view, 2) for a, b in zip(edges, edges[1:])]
        self.belt = [s for s in strips if s]
        self.seen_belt, self.last = {}, None

    def frame(self, t):
        meshes, windows, poses = [self.hall], [], []
        for k, mesh in enumerate(self.parcels):
            x = -9.2 + (k * PARCEL_GAP + t * hall.BELT_SPEED) % (8 * PARCEL_GAP)
            mesh.shift = (x, 0.0, 0.0)
            if x < 6.4:
                meshes.append(mesh)
        for who, motion in self.people:
            pose = motion.at(t)
            who.pose(*pose)
            if who.high[0] < -5.0:   # out of the picture
                continue
            meshes += who.drawn()
            box = window(corners(who.low - [0.7, 0.02, 0.7], who.high * [1, 0, 1] + [0.7, 0, 0.7]) + corners(who.low, who.high + [0, 0.1, 0]), self.view, 12)
            if box:
                windows.append(box)
                poses.append(who.body.pose(*pose))
        picture = self.empty.copy()
        phase = round(t * FPS) % round(BELT_PERIOD * FPS)
        at_rest = self.last is not None and windows == self.last[0] and all(np.abs(a - b).max() < 0.0015 for a, b in zip(poses, self.last[1])) \
            and not any(overlap(w, strip) for w in windows for strip in self.belt)
        todo = [] if at_rest else list(windows)
        known = []
        for k, strip in enumerate(self.belt):   # a strip that nobody touches looks as it did one period ago
            clear = not any(overlap(w, strip) for w in windows)
            if clear and (k, phase) in self.seen_belt:
                known.append((strip, self.seen_belt[k, phase]))
            else:
                todo.append(strip)
        if todo:
            self.target.cast(meshes)
            drawn = self.target.draw(meshes, self.view, EYE, time=t, windows=todo, samples=self.samples)
            for x1, y1, x2, y2 in todo:
                part = np.ascontiguousarray(drawn[y1:y2, x1:x2])
                known.append(((x1, y1, x2, y2), soften(part) if self.samples == 1 else part))
        if at_rest:
            known += self.last[2]
        for (x1, y1, x2, y2), part in known:
            picture[y1:y2, x1:x2] = part
        for k, strip in enumerate(self.belt):
            if not any(overlap(w, strip) for w in windows):
                self.seen_belt[k, phase] = picture[strip[1]:strip[3], strip[0]:strip[2]].copy()
        if not at_rest:
            self.last = (windows, poses, [(w, picture[w[1]:w[3], w[0]:w[2]].copy()) for w in windows])
        return picture


def soften(picture):
    """Blends steep edges with their surroundings: antialiasing after the fact."""
    edge = cv2.morphologyEx(picture.mean(2), cv2.MORPH_GRADIENT, np.ones((3, 3)))
    share = np.clip((edge - 10) / 40, 0, 0.85)[..., None]
    return picture * (1 - share) + cv2.GaussianBlur(picture, (0, 0), 0.75) * share


def overlap(a, b):
    """Whether two rectangles (x1, y1, x2, y2) share a pixel."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def finish(picture, rng):
    """The camera: a slight vignette and sensor noise."""
    y, x = np.mgrid[-1:1:HEIGHT * 1j, -1:1:WIDTH * 1j]
    shade = 1 - 0.20 * np.clip(x * x * 0.7 + y * y * 0.5, 0, 1.2) ** 1.3
    noise = rng.normal(0, 1.0, (HEIGHT, WIDTH, 1)) + rng.normal(0, 0.4, (HEIGHT, WIDTH, 3))
    return np.clip(picture * shade[..., None] + noise, 0, 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True, help="folder with makehuman/, makehuman-assets/, cmu/ (see README.md)")
    parser.add_argument("--out", required=True, help="H.264 file to write; fall.json is written beside it")
    parser.add_argument("--stills", help="instead draw frames at these seconds, e.g. 2,6,13, to OUT_<second>.png")
    parser.add_argument("--lights", type=int, default=9, help="fewer are quicker, more have softer shadows")
    parser.add_argument("--samples", type=int, default=1, help="draws per frame for antialiasing; with one, edges are softened instead")
    parser.add_argument("--crf", default="25")
    args = parser.parse_args()
    out, rng = Path(args.out), np.random.default_rng(0)
    stage = Stage(args.assets, args.lights, args.samples)
    if args.stills:
        for t in args.stills.split(","):
            cv2.imwrite(str(out.with_name(f"{out.stem}_{t}.png")), finish(stage.frame(float(t)), rng)[..., ::-1])
        return
    encoder = subprocess.Popen(
        ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS), "-i", "-", "-an",
         "-c:v", "libx264", "-profile:v", "high", "-pix_fmt", "yuv420p", "-preset", "medium", "-crf", args.crf, "-g", str(FPS * 2), "-bf", "0",
         "-movflags", "+faststart", "-map_metadata", "-1", str(out)], stdin=subprocess.PIPE)
    for f in range(FPS * SECONDS):
        encoder.stdin.write(finish(stage.frame(f / FPS), rng).tobytes())
        if f % FPS == 0:
            print(f"{f // FPS} s of {SECONDS}", flush=True)
    encoder.stdin.close()
    if encoder.wait():
        raise SystemExit("ffmpeg failed")
    onset, ground = stage.moments
    out.with_suffix(".json").write_text(json.dumps({"onset_s": round(onset, 2), "ground_s": round(ground, 2), "fps": FPS, "frames": FPS * SECONDS}) + "\n")


if __name__ == "__main__":
    main()
