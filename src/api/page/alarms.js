import { act } from "./ask.js";
import { $, duration, fill, h, icon, millis, say, timeOfDay, whenChanged } from "./dom.js";

const TITLES = {
  suspected: "Possible fall",
  confirmed: "Person has fallen",
  down: "Person is down",
  recovered: "Near miss: got up again",
  acknowledged: "Person has fallen",
  cleared: "Cleared",
};
const STEPS = {
  suspected: "Suspected",
  confirmed: "Confirmed",
  down: "Found lying",
  recovered: "Got up",
  acknowledged: "Acknowledged",
  cleared: "Reset",
};
const cards = new Map();

/** Open alarms as large cards that keep their place (and the reader's focus), the rest as a list. */
export function showAlarms(status, now) {
  const open = status.alarms.filter((alarm) => alarm.open);
  document.body.classList.toggle(
    "alarmed",
    open.some((alarm) => alarm.tier === 2),
  );
  for (const [id, card] of cards)
    if (!open.some((alarm) => alarm.id === id)) {
      card.root.remove();
      cards.delete(id);
    }
  for (const alarm of open) {
    if (!cards.has(alarm.id)) {
      const card = alarmCard(alarm);
      cards.set(alarm.id, card);
      $("alarms-open").prepend(card.root);
    }
    cards.get(alarm.id).show(alarm, status, now);
  }
  whenChanged($("history"), status.alarms, () =>
    fill(
      $("history"),
      ...status.alarms.slice(0, 20).map(historyEntry),
      status.alarms.length === 0 && h("li", { class: "none" }, "No alarm since the start"),
    ),
  );
}

/** What the alarm began as, whatever was done about it since. */
function titleOf(alarm) {
  if (alarm.stage === "recovered" || alarm.stage === "suspected") return TITLES[alarm.stage];
  return TITLES[alarm.steps.findLast((step) => step.kind === "confirmed" || step.kind === "down")?.kind ?? "confirmed"];
}

function placeOf(alarm) {
  return [alarm.zone, alarm.camera].filter((part, i, all) => part && all.indexOf(part) === i).join(" · ");
}

function alarmCard({ id }) {
  const title = h("h2", {});
  const place = h("p", { class: "place" });
  const machine = h("p", { class: "machine-line" });
  const since = h("p", { class: "since" });
  const why = h("p", { class: "why" });
  const chain = h("div", { class: "chain" });
  const answer = h("p", { class: "answer", role: "status" });
  const who = h("input", { id: `who-${id}`, autocomplete: "name", maxlength: "60", placeholder: "Your name" });
  who.value = localStorage.getItem("who") ?? "";
  const acknowledge = h("button", { class: "primary" }, "Acknowledge");
  const reset = h("button", {}, "Reset");

  // What the last press of a button led to; stays until it no longer applies.
  let reply = "";
  let wasBlocked = false;
  const perform = async (action) => {
    const name = who.value.trim();
    if (!name) {
      reply = "Write your name first: it is kept with the alarm.";
      say(answer, reply);
      who.focus();
      return;
    }
    localStorage.setItem("who", name);
    reply = (await act(`/api/alarms/${encodeURIComponent(id)}/${action}`, { who: name })) ?? "";
    say(answer, reply);
  };
  who.addEventListener("input", () => {
    reply = "";
  });
  acknowledge.addEventListener("click", () => void perform("acknowledge"));
  reset.addEventListener("click", () => void perform("reset"));

  const buttons = h("div", { class: "buttons" }, h("label", { for: `who-${id}` }, "Name"), who, acknowledge, reset);
  const root = h(
    "article",
    { class: "alarm", role: "alert" },
    h("div", { class: "alarm-sign" }, icon("alarm")),
    h("div", { class: "alarm-words" }, title, place, machine, why, chain),
    h("div", { class: "alarm-do" }, since, buttons, answer),
  );

  const show = (alarm, status, now) => {
    root.dataset.tier = String(alarm.tier ?? 1);
    root.dataset.acknowledged = String(alarm.acknowledgedBy !== null);
    const seen = alarm.steps.filter((step) => step.decisionMs !== null);
    const last = seen.at(-1) ?? alarm.steps.at(-1);
    say(title, titleOf(alarm));
    say(place, placeOf(alarm));
    const guarded = status.machines.find((one) => one.name === alarm.machine);
    machine.hidden = !guarded;
    if (guarded) {
      machine.dataset.state = guarded.state;
      const { state } = guarded;
      say(
        machine,
        `${guarded.name} ${state === "unknown" ? "cannot be read" : state === "running" ? "is still running" : `is ${state}`}`,
      );
    }
    say(why, last ? `Why: ${last.why}` : "");
    say(
      since,
      `${duration(now - (alarm.steps[0]?.at ?? now))} ago${alarm.acknowledgedBy ? ` · acknowledged by ${alarm.acknowledgedBy}` : ""}`,
    );
    whenChanged(chain, seen, () => fill(chain, ...seen.map(stepChain)));
    acknowledge.hidden = alarm.acknowledgedBy !== null;
    buttons.hidden = alarm.tier !== 2;
    reset.classList.toggle("primary", alarm.acknowledgedBy !== null);
    reset.title = alarm.resetRefused ?? "";
    const blocked = alarm.resetRefused !== null;
    if (!blocked && wasBlocked) reply = "";
    wasBlocked = blocked;
    const hint = blocked && alarm.acknowledgedBy ? `Reset is not possible yet: ${alarm.resetRefused}.` : "";
    say(answer, reply || hint);
  };
  return { root, show };
}

