"""Training pictures of rendered people with exact boxes and keypoints.

    python -m render.pictures --assets DIR --motions DIR --backdrops DIR --out DIR --count 3000 [--first 0] [--seed 1]

Writes OUT/<number>.jpg and one line per picture to OUT/labels.jsonl:
{"file", "people": [{"box": [x1, y1, x2, y2], "keypoints": [[x, y, v] x 17], "visible": share of the silhouette not hidden or cut, "posture"}]}
in pixels, COCO keypoint order; v 2 visible, 1 hidden, 0 outside the picture. The box is tight around the visible silhouette.
"""
import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from . import body as bodies
from . import person, ragdoll, raster
from .motion import recording, simulated_pose, turn
from .room import build as build_room

WIDTH, HEIGHT = 640, 360
LIGHT_COUNT = 9
MEN = ["male_casualsuit01", "male_casualsuit02", "male_casualsuit03", "male_casualsuit04", "male_casualsuit05", "male_casualsuit06", "male_worksuit01", "male_elegantsuit01"]
WOMEN = ["female_casualsuit01", "female_casualsuit02", "female_elegantsuit01", "female_sportsuit01", "male_casualsuit02", "male_casualsuit05", "male_casualsuit04"]
HAIR = ["short01", "short02", "short03", "short04", "bob01", "bob02", "long01", "ponytail01", "braid01", "afro01"]
SKIN = np.array([(0.62, 0.40, 0.30), (0.55, 0.34, 0.24), (0.45, 0.26, 0.17), (0.30, 0.17, 0.10), (0.16, 0.09, 0.06), (0.09, 0.05, 0.035)])
HAIR_COLOUR = np.array([(0.02, 0.015, 0.012), (0.06, 0.035, 0.02), (0.16, 0.09, 0.04), (0.38, 0.27, 0.13), (0.45, 0.45, 0.44), (0.18, 0.05, 0.02)])
CMU = [("02", t) for t in ("02_01", "02_02", "02_05", "02_06", "02_07", "02_08", "02_10")] + [("03", "03_01"), ("03", "03_02")]


def random_body(assets, rng):
    gender = rng.choice(["male", "female"], p=[0.6, 0.4])
    shares = rng.dirichlet([0.4, 0.4, 0.4])
    wear = rng.choice(MEN if gender == "male" else WOMEN)
    worn = [f"clothes/{wear}/{wear}"]
    if rng.random() < 0.92:
        shoe = f"shoes0{rng.integers(1, 7)}"
        worn.append(f"clothes/{shoe}/{shoe}")
    if rng.random() < 0.93:
        hair = rng.choice(HAIR[:4] + HAIR[-1:] if gender == "male" else HAIR[2:])
        worn.append(f"hair/{hair}/{hair}")
    return bodies.build(assets, gender, rng.choice(["young", "old"], p=[0.7, 0.3]), rng.uniform(0.2, 0.9), np.clip(rng.normal(0.55, 0.22), 0.05, 1.0),
                        rng.uniform(-0.6, 0.6), rng.uniform(0, 0.8), dict(zip(("caucasian", "asian", "african"), shares)), tuple(worn))


