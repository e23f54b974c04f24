import { $, duration, h, say } from "./dom.js";

const WORDS = { running: "RUNNING", stopping: "STOPPING", stopped: "STOPPED", unknown: "UNKNOWN" };
const SVG = "http://www.w3.org/2000/svg";
const still = matchMedia("(prefers-reduced-motion: reduce)");
const cards = new Map();

/** Each machine as a belt that moves as fast as the device reads it, with the word beside it. */
export function showMachines(machines, now) {
  for (const [name, card] of cards)
    if (!machines.some((machine) => machine.name === name)) {
      card.root.remove();
      cards.delete(name);
    }
  for (const machine of machines) {
    if (!cards.has(machine.name)) cards.set(machine.name, machineCard(machine.name));
    cards.get(machine.name).show(machine, now);
  }
}

function machineCard(name) {
  const word = h("p", { class: "machine-word", "aria-live": "polite" });
  const facts = h("p", { class: "machine-facts" });
  const { svg, move } = belt();
  const root = h(
    "article",
    { class: "machine card", "aria-label": `Machine ${name}` },
    h("h2", {}, name),
    word,
    svg,
    facts,
  );
  $("machines").append(root);
  return {
    root,
    show({ state, speed, since }, now) {
      root.dataset.state = state;
      say(word, WORDS[state]);
      say(
        facts,
        `${speed === null ? "speed unknown" : `${Math.round(speed * 100)} % speed`} · for ${duration(now - since)}`,
      );
      move(speed ?? 0);
    },
  };
}

/** A conveyor from the side: two drums, the belt's cleats and three boxes on it. */
function belt() {
  const svg = part("svg", { viewBox: "0 0 300 74", class: "belt", "aria-hidden": "true" });
  const boxes = part("g", { class: "boxes" });
  for (let i = 0; i < 4; i += 1) boxes.append(part("rect", { y: 14, width: 34, height: 26, rx: 3 }));
  const cleats = part("rect", { x: 9, y: 43, width: 282, height: 22, rx: 11, class: "cleats" });
  svg.append(
    boxes,
    part("rect", { x: 6, y: 40, width: 288, height: 28, rx: 14, class: "band" }),
    cleats,
    part("circle", { cx: 20, cy: 54, r: 7, class: "drum" }),
    part("circle", { cx: 280, cy: 54, r: 7, class: "drum" }),
  );
  let speed = 0;
  let way = 0;
  let before = performance.now();
  const turn = (now) => {
    way += ((now - before) / 1000) * speed * 60;
    before = now;
    for (const [i, box] of [...boxes.children].entries()) box.setAttribute("x", String(((way + i * 84) % 336) - 34));
    cleats.setAttribute("stroke-dashoffset", String(-way));
    if (svg.isConnected) requestAnimationFrame(turn);
  };
  requestAnimationFrame(turn);
  const move = (next) => {
    speed = still.matches ? 0 : next;
  };
  return { svg, move };
}

function part(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
