"""Readers for the free asset formats: OBJ, MakeHuman target / mhclo / mhskel / mhw.

`root` everywhere is the assets folder: it holds `makehuman/`, `makehuman-assets/`, `cmu/` and `hdri/`
(see README.md for where they come from). MakeHuman works in decimetres; everything returned here is in metres.
"""
import functools
import json
from pathlib import Path

import numpy as np

DECIMETRE = 0.1


@functools.lru_cache(maxsize=None)
def read_obj(path, group=None):
    """Vertices [n, 3] in metres and triangles [m, 3] of one OBJ file; only faces of `group` when given."""
    vertices, faces, current = [], [], None
    for line in Path(path).read_text(errors="replace").splitlines():
        if line.startswith("v "):
            vertices.append([float(x) for x in line.split()[1:4]])
        elif line.startswith("g "):
            current = line.split()[1]
        elif line.startswith("f ") and (group is None or current == group):
            corner = [int(token.split("/")[0]) - 1 for token in line.split()[1:]]
            faces += [[corner[0], corner[k], corner[k + 1]] for k in range(1, len(corner) - 1)]
    return np.array(vertices) * DECIMETRE, np.array(faces, dtype=np.int32)


@functools.lru_cache(maxsize=None)
def read_target(path):
    """A morph target: vertex indices [k] and offsets [k, 3] in metres. A file without rows is an empty morph."""
    rows = [line.split() for line in Path(path).read_text().splitlines() if line and not line.startswith("#")]
    if not rows:
        return np.zeros(0, int), np.zeros((0, 3))
    table = np.array(rows, dtype=float)
    return table[:, 0].astype(int), table[:, 1:4] * DECIMETRE


@functools.lru_cache(maxsize=None)
def read_clothes(path):
    """One mhclo file: how every vertex of a garment hangs on three vertices of the body.

    Returns dict(obj, index [n, 3], weight [n, 3], offset [n, 3], scale {axis: (v1, v2, denominator)}, hidden [k]);
    `hidden` lists the body vertices that the garment covers.
    """
    path = Path(path)
    index, weight, offset, scale, hidden, section = [], [], [], {}, [], "head"
    obj = path.with_suffix(".obj")
    for line in path.read_text(errors="replace").splitlines():
        token = line.split()
        if not token or token[0].startswith("#"):
            continue
        if token[0] == "verts":
            section = "verts"
        elif token[0] == "delete_verts":
            section = "delete"
        elif token[0] == "obj_file":
            obj = path.parent / " ".join(token[1:])
        elif token[0] in ("x_scale", "y_scale", "z_scale"):
            scale[token[0][0]] = (int(token[1]), int(token[2]), float(token[3]) * DECIMETRE)
        elif section == "verts" and (token[0].isdigit()):
            if len(token) == 1:
                index.append([int(token[0])] * 3)
                weight.append([1.0, 0.0, 0.0])
                offset.append([0.0, 0.0, 0.0])
            else:
                index.append([int(x) for x in token[:3]])
                weight.append([float(x) for x in token[3:6]])
                offset.append([float(x) * DECIMETRE for x in token[6:9]])
        elif section == "delete":
            previous, spans = None, False
            for word in token:
                if word == "-":
                    spans = True
                elif word.isdigit():
                    if spans:
                        hidden += range(previous, int(word) + 1)
                    else:
                        hidden.append(int(word))
                    previous, spans = int(word), False
    return dict(obj=obj, index=np.array(index), weight=np.array(weight), offset=np.array(offset), scale=scale,
                hidden=np.array(hidden, dtype=int))


@functools.lru_cache(maxsize=1)
def read_rig(root):
    """The rig with CMU joint names: bones (parents first) with parent, joint vertex lists, and weights [vertices, bones].

    The rig file refers to the bones of the full MakeHuman rig, whose weights are summed; a bone that nobody refers to
    (face, breast) moves with its nearest ancestor that is.
    """
    root = Path(root)
    rig = json.loads((root / "makehuman-assets/base/rigs/cmu_mb.mhskel").read_text())
    full = json.loads((root / "makehuman/makehuman/data/rigs/default.mhskel").read_text())["bones"]
    weights = json.loads((root / "makehuman/makehuman/data/rigs/default_weights.mhw").read_text())["weights"]
    names = []
    while len(names) < len(rig["bones"]):
        names += [n for n, b in rig["bones"].items() if n not in names and (b["parent"] is None or b["parent"] in names)]
    owner = {}
    for name in names:
        bone = rig["bones"][name]
        for reference in (bone["reference"] or []) + (bone.get("weights_reference") or []):
            owner[reference] = name
    count = 19158
    table = np.zeros((count, len(names)), np.float32)
    for bone, rows in weights.items():
        while bone not in owner:
            bone = full[bone]["parent"]
        rows = np.array(rows, dtype=float).reshape(-1, 2)
        np.add.at(table[:, names.index(owner[bone])], rows[:, 0].astype(int), rows[:, 1])
    table /= np.maximum(table.sum(1, keepdims=True), 1e-6)
    parents = [names.index(rig["bones"][n]["parent"]) if rig["bones"][n]["parent"] else -1 for n in names]
    heads = [rig["joints"][rig["bones"][n]["head"]] for n in names]
    tails = [rig["joints"][rig["bones"][n]["tail"]] for n in names]
    return dict(names=names, parents=parents, heads=heads, tails=tails, weights=table)
