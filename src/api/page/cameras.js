import { act } from "./ask.js";
import { $, duration, fill, h, icon, millis, say, whenChanged } from "./dom.js";

/** From this age on a picture does not show what is. */
const STALE_MS = 1000;
/** Skeletons of an older frame are not drawn. */
const GONE_MS = 700;
/** Pause between two pictures; the next is asked for only when the last has come. */
const GAP_MS = 80;

const tiles = new Map();

/** How a skeleton is drawn, as the device says: pairs of keypoints, and the least visibility of one. */
let skeleton = { limbs: [], visible: 1 };
export function drawAs(next) {
  skeleton = next;
}

/** A tile for each camera: the picture as fresh as it comes, what was seen in it drawn over it. */
export function showCameras(cameras, lost) {
  for (const [name, tile] of tiles)
    if (!cameras.some((camera) => camera.name === name)) {
      tile.stop();
      tiles.delete(name);
    }
  $("cameras").dataset.count = String(cameras.length);
  for (const camera of cameras) {
    if (!tiles.has(camera.name)) tiles.set(camera.name, startTile(camera.name));
    tiles.get(camera.name).show(camera, lost);
  }
  whenChanged($("cameras"), cameras.length === 0, () => {
    if (cameras.length === 0) fill($("cameras"), h("p", { class: "card none" }, "No camera configured"));
  });
}

export function showPeople({ camera, people }) {
  tiles.get(camera)?.people(people);
}

function startTile(name) {
  const canvas = h("canvas", { role: "img", width: "640", height: "360" });
  const badge = h("p", { class: "badge", hidden: true });
  const pill = h("span", { class: "pill" });
  const facts = h("p", { class: "facts" });
  const zones = h("ul", { class: "zones" });
  const zonesAnswer = h("p", { class: "error", role: "status" });
  const frame = h("div", { class: "frame" }, canvas, badge);
  const root = h(
    "article",
    { class: "camera card", "aria-label": `Camera ${name}` },
    frame,
    h("div", { class: "camera-line" }, h("h2", {}, name), pill, facts),
    zones,
    zonesAnswer,
  );
  $("cameras").append(root);

  let camera;
  let picture;
  let takenAt = 0;
  let people = [];
  let peopleAt = 0;
  let running = true;
  let lost = false;

  async function follow() {
    while (running) {
      try {
        if (!document.hidden) await next();
      } catch {
        await pause(500);
      }
      await pause(document.hidden ? 500 : GAP_MS);
    }
  }

  async function next() {
    const wanted = canvas.clientWidth * Math.min(devicePixelRatio, 2);
    const width = [480, 640, 960, 1280, 1920].find((one) => one >= wanted) ?? 1920;
    const answer = await fetch(`/api/cameras/${name}/snapshot.jpg?overlay=0&width=${width}`, {
      signal: AbortSignal.timeout(5000),
    });
    if (!answer.ok) return pause(1000);
    const age = Number(answer.headers.get("x-age-ms"));
    const bitmap = await createImageBitmap(await answer.blob());
    picture?.close();
    picture = bitmap;
    takenAt = performance.now() - age;
  }

  function draw() {
    if (!running) return;
    requestAnimationFrame(draw);
    const now = performance.now();
    const age = now - takenAt;
    const stale = picture !== undefined && (age > STALE_MS || lost);
    root.classList.toggle("stale", stale);
    badge.hidden = picture !== undefined && !stale;
    say(badge, picture ? `Picture is ${duration(age)} old` : "No picture yet");
    if (!picture) return;
    if (canvas.width !== picture.width || canvas.height !== picture.height) {
      canvas.width = picture.width;
      canvas.height = picture.height;
    }
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    // Picture pixels for one CSS pixel of a 16 px letter, so that lines and labels grow with the page's text.
    const scale = Math.max(
      canvas.width / Math.max(canvas.clientWidth, 1),
      canvas.height / Math.max(canvas.clientHeight, 1),
    );
    const line = (scale * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)) / 16;
    for (const zone of camera?.zones ?? []) if (zone.enabled) drawZone(context, zone, line);
    if (!stale && now - peopleAt < GONE_MS) for (const person of people) drawPerson(context, person, line);
  }

  void follow();
  draw();

  return {
    show(next, isLost) {
      camera = next;
      lost = isLost;
      whenChanged(pill, [camera.state, lost], () => {
        pill.dataset.state = lost ? "lost" : camera.state;
        fill(pill, icon(lost ? "lost" : camera.state), lost ? "unknown" : camera.state);
      });
      const decision = camera.decisionMs ? ` · ${millis(camera.decisionMs.p50)} to decide` : "";
      say(facts, camera.reason || `${camera.fps.toFixed(1)} frames/s · ${camera.model}${decision}`);
      const count = people.length;
      canvas.setAttribute("aria-label", `${name}: ${count === 1 ? "one person" : `${count} people`} in view`);
      whenChanged(zones, camera.zones, () => fill(zones, ...camera.zones.map((zone) => zoneSwitch(zone))));
    },
    people(seen) {
      people = seen;
      peopleAt = performance.now();
    },
    stop() {
      running = false;
      picture?.close();
      root.remove();
    },
  };

  function zoneSwitch(zone) {
    const box = h("input", { type: "checkbox", role: "switch", checked: zone.enabled });
    box.addEventListener("change", async () => {
      const refused = await act(`/api/cameras/${name}/zones/${zone.name}`, { enabled: box.checked });
      say(zonesAnswer, refused ?? "");
      if (refused) box.checked = !box.checked;
    });
    const about = zone.machine ? `guards ${zone.machine}` : zone.kind;
    return h(
      "li",
      {},
      h("label", {}, box, h("span", {}, zone.name), h("small", {}, zone.enabled ? about : "switched off")),
    );
  }
}

