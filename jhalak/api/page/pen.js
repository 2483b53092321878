/** The strokes that figures are drawn with. */

import { s } from "./dom.js";

export const TAU = Math.PI * 2;

export const range = (n) => Array.from({ length: n }, (_, i) => i);
export const between = (random, low, high) => low + random() * (high - low);
/** One decimal is finer than any screen and keeps a picture small. */
export const fixed = (value) => Number(value.toFixed(1));

/** A white line along `d`; `more` overrides. */
export function path(group, d, opacity, more = {}) {
  group.append(s("path", {
    d, stroke: "#fff", "stroke-width": 1.4, "stroke-opacity": Number(opacity.toFixed(3)), ...more,
  }));
}

export function disc(group, cx, cy, r, more) {
  group.append(s("circle", { cx: fixed(cx), cy: fixed(cy), r: fixed(r), ...more }));
}

/** A smooth line through `points`: quadratic pieces that meet in the middles. */
export function smooth(points) {
  let d = `M${fixed(points[0][0])} ${fixed(points[0][1])}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = points[i];
    const [nx, ny] = points[i + 1];
    d += `Q${fixed(x)} ${fixed(y)} ${fixed((x + nx) / 2)} ${fixed((y + ny) / 2)}`;
  }
  const [x, y] = points[points.length - 1];
  return `${d}L${fixed(x)} ${fixed(y)}`;
}
