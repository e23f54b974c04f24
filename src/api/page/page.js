import { showAlarms } from "./alarms.js";
import { act } from "./ask.js";
import { drawAs, showCameras, showPeople } from "./cameras.js";
import { $, duration, fill, h, millis, say, timeOfDay, whenChanged } from "./dom.js";
import { showMachines } from "./machines.js";

/** The device sends its state every second; after this long without one, nothing on this page is true any more. */
const LOST_MS = 3000;

let status;
let heardAt = 0;
/** Device clock minus this viewer's, ms. */
let skew = 0;
let stream;

const STATES = {
  armed: "ARMED",
  degraded: "DEGRADED",
  blind: "BLIND",
  fault: "FAULT",
};

function onStatus(next) {
  status = next;
  heardAt = performance.now();
  skew = status.now - Date.now();
  render();
}

function render() {
  if (!status) return;
  const now = Date.now() + skew;
  const lost = performance.now() - heardAt > LOST_MS;
  document.body.classList.toggle("lost", lost);
  say($("device"), `${status.device.name} · ${status.device.site}`);
  say($("clock"), timeOfDay(now));
  showState(lost);
  showAlarms(status, now);
  showCameras(status.cameras, lost);
  showMachines(status.machines, now);
  showOutputs();
  const open = status.alarms.filter((alarm) => alarm.open);
  document.title = lost
    ? "NO CONNECTION · Spotter"
    : open.length > 0
      ? "ALARM · Spotter"
      : `${STATES[status.state]} · Spotter`;
}

function showState(lost) {
  const state = lost ? "lost" : status.state;
  $("state").dataset.state = state;
  $("state-icon").setAttribute("href", `#${state}`);
  say($("state-word"), lost ? "NO CONNECTION" : STATES[state]);
  const count = status.cameras.length;
  say(
    $("state-reason"),
    lost
      ? `Last heard ${duration(performance.now() - heardAt)} ago. What you see may no longer be true.`
      : status.reason || `Watching ${count === 1 ? status.cameras[0].name : `${count} cameras`}`,
  );
  const decided = status.cameras.map((camera) => camera.decisionMs).filter(Boolean);
  const facts = [];
  if (decided.length > 0) {
    facts.push(["decision", millis(Math.max(...decided.map((d) => d.p50)))]);
    facts.push(["99 of 100 within", millis(Math.max(...decided.map((d) => d.p99)))]);
  }
  if (count > 0) facts.push(["frames judged", `${Math.min(...status.cameras.map((c) => c.fps)).toFixed(1)} /s`]);
  whenChanged($("figures"), facts, () =>
    fill($("figures"), ...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
  );
}

const CLOUD = {
  connected: (n) => `Cloud connected${n > 0 ? `, ${n} events on their way` : ""}`,
  offline: (n) => `Cloud not reachable: ${n} ${n === 1 ? "event waits" : "events wait"} safely on this device`,
  off: (n) => `No cloud configured: ${n} ${n === 1 ? "event" : "events"} kept on this device`,
};

function showOutputs() {
  const { outputs, cloud } = status;
  whenChanged($("outputs"), outputs, () =>
    fill(
      $("outputs"),
      ...outputs.map((output) =>
        h(
          "li",
          { "data-on": output.state === "active", "data-bad": !output.ok },
          h("span", { class: "dot" }),
          h("span", { class: "name" }, output.name, h("small", {}, output.kind)),
          h(
            "span",
            { class: "value" },
            output.ok ? output.state : "not ready",
            output.detail && h("small", {}, output.detail),
          ),
        ),
      ),
      outputs.length === 0 && h("li", { class: "none" }, "No outputs configured"),
    ),
  );
  say($("cloud"), CLOUD[cloud.state](cloud.waiting));
  $("cloud").dataset.state = cloud.state;
}

function connect() {
  stream?.close();
  stream = new EventSource("/api/live");
  stream.addEventListener("hello", (event) => drawAs(JSON.parse(event.data)));
  stream.addEventListener("status", (event) => {
    $("main").hidden = false;
    $("login").hidden = true;
    onStatus(JSON.parse(event.data));
  });
  stream.addEventListener("people", (event) => showPeople(JSON.parse(event.data)));
  // The browser connects again by itself, except after an answer such as 401: then ask why.
  stream.addEventListener("error", async () => {
    if (stream.readyState !== EventSource.CLOSED) return;
    const answer = await fetch("/api/state").catch(() => undefined);
    if (answer?.status === 401) askForToken();
    else setTimeout(connect, 2000);
  });
}

function askForToken(error = "") {
  $("main").hidden = true;
  $("login").hidden = false;
  say($("login-error"), error);
  $("token").focus();
}

async function login(token) {
  const refused = await act("/api/login", { token });
  if (refused) askForToken(refused);
  else connect();
}

$("login").addEventListener("submit", (event) => {
  event.preventDefault();
  void login($("token").value.trim());
});

// The printed address carries the token behind "#", which never travels; it is taken out of the address bar at once.
const token = /^#token=(.+)$/.exec(location.hash)?.[1];
if (token) {
  history.replaceState(null, "", "/");
  void login(decodeURIComponent(token));
} else connect();

setInterval(render, 250);
