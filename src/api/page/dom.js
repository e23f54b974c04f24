/** The element with this id. */
export const $ = (id) => document.getElementById(id);

/** Builds an element; text is always text, never markup. Properties that are undefined or false are left out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** One of the symbols in index.html. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  svg.append(use);
  return svg;
}

/** Replaces what stands in `element`; like `h`, leaves out what is not there. */
export function fill(element, ...children) {
  element.replaceChildren(
    ...children.flat().filter((child) => child !== undefined && child !== null && child !== false),
  );
}

/** Sets text only when it differs, so that screen readers and selections are left in peace. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Runs `draw` only when `data` differs from the last time for this element. */
export function whenChanged(element, data, draw) {
  const text = JSON.stringify(data);
  if (element.drawn === text) return;
  element.drawn = text;
  draw();
}

/** Time of day on this viewer's clock. */
export function timeOfDay(ms) {
  return new Date(ms).toLocaleTimeString("en-GB");
}

/** `4 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** Milliseconds as people read them: one decimal below ten. */
export function millis(ms) {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
