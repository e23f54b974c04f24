"""A small OpenGL renderer: many shadow-mapped directional lights, procedural surfaces; runs on Mesa in software, where
shifted draws antialias far more cheaply than multisampling.

Many weak lights sampled over the ceiling give soft shadows and ambient occlusion without any further pass.
"""
import os

import numpy as np
import scipy.sparse

os.environ.setdefault("LP_NUM_THREADS", "1")
import moderngl  # noqa: E402  (reads LP_NUM_THREADS)

# Surface codes of a vertex: how the fragment shader paints it.
PAINT, FLOOR, CLOTH, SKIN, GLOW, CARD, BELT, HAIR, METAL, WALL, SHOE, PHOTO = range(12)
LIGHTS = 32

VERTEX = """
#version 330
uniform mat4 view; uniform vec3 shift;
in vec3 position; in vec3 normal; in vec3 colour; in vec3 rest; in float surface;
invariant gl_Position;
out vec3 p; out vec3 n; out vec3 c; out vec3 r; flat out float s;
void main() { p = position + shift; n = normal; c = colour; r = rest; s = surface; gl_Position = view * vec4(p, 1.0); }
"""

FRAGMENT = """
#version 330
uniform vec3 eye; uniform int lights; uniform vec3 to_light[32]; uniform vec3 light[32]; uniform mat4 light_view[32];
uniform sampler2DShadow atlas; uniform int grid; uniform float texel;
uniform vec3 sky; uniform vec3 bounce; uniform vec3 haze; uniform float haze_density; uniform float exposure; uniform float time;
uniform vec4 lamps;                       // ceiling height, spacing, half width (m), strength of their mirror on the floor
uniform vec3 top; uniform vec3 bottom; uniform vec3 band; uniform float waist; uniform vec4 bands; uniform int pattern; uniform float weave;
uniform sampler2D photo; uniform float photo_scale;
in vec3 p; in vec3 n; in vec3 c; in vec3 r; flat in float s;
out vec4 result;
float hash(vec3 x) { x = fract(x * 0.3183099 + 0.1); x *= 17.0; return fract(x.x * x.y * x.z * (x.x + x.y + x.z)); }
float noise(vec3 x) {
  vec3 i = floor(x), f = fract(x); f = f * f * (3.0 - 2.0 * f);
  return mix(mix(mix(hash(i), hash(i + vec3(1,0,0)), f.x), mix(hash(i + vec3(0,1,0)), hash(i + vec3(1,1,0)), f.x), f.y),
             mix(mix(hash(i + vec3(0,0,1)), hash(i + vec3(1,0,1)), f.x), mix(hash(i + vec3(0,1,1)), hash(i + vec3(1,1,1)), f.x), f.y), f.z);
}
float cloud(vec3 x) { return 0.5 * noise(x) + 0.3 * noise(x * 2.3) + 0.2 * noise(x * 5.1); }
void main() {
  vec3 N = normalize(n), V = normalize(eye - p);
  if (dot(N, V) < 0.0 && s != 0.0) N = -N;
  vec3 base = c; float gloss = 0.0, shine = 30.0, glow = 0.0;
  int kind = int(s + 0.5);
  if (kind == 0) { base *= 0.9 + 0.2 * cloud(r * 3.0); gloss = 0.12; }
  else if (kind == 1) {
    float stain = cloud(vec3(p.xz * 0.55, 1.0)), grain = cloud(vec3(p.xz * 9.0, 4.0));
    base *= 0.78 + 0.34 * stain + 0.12 * (grain - 0.5);
    vec2 joint = abs(fract(p.xz / 4.0 + 0.37) - 0.5); base *= 1.0 - 0.35 * smoothstep(0.4975, 0.499, max(joint.x, joint.y));
    gloss = 0.10 + 0.15 * stain; shine = 18.0;
  }
  else if (kind == 2) {
    float fold = cloud(r * vec3(9.0, 5.0, 9.0)) - 0.5;
    base = r.y > waist ? top : bottom;
    if (pattern == 1 && fract(r.y * 18.0) < 0.4) base = band;
    if (pattern == 2 && (fract(r.y * 14.0) < 0.3 || fract(r.x * 14.0) < 0.3)) base = mix(base, band, 0.6);
    if (pattern == 3 && cloud(r * 14.0) > 0.52) base = band;
    for (int k = 0; k < 4; k++) if (bands[k] > 0.0 && abs(r.y - bands[k]) < 0.028) { base = band; gloss = 0.35; }
    if (bands[3] > 0.0 && r.y > bands[0] && abs(abs(r.x) - 0.105) < 0.028 && r.y > waist && abs(r.x) < 0.2) { base = band; gloss = 0.35; }
    base *= 0.92 + weave * fold + 0.06 * (noise(r * 160.0) - 0.5);
    N = normalize(N + 0.55 * weave * vec3(noise(r * 16.0) - 0.5, noise(r * 16.0 + 9.0) - 0.5, noise(r * 16.0 + 21.0) - 0.5));
  }
  else if (kind == 3) { base *= 0.93 + 0.14 * (cloud(r * 22.0)); gloss = 0.08; shine = 12.0; }
  else if (kind == 4) { glow = 1.0; }
  else if (kind == 5) {
    base *= 0.86 + 0.2 * cloud(r * vec3(3.0, 14.0, 3.0)) + 0.05 * noise(r * 60.0);
  }
  else if (kind == 6) {
    float x = mod(r.x - time * 0.35, 2.1); base *= 0.8 + 0.3 * noise(vec3(x * 7.0, r.y, r.z * 7.0));
    if (fract(x / 1.05) < 0.03) base *= 2.2; gloss = 0.1;
  }
  else if (kind == 7) { base *= 0.7 + 0.6 * noise(r * vec3(90.0, 18.0, 90.0)); gloss = 0.10; }
  else if (kind == 8) { base *= 0.85 + 0.25 * cloud(r * 2.0); gloss = 0.35; shine = 40.0; }
  else if (kind == 9) {
    base *= 0.92 + 0.12 * cloud(p * 0.8); float rib = abs(fract((p.x + p.z) * 2.5) - 0.5);
    base *= p.y > 1.1 ? 0.90 + 0.10 * smoothstep(0.05, 0.12, rib) : 1.0;
  }
  else if (kind == 10) { base *= r.y < 0.025 ? 0.45 : 0.9 + 0.2 * noise(r * 40.0); gloss = 0.15; }
  else if (kind == 11) {
    vec2 uv = abs(N.y) > 0.7 ? r.xz : vec2(r.x + r.z, r.y);
    vec3 printed = textureLod(photo, uv * photo_scale, 0.0).rgb; base *= printed * printed * 1.6; gloss = 0.08;
  }
  vec3 lit = sky * (0.55 + 0.45 * N.y) + bounce * (0.5 - 0.5 * N.y), mirror = vec3(0.0);
  for (int k = 0; k < lights; k++) {
    float facing = dot(N, to_light[k]);
    if (facing <= 0.0) continue;
    vec4 q = light_view[k] * vec4(p + N * 0.025, 1.0);
    vec3 t = q.xyz * 0.5 + 0.5;
    float seen = 1.0;
    if (all(greaterThan(t.xy, vec2(0.002))) && all(lessThan(t.xy, vec2(0.998))) && t.z < 1.0) {
      vec2 cell = (vec2(k % grid, k / grid) + t.xy) / float(grid);
      seen = texture(atlas, vec3(cell, t.z - 0.0012));
    }
    lit += light[k] * facing * seen;
    if (gloss > 0.0) mirror += light[k] * seen * pow(max(dot(reflect(-V, N), to_light[k]), 0.0), shine);
  }
  vec3 shown = base * lit + gloss * mirror;
  if (kind == 1 && lamps.w > 0.0) {
    vec3 R = reflect(-V, normalize(N + 0.035 * vec3(cloud(vec3(p.xz * 5.0, 2.0)) - 0.5, 0.0, cloud(vec3(p.xz * 5.0, 7.0)) - 0.5)));
    vec2 hit = p.xz + R.xz * (lamps.x - p.y) / max(R.y, 0.05);
    float across = abs(fract(hit.x / lamps.y) - 0.5) * lamps.y, along = abs(fract(hit.y / 3.2) - 0.5) * 3.2;
    float strip = (1.0 - smoothstep(lamps.z * 0.4, lamps.z * 2.6, across)) * (1.0 - smoothstep(0.7, 1.35, along));
    float fresnel = 0.03 + 0.5 * pow(1.0 - max(dot(N, V), 0.0), 4.0);
    float open = clamp(dot(lit, vec3(0.5)), 0.0, 1.0);
    shown += lamps.w * strip * fresnel * open * (0.6 + 0.4 * cloud(vec3(p.xz * 0.8, 3.0)));
  }
  shown = mix(shown, base * 3.0, glow);
  shown = mix(haze, shown, exp(-haze_density * length(eye - p))) * exposure;
  shown = (shown * (2.51 * shown + 0.03)) / (shown * (2.43 * shown + 0.59) + 0.14);   // filmic curve, K. Narkowicz 2015
  result = vec4(pow(clamp(shown, 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
}
"""

