/** Small helpers to build elements. Nothing is ever parsed from strings: texts stay texts. */

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element: `h("button", {class: "go", onclick: f}, "Text", child)`. Null children are skipped. */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** An SVG element, built the same way. */
export function s(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const ICONS = {
  heart: "M12 20.3C5.6 15.6 3 12.5 3 8.9 3 6.2 5.1 4.2 7.6 4.2c1.7 0 3.4 1 4.4 2.6 1-1.6 2.7-2.6 4.4-2.6 2.5 0 4.6 2 4.6 4.7 0 3.6-2.6 6.7-9 11.4Z",
  less: "M12 4v15M5.5 12.5 12 19l6.5-6.5",
  hide: "M3 12s3.4-6 9-6 9 6 9 6-3.4 6-9 6-9-6-9-6ZM9.4 12a2.6 2.6 0 1 0 5.2 0 2.6 2.6 0 1 0-5.2 0ZM4.5 4.5l15 15",
  taste: "M5 20v-7M12 20V4M19 20v-11",
  video: "M4 5.5h16v13H4ZM10.3 9v6l4.9-3Z",
  lock: "M6 10.5h12V20H6ZM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5",
  language: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3 12h18M12 3c5 5.4 5 12.6 0 18M12 3c-5 5.4-5 12.6 0 18",
  close: "M6 6l12 12M18 6 6 18",
  forward: "M9 5l7 7-7 7",
  backward: "M15 5l-7 7 7 7",
  again: "M19.5 12a7.5 7.5 0 1 1-2.4-5.5M19.5 3.5v4h-4",
};

/** A 24 px line icon that takes the text's colour; decorative, so hidden from readers. */
export function icon(name) {
  return s("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" },
    s("path", { d: ICONS[name] }));
}

export function replace(parent, ...children) {
  parent.replaceChildren(...children);
  return parent;
}