def colour(rng):
    """A garment colour: mostly dull, at times vivid, white or black."""
    value = rng.choice([rng.uniform(0.01, 0.06), rng.uniform(0.05, 0.35), rng.uniform(0.5, 0.8)], p=[0.35, 0.45, 0.2])
    hue, vivid = rng.uniform(0, 1), rng.choice([rng.uniform(0, 0.25), rng.uniform(0.4, 0.95)])
    rgb = np.clip(np.abs((hue * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    return tuple(value * (1 - vivid + vivid * rgb * 1.5))


def random_outfit(rng):
    top, bottom = colour(rng), colour(rng)
    if rng.random() < 0.3:
        bottom = tuple(np.array([(0.03, 0.06, 0.14), (0.015, 0.015, 0.02), (0.10, 0.10, 0.11), (0.20, 0.16, 0.10)])[rng.integers(4)])
    outfit = dict(top=top, bottom=bottom if rng.random() < 0.85 else top, band=colour(rng), waist=rng.uniform(0.88, 1.0), bands=(0.0, 0.0, 0.0, 0.0),
                  pattern=int(rng.choice([0, 0, 0, 1, 2, 3])), weave=rng.uniform(0.1, 0.6))
    if rng.random() < 0.25:   # high visibility
        outfit |= dict(top=[(0.95, 0.27, 0.02), (0.70, 0.85, 0.03), (0.8, 0.1, 0.03)][rng.integers(3)], band=(0.78, 0.8, 0.8), bands=(1.03, 1.21, 0.0, 1.0), pattern=0)
    return outfit


class Poses:
    """A stock of poses to draw from: recordings, simulated falls and days, dropped rag-dolls."""

    def __init__(self, assets, motions, cache, rng, drops=240):
        reference = bodies.build(assets)
        self.recordings = [recording(assets, s, t, reference, 15) for s, t in CMU]
        self.leg = reference.joints[reference.index("LeftUpLeg")][1]
        files = sorted(Path(motions).glob("*.npz"))
        self.falls = [f for f in files if f.name.startswith("fall")]
        self.days = [f for f in files if f.name.startswith("daily")]
        cache = Path(cache)
        if not cache.exists():
            poses = [ragdoll.drop(reference, rng) for _ in range(drops)]
            np.savez(cache, rotation=np.array([p[0] for p in poses]), root=np.array([p[1] for p in poses]))
        stock = np.load(cache)
        self.drops = list(zip(stock["rotation"], stock["root"]))

    def scaled(self, pose, body):
        return pose[0], pose[1] * body.joints[body.index("LeftUpLeg")][1] / self.leg

    def draw(self, body, rng):
        """(pose, posture word) for `body`."""
        kind = rng.choice(["drop", "fallen", "falling", "walk", "day"], p=[0.26, 0.22, 0.12, 0.20, 0.20])
        if kind == "drop":
            return self.scaled(self.drops[rng.integers(len(self.drops))], body), "lying"
        if kind == "walk":
            motion = self.recordings[rng.choice(len(self.recordings), p=[.18, .18, .1, .14, .1, .1, .1, .05, .05])]
            f = rng.integers(len(motion))
            return self.scaled((motion.rotation[f], motion.root[f]), body), "upright"
        if kind == "day" and self.days:
            take = np.load(self.days[rng.integers(len(self.days))])
            return simulated_pose(take, rng.integers(len(take["rotation"])), body), str(take["kind"])
        take = np.load(self.falls[rng.integers(len(self.falls))])
        at = np.flatnonzero(take["posture"] == (1 if kind == "fallen" else 0))
        if not len(at):
            at = np.array([len(take["rotation"]) - 1])
        return simulated_pose(take, rng.choice(at), body), "lying" if kind == "fallen" else "falling"


def label(people, joints, view, target, meshes):
    """Labels of all people from the id picture; None when one of them is nearly hidden."""
    ids, depth = target.identify(meshes, view)
    out = []
    for who, world, posture in zip(people, joints, [p.posture for p in people]):
        seen = ids == who.owner
        alone, _ = target.identify(who.drawn(), view)
        pixel, far = raster.project(world, view, WIDTH, HEIGHT)
        full, _ = raster.project(np.array(person_corners(who)), view, WIDTH, HEIGHT)
        inside = np.clip(full, 0, [WIDTH, HEIGHT])
        cut = np.prod(np.ptp(inside, axis=0)) / max(np.prod(np.ptp(full, axis=0)), 1)
        share = seen.sum() / max((alone == who.owner).sum(), 1) * cut
        if seen.sum() < 60 or share < 0.12:
            if seen.sum() > 0:
                return None
            continue
        ys, xs = np.nonzero(seen)
        points = []
        for (x, y), z in zip(pixel, far):
            column, row = int(np.floor(x)), int(np.floor(y))
            if z < 0.2 or not (0 <= column < WIDTH and 0 <= row < HEIGHT):
                points.append([0, 0, 0])
                continue
            around = (slice(max(row - 1, 0), row + 2), slice(max(column - 1, 0), column + 2))
            own = (ids[around] == who.owner) & (depth[around] > z - 0.17)
            points.append([round(float(x), 1), round(float(y), 1), 2 if own.any() else 1])
        out.append({"box": [int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1], "keypoints": points,
                    "visible": round(float(min(share, 1)), 3), "posture": posture})
    return out


def person_corners(who):
    return [[x, y, z] for x in (who.low[0], who.high[0]) for y in (who.low[1], who.high[1]) for z in (who.low[2], who.high[2])]


def camera_look(picture, rng):
    """What camera and encoder do to a picture: exposure, colour cast, grey, infrared, blur, noise, low resolution."""
    image = picture / 255
    image = np.clip(image * rng.uniform(0.7, 1.35), 0, 1) ** rng.uniform(0.75, 1.4)
    image *= 1 + rng.normal(0, 0.04, 3)
    mode = rng.choice(["colour", "grey", "infrared"], p=[0.68, 0.18, 0.14])
    if mode != "colour":
        weights = rng.dirichlet([4, 5, 3])
        grey = image @ weights
        if mode == "infrared":
            y, x = np.mgrid[-1:1:HEIGHT * 1j, -1:1:WIDTH * 1j]
            spot = np.exp(-((x - rng.normal(0, .2)) ** 2 + (y - rng.normal(0, .2)) ** 2) * rng.uniform(0.4, 1.6))
            grey = np.clip((0.25 + 0.75 * grey) * spot * rng.uniform(0.8, 1.4), 0, 1)
        image = np.repeat(grey[..., None], 3, 2)
    if rng.random() < 0.35:
        k = rng.uniform(0.3, 1.3)
        image = cv2.GaussianBlur(image, (0, 0), k)
    if rng.random() < 0.25:
        small = rng.uniform(0.4, 0.9)
        image = cv2.resize(cv2.resize(image, None, fx=small, fy=small, interpolation=cv2.INTER_AREA), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    noise = abs(rng.normal(0, 0.02 if mode != "infrared" else 0.04))
    image = image + rng.normal(0, noise, image.shape if rng.random() < 0.6 and mode == "colour" else (HEIGHT, WIDTH, 1))
    return (np.clip(image, 0, 1) * 255).astype(np.uint8)


class Studio:
    def __init__(self, args):
        self.rng = np.random.default_rng(args.seed)
        self.args = args
        self.target = raster.Raster(WIDTH, HEIGHT, tile=512, grid=3)
        out = Path(args.out)
        out.mkdir(parents=True, exist_ok=True)
        self.bank = [random_body(args.assets, self.rng) for _ in range(args.bodies)]
        self.poses = Poses(args.assets, args.motions, out / "drops.npz", self.rng)
        self.backdrops = [p for p in empty_pictures(args.backdrops)]
        self.hdri = sorted(Path(args.assets).glob("hdri/hdri/*.hdr"))

    def backdrop(self, rng):
        """A photo without people as RGB [h, w, 3] uint8."""
        if rng.random() < 0.3 and self.hdri:
            image = cv2.imread(str(self.hdri[rng.integers(len(self.hdri))]), cv2.IMREAD_UNCHANGED)
            h, w = image.shape[:2]
            width = rng.integers(w // 6, w // 3)
            x, y = rng.integers(0, w - width), rng.integers(int(h * 0.42), int(h * 0.62))
            image = image[y:min(h, y + width * 9 // 16), x:x + width]
            image = np.clip(image / max(np.percentile(image, 90), 1e-3), 0, 1) ** (1 / 2.2) * 255
        else:
            image = cv2.imread(str(self.backdrops[rng.integers(len(self.backdrops))]))
            h, w = image.shape[:2]
            height = min(h, int(w * 9 / 16))
            y = rng.integers(0, h - height + 1)
            image = image[y:y + height]
            if rng.random() < 0.5:
                image = image[:, ::-1]
        return cv2.resize(image.astype(np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)[..., ::-1]

    def picture(self, number):
        """One picture and its labels, reproducible from the seed and its number."""
        for attempt in range(8):
            rng = np.random.default_rng([self.args.seed, number, attempt])
            result = self.attempt(rng)
            if result is not None:
                return result
        raise RuntimeError(f"picture {number}: no acceptable scene in 8 attempts")

    def attempt(self, rng):
        target = self.target
        count = rng.choice([0, 1, 2, 3], p=[0.06, 0.58, 0.24, 0.12])
        people, joints, spots = [], [], []
        for k in range(count):
            body = self.bank[rng.integers(len(self.bank))]
            who = person.Person(target, body, random_outfit(rng), tuple(SKIN[rng.integers(len(SKIN))] * rng.uniform(0.8, 1.2)),
                                tuple(HAIR_COLOUR[rng.integers(len(HAIR_COLOUR))]), colour(rng),
                                helmet=colour(rng) if rng.random() < 0.18 else None, gloves=colour(rng) if rng.random() < 0.15 else None, owner=k + 1)
            pose, who.posture = self.poses.draw(body, rng)
            spot = np.array([0.0, 0.0]) if k == 0 else rng.uniform(-2.6, 2.6, 2)
            for _ in range(20):
                if all(np.linalg.norm(spot - s) > 1.1 for s in spots):
                    break
                spot = rng.uniform(-2.6, 2.6, 2)
            spots.append(spot)
            rotation, root = turn(pose, rng.uniform(0, 2 * np.pi))
            root = np.array([spot[0], root[1], spot[1]])
            who.pose(rotation, root)
            if who.low[1] < 0.12 or who.posture == "lying":
                root = root - [0, who.low[1] + 0.008, 0]
            position = who.pose(rotation, root)
            joints.append(body.keypoints(rotation, position))
            people.append(who)
        height, distance = rng.uniform(1.9, 5.0), rng.uniform(1.8, 7.5)
        around = rng.uniform(0, 2 * np.pi)
        eye = np.array([np.sin(around) * distance, height, np.cos(around) * distance])
        fov = np.radians(rng.uniform(45, 100))
        reach = distance * np.tan(fov / 2) * 0.45
        aim = np.array([0, 0.4, 0]) + np.array([rng.uniform(-1, 1) * reach, rng.uniform(-0.5, 0.7) * reach * 0.5, rng.uniform(-1, 1) * reach])
        view = raster.perspective(fov, WIDTH / HEIGHT) @ raster.look_at(eye, aim, np.radians(rng.normal(0, 2.5)))
        warm = rng.uniform(-0.12, 0.12)
        key = rng.choice([0.0, rng.uniform(0.2, 0.8), rng.uniform(0.8, 2.0)], p=[0.25, 0.45, 0.3])
        to, light = raster.ceiling_lights(LIGHT_COUNT, rng, (1 + warm, 1.0, 1 - warm), rng.uniform(0.5, 1.5), key,
                                          (rng.normal(0, 0.6), rng.uniform(0.4, 1.0), rng.normal(0, 0.6)), rng.uniform(0.6, 0.95))
        target.light(to, light, (0, 0.5, 0), 6.0, dict(
            sky=tuple(np.array([0.10, 0.105, 0.11]) * rng.uniform(0.6, 2.0)), bounce=tuple(np.array([0.15, 0.14, 0.12]) * rng.uniform(0.4, 1.6)),
            haze=(0.55, 0.58, 0.6), haze_density=rng.uniform(0.0, 0.02), exposure=rng.uniform(0.45, 0.95), lamps=(rng.uniform(2.8, 6), rng.uniform(2.5, 5), 0.2, rng.choice([0, 1.0])),
            photo_scale=rng.uniform(0.15, 0.8)))
        target.photo.write(cv2.resize(self.backdrop(rng), (512, 512)).tobytes())
        drawn = [m for who in people for m in who.drawn()]
        pasted = rng.random() < 0.42
        if pasted:
            scene = build_room(rng, spots, eye, bare=True)
            floor = scene.mesh(target)
            target.cast([floor])
            picture = self.backdrop(rng)
            if rng.random() < 0.6:
                picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 2.0))
            picture = self.paste(picture, floor, drawn, people, view, eye)
            still = [floor]
            owned = drawn
        else:
            scene = build_room(rng, spots, eye)
            floor = scene.mesh(target)
            still = [floor]
            owned = [floor] + drawn
            target.cast(owned)
            picture = target.draw(owned, view, eye)
        labels = label(people, joints, view, target, owned)
        for thing in still + people:
            thing.release()
        if labels is None:
            return None
        return camera_look(picture, rng), labels

    def paste(self, picture, floor, drawn, people, view, eye):
        """The backdrop with the people and their shadows: it is darkened as they darken a bare floor."""
        if not people:
            return picture
        ground = [[x, 0, z] for who in people for x in (who.low[0] - 1.2, who.high[0] + 1.2) for z in (who.low[2] - 1.2, who.high[2] + 1.2)]
        pixel, _ = raster.project(np.array(ground + [c for who in people for c in person_corners(who)]), view, WIDTH, HEIGHT)
        x1, y1 = np.clip(np.floor(pixel.min(0)), 0, [WIDTH - 8, HEIGHT - 8]).astype(int).tolist()
        x2, y2 = np.clip(np.ceil(pixel.max(0)), [x1 + 8, y1 + 8], [WIDTH, HEIGHT]).astype(int).tolist()
        part = (slice(y1, y2), slice(x1, x2))
        empty = self.target.draw([floor], view, eye, windows=[(x1, y1, x2, y2)])[part]
        self.target.cast([floor] + drawn)
        full = self.target.draw([floor] + drawn, view, eye, windows=[(x1, y1, x2, y2)])[part]
        mask = self.silhouette(drawn, view)[part][..., None]
        out = picture.astype(np.float32)
        out[part] = out[part] * np.clip((full + 2) / (empty + 2), 0, 1) * (1 - mask) + full * mask
        return out

    def silhouette(self, drawn, view):
        """Coverage [h, w] in [0, 1] of the drawn people, softened by half a pixel."""
        ids, _ = self.target.identify(drawn, view)
        return cv2.GaussianBlur((ids > 0).astype(np.float32), (0, 0), 0.6)


def empty_pictures(folder):
    """COCO pictures without people: those whose box label file is missing or empty."""
    folder = Path(folder)
    for image in sorted((folder / "images").glob("*.jpg")):
        boxes = folder / "labels_box" / (image.stem + ".txt")
        points = folder / "labels_kpt" / (image.stem + ".txt")
        if not any(f.exists() and f.read_text().strip() for f in (boxes, points)):
            yield image


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True)
    parser.add_argument("--motions", required=True, help="folder of simulated motions (*.npz)")
    parser.add_argument("--backdrops", required=True, help="folder with images/, labels_box/, labels_kpt/ (COCO pictures)")
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--first", type=int, default=0, help="number of the first picture; labels are appended")
    parser.add_argument("--bodies", type=int, default=48)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    studio, out = Studio(args), Path(args.out)
    with (out / "labels.jsonl").open("a") as labels:
        for number in range(args.first, args.first + args.count):
            picture, people = studio.picture(number)
            name = f"{number:05d}.jpg"
            quality = int(np.random.default_rng([args.seed, number]).integers(45, 96))
            cv2.imwrite(str(out / name), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
            labels.write(json.dumps({"file": name, "people": people}) + "\n")
            labels.flush()


if __name__ == "__main__":
    main()