DEPTH_VERTEX = """
#version 330
uniform mat4 view; uniform vec3 shift; in vec3 position;
invariant gl_Position;
void main() { vec3 p = position + shift; gl_Position = view * vec4(p, 1.0); }
"""
DEPTH_FRAGMENT = "#version 330\nuniform float id; out vec4 result; void main() { result = vec4(id / 255.0, gl_FragCoord.z, 0.0, 1.0); }"


def look_at(eye, target, roll=0.0):
    """World-to-camera matrix; y up, camera looks down its -z axis. `roll` in radians."""
    eye, target = np.asarray(eye, float), np.asarray(target, float)
    back = eye - target
    back /= np.linalg.norm(back)
    right = np.cross([0, 1, 0] if abs(back[1]) < 0.999 else [0, 0, 1], back)
    right /= np.linalg.norm(right)
    up = np.cross(back, right)
    right, up = right * np.cos(roll) + up * np.sin(roll), up * np.cos(roll) - right * np.sin(roll)
    matrix = np.eye(4)
    matrix[:3, :3] = [right, up, back]
    matrix[:3, 3] = -matrix[:3, :3] @ eye
    return matrix


def perspective(fov, aspect, near=0.2, far=60.0):
    """Projection with horizontal field of view `fov` radians."""
    f = 1 / np.tan(fov / 2)
    return np.array([[f, 0, 0, 0], [0, f * aspect, 0, 0], [0, 0, (far + near) / (near - far), 2 * far * near / (near - far)], [0, 0, -1, 0]])