/** Frame, decision, output, proof: each with its milliseconds after the frame. */
function stepChain(step) {
  const links = [
    ["frame", "0 ms", ""],
    ["decided", millis(step.decisionMs), ""],
  ];
  for (const receipt of step.receipts) {
    const written = receipt.confirmedMs ?? receipt.writtenMs;
    const bad = receipt.outcome === "failed" || receipt.outcome === "late";
    links.push([
      `${receipt.actuator} ${receipt.outcome}`,
      written === null ? receipt.detail || "not done" : millis(step.decisionMs + written),
      bad ? "bad" : "good",
    ]);
  }
  return h(
    "ol",
    { class: "links", "aria-label": `${STEPS[step.kind]}: times after the frame` },
    h("li", { class: "step-name" }, STEPS[step.kind]),
    links.map(([name, value, kind]) => h("li", { class: kind || "plain" }, h("b", {}, value), h("small", {}, name))),
  );
}

function historyEntry(alarm) {
  return h(
    "li",
    { "data-open": alarm.open, "data-tier": alarm.tier ?? 1, "data-stage": alarm.stage },
    h("p", { class: "entry-head" }, h("b", {}, titleOf(alarm)), h("time", {}, timeOfDay(alarm.steps[0]?.at ?? 0))),
    h("p", { class: "entry-place" }, placeOf(alarm), alarm.machine ? ` · ${alarm.machine}` : ""),
    h(
      "details",
      {},
      h(
        "summary",
        {},
        alarm.open ? "still open" : (STEPS[alarm.stage] ?? "").toLowerCase(),
        `, ${alarm.steps.length} steps`,
      ),
      h("ol", { class: "steps" }, alarm.steps.map(stepLine)),
    ),
  );
}

function stepLine(step) {
  const receipts = step.receipts.map((receipt) => {
    const after = receipt.confirmedMs ?? receipt.writtenMs;
    const time = after === null ? receipt.detail : `${millis(after)} after the decision`;
    return h("li", { class: receipt.outcome }, `${receipt.actuator}: ${receipt.outcome}${time ? `, ${time}` : ""}`);
  });
  return h(
    "li",
    {},
    h(
      "p",
      {},
      h("b", {}, STEPS[step.kind]),
      h("time", {}, timeOfDay(step.at)),
      step.decisionMs !== null && h("small", {}, `decided ${millis(step.decisionMs)} after the frame`),
    ),
    h("p", {}, step.why),
    receipts.length > 0 && h("ul", {}, receipts),
  );
}