function drawZone(context, zone, line) {
  const { width, height } = context.canvas;
  context.beginPath();
  for (const [x, y] of zone.polygon) context.lineTo(x * width, y * height);
  context.closePath();
  context.fillStyle = "rgb(255 255 255 / 0.05)";
  context.fill();
  context.setLineDash([8 * line, 6 * line]);
  context.lineWidth = 1.5 * line;
  context.strokeStyle = "rgb(255 255 255 / 0.75)";
  context.stroke();
  context.setLineDash([]);
  const [x, y] = zone.polygon.reduce((low, corner) =>
    corner[1] > low[1] || (corner[1] === low[1] && corner[0] < low[0]) ? corner : low,
  );
  label(
    context,
    zone.machine ? `${zone.name} · ${zone.machine}` : zone.name,
    x * width + 10 * line,
    y * height - 10 * line,
    line,
    "rgb(12 20 24 / 0.7)",
  );
}

function drawPerson(context, person, line) {
  const { width, height } = context.canvas;
  const { limbs, visible } = skeleton;
  const colour = person.trouble ? "#ff5a4f" : "#3fe0c5";
  const at = (i) => [person.keypoints[i * 3] * width, person.keypoints[i * 3 + 1] * height];
  const seen = (i) => person.keypoints[i * 3 + 2] >= visible;
  context.globalAlpha = person.coasting ? 0.5 : 1;
  context.lineCap = "round";
  for (const [stroke, thick] of [
    ["rgb(0 0 0 / 0.55)", 6],
    [colour, 3],
  ]) {
    context.strokeStyle = stroke;
    context.lineWidth = thick * line;
    context.beginPath();
    for (const [a, b] of limbs) {
      if (!seen(a) || !seen(b)) continue;
      context.moveTo(...at(a));
      context.lineTo(...at(b));
    }
    context.stroke();
  }
  if (seen(0)) {
    context.beginPath();
    context.arc(...at(0), 4 * line, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
  }
  const [x1, y1, x2, y2] = person.box.map((value, i) => value * (i % 2 ? height : width));
  context.strokeStyle = colour;
  context.lineWidth = 1.5 * line;
  context.beginPath();
  context.roundRect(x1, y1, x2 - x1, y2 - y1, 6 * line);
  context.stroke();
  label(
    context,
    person.trouble ? "DOWN" : `person ${person.track}`,
    x1 + 2 * line,
    y1 - 6 * line,
    line,
    person.trouble ? "#b3261e" : "rgb(12 20 24 / 0.7)",
  );
  context.globalAlpha = 1;
}

function label(context, text, x, y, line, background) {
  context.font = `600 ${12 * line}px system-ui, sans-serif`;
  const wide = context.measureText(text).width;
  const top = Math.max(y, 16 * line);
  const left = Math.max(0, Math.min(x, context.canvas.width - wide - 12 * line));
  context.fillStyle = background;
  context.beginPath();
  context.roundRect(left, top - 15 * line, wide + 12 * line, 20 * line, 5 * line);
  context.fill();
  context.fillStyle = "#fff";
  context.fillText(text, left + 6 * line, top - 1 * line);
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