def project(points, view, width, height):
    """Pixels [n, 2] and depth along the view axis [n] of world points [n, 3]."""
    q = np.c_[points, np.ones(len(points))] @ view.T
    w = np.maximum(q[:, 3:], 1e-6)
    ndc = q[:, :2] / w
    return np.c_[(ndc[:, 0] + 1) * width / 2, (1 - ndc[:, 1]) * height / 2], q[:, 3]


def ceiling_lights(count, rng, colour=(1.0, 0.97, 0.92), strength=1.0, key=0.0, key_direction=(0.4, 0.8, -0.5), spread=0.85):
    """Directions [n, 3] to lights spread over the upper hemisphere (Fibonacci), and their colours [n, 3]; one may be a stronger key."""
    k = (np.arange(count) + 0.5) / count
    angle = np.pi * (1 + 5 ** 0.5) * np.arange(count) + rng.uniform(0, 6.28)
    radius = np.sqrt(k) * spread
    to = np.c_[radius * np.cos(angle), np.sqrt(1 - radius ** 2), radius * np.sin(angle)]
    light = np.tile(np.asarray(colour) * strength / count, (count, 1))
    if key > 0:
        to[0] = np.asarray(key_direction) / np.linalg.norm(key_direction)
        light[0] = np.asarray(colour) * key
    return to, light


class Mesh:
    """Triangles on the GPU. `surface` one code per mesh or per vertex; `colour` one or per vertex; `rest` paints stay put when the mesh moves."""

    def __init__(self, raster, position, faces, colour, surface, rest=None, normal=None):
        count = len(position)
        self.faces = np.asarray(faces, dtype=np.int32)
        corner = np.repeat(np.arange(len(self.faces)), 3)
        self.incidence = scipy.sparse.csr_matrix((np.ones(3 * len(self.faces)), (self.faces.ravel(), corner)), (count, len(self.faces)))
        fixed = np.zeros((count, 7), "f4")
        fixed[:, :3] = colour
        fixed[:, 3:6] = position if rest is None else rest
        fixed[:, 6] = surface
        self.moving = raster.gl.buffer(reserve=count * 24, dynamic=True)
        self.fixed = raster.gl.buffer(fixed.tobytes())
        index = raster.gl.buffer(self.faces.astype("i4").tobytes())
        self.own = [self.moving, self.fixed, index]
        self.beauty = raster.gl.vertex_array(raster.paint, [(self.moving, "3f 3f", "position", "normal"),
                                                           (self.fixed, "3f 3f 1f", "colour", "rest", "surface")], index)
        self.depth = raster.gl.vertex_array(raster.flat, [(self.moving, "3f 3x4", "position")], index)
        self.shift = (0.0, 0.0, 0.0)
        self.outfit = None
        self.owner = 0
        self.move(position, normal)

    def move(self, position, normal=None):
        """Uploads new vertex positions [n, 3]; normals are those of the surface unless given."""
        if normal is None:
            a, b, c = (position[self.faces[:, k]] for k in range(3))
            normal = self.incidence @ np.cross(b - a, c - a)
            normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
        self.moving.write(np.concatenate([position, normal], 1).astype("f4").tobytes())

    def release(self):
        for thing in (self.beauty, self.depth, *self.own):
            thing.release()


class Raster:
    """Draws meshes to 8-bit RGB pictures of one size."""

    def __init__(self, width, height, tile=1024, grid=6):
        self.gl = moderngl.create_standalone_context(backend="egl")
        self.width, self.height, self.tile, self.grid = width, height, tile, grid
        self.paint = self.gl.program(VERTEX, FRAGMENT)
        self.flat = self.gl.program(DEPTH_VERTEX, DEPTH_FRAGMENT)
        self.atlas = self.gl.depth_texture((tile * grid, tile * grid))
        self.atlas.compare_func = "<="
        self.atlas.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self.shadow = self.gl.framebuffer(depth_attachment=self.atlas)
        self.colour = self.gl.framebuffer([self.gl.renderbuffer((width, height), 4)], self.gl.depth_renderbuffer((width, height)))
        self.label = self.gl.framebuffer([self.gl.texture((width, height), 4, dtype="f4")], self.gl.depth_renderbuffer((width, height)))
        self.photo = self.gl.texture((512, 512), 3)
        self.photo.repeat_x = self.photo.repeat_y = True
        self.gl.enable(moderngl.DEPTH_TEST)

    def light(self, to, colour, centre, reach, settings):
        """Sets the lights (directions to them [n, 3], colours [n, 3]) that shadow a ball of radius `reach` m about `centre`, and shader `settings`."""
        self.light_views = []
        for d in to:
            view = look_at(np.asarray(centre) + d * reach * 2, centre)
            ortho = np.diag([1 / reach, 1 / reach, -1 / (2 * reach), 1.0])
            ortho[2, 3] = -1
            self.light_views.append(ortho @ view)
        count = len(to)
        pad = LIGHTS - count
        self.paint["lights"] = count
        self.paint["to_light"].write(np.r_[to, np.zeros((pad, 3))].astype("f4").tobytes())
        self.paint["light"].write(np.r_[colour, np.zeros((pad, 3))].astype("f4").tobytes())
        self.paint["light_view"].write(np.array([m.T for m in self.light_views] + [np.eye(4)] * pad).astype("f4").tobytes())
        self.paint["grid"] = self.grid
        for name, value in settings.items():
            if name in self.paint:
                self.paint[name] = value

    def cast(self, meshes):
        """Draws the shadow map of every light with `meshes` in it."""
        self.shadow.use()
        self.shadow.viewport = (0, 0, self.tile * self.grid, self.tile * self.grid)
        self.shadow.clear(depth=1.0)
        for k, view in enumerate(self.light_views):
            self.shadow.viewport = (k % self.grid * self.tile, k // self.grid * self.tile, self.tile, self.tile)
            self.flat["view"].write(view.T.astype("f4").tobytes())
            for mesh in meshes:
                self.flat["shift"] = mesh.shift
                mesh.depth.render()

    def draw(self, meshes, view, eye, time=0.0, windows=None, samples=2):
        """RGB picture [h, w, 3] float in [0, 255], the mean of `samples` draws shifted by parts of a pixel (antialiasing).

        With `windows`, rectangles (x1, y1, x2, y2) in pixels, only what lies in them is drawn.
        """
        self.colour.use()
        self.atlas.use(0)
        self.photo.use(1)
        self.paint["atlas"] = 0
        self.paint["photo"] = 1
        self.paint["eye"] = tuple(eye)
        self.paint["time"] = time
        total = np.zeros((self.height, self.width, 3), np.float32)
        for k in range(samples):
            moved = np.eye(4)
            moved[:2, 3] = (((k + 0.5) / samples - 0.5) * 2 / self.width, ((k * 0.618034 + 0.5) % 1 - 0.5) * 2 / self.height)
            seen = (moved @ view).T.astype("f4").tobytes()
            self.flat["view"].write(seen)
            self.paint["view"].write(seen)
            self.colour.clear(0, 0, 0, 0)
            for x1, y1, x2, y2 in windows or [(0, 0, self.width, self.height)]:
                self.colour.scissor = (x1, self.height - y2, x2 - x1, y2 - y1)
                self.colour.color_mask = (False,) * 4
                for mesh in meshes:   # depth first, so that only what is seen gets shaded
                    self.flat["shift"] = mesh.shift
                    mesh.depth.render()
                self.colour.color_mask = (True,) * 4
                self.gl.depth_func = "<="
                for mesh in meshes:
                    self.paint["shift"] = mesh.shift
                    for name, value in (mesh.outfit or {}).items():
                        self.paint[name] = value
                    mesh.beauty.render()
                self.gl.depth_func = "<"
            self.colour.scissor = None
            raw = self.colour.read(components=3, alignment=1)
            total += np.frombuffer(raw, np.uint8).reshape(self.height, self.width, 3)[::-1]
        return total / samples

    def identify(self, meshes, view):
        """Owner id of every pixel [h, w] (0 nobody) and its depth along the view axis in metres [h, w]."""
        self.label.use()
        self.label.clear(0, 1, 0, 0)
        self.flat["view"].write(view.T.astype("f4").tobytes())
        for mesh in meshes:
            self.flat["shift"] = mesh.shift
            self.flat["id"] = float(mesh.owner)
            mesh.depth.render()
        raw = np.frombuffer(self.label.read(components=4, dtype="f4", alignment=1), "f4").reshape(self.height, self.width, 4)[::-1]
        near, far = 0.2, 60.0
        depth = 2 * near * far / (far + near - (2 * raw[..., 1] - 1) * (far - near))
        return np.rint(raw[..., 0] * 255).astype(int), depth
