/**
 * Drawn art: the picture of a card that has no photo.
 *
 * A gradient of the topic's family, two soft lights, and one quiet geometric figure. Everything
 * follows from {topic, seed}, so a card looks the same each time, on each phone, offline.
 * Colours are mixed in OKLCH: equal lightness looks equally light in every hue, which is what
 * keeps white text readable over all of them under one scrim.
 */

import { FIGURES } from "./figures.ts";
import type { Colours, Random } from "./pen.ts";
import { s } from "./svg.ts";

export const WIDTH = 412;
export const HEIGHT = 915;

/** Hues (degrees) of a topic's family: light, middle, depth; then how colourful it is. */
type Family = [light: number, middle: number, depth: number, strength: number];
const FAMILIES: Record<string, Family> = {
  science: [172, 205, 268, 1], sport: [52, 12, 312, 1.1], entertainment: [18, 348, 292, 1.1],
  news: [232, 252, 278, 0.95], business: [128, 162, 222, 0.9], fashion: [328, 305, 275, 1.1],
  food: [56, 30, 350, 1.05], technology: [205, 238, 285, 1.05], health: [140, 172, 232, 0.9],
  faith: [72, 42, 340, 0.95], politics: [265, 288, 325, 0.8], crime: [28, 350, 285, 0.75],
  education: [292, 262, 240, 0.95], auto: [40, 330, 262, 0.8], travel: [60, 18, 280, 1.1],
  lifestyle: [350, 26, 310, 0.95], jobs: [95, 150, 205, 0.85], nature: [122, 152, 196, 0.95],
  games: [312, 280, 225, 1.1], local: [62, 110, 168, 0.75], weather: [222, 240, 262, 0.9],
  general: [248, 215, 290, 0.75],
};
const TOPICS = Object.keys(FAMILIES);
const CLIMBS = new Set(["business", "jobs"]); // mirrored, they would fall

/** The art of `{topic, seed}` as an SVG that covers whatever box it is given. */
export function drawArt({ topic, seed }: { topic: string; seed: string }): SVGSVGElement {
  const key = hash(`${topic}:${seed}`);
  const known = Object.hasOwn(FAMILIES, topic) ? topic : TOPICS[hash(topic) % TOPICS.length] as string;
  const random = generator(key);
  const colours = palette(FAMILIES[known] as Family, random);
  const id = `art${key.toString(36)}`;
  const figure = s("g", { fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" });
  const side = random() < 0.5 ? -1 : 1;
  const lights = [
    light(`${id}b`, colours.second, random, -side, 0.42 + random() * 0.2),
    light(`${id}a`, colours.glow, random, side, 0.06 + random() * 0.32),
  ];
  FIGURES[known]?.(figure, random, colours, id);
  figure.setAttribute("transform", placement(random, !CLIMBS.has(known)));
  return s("svg", {
    class: "art", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "xMidYMid slice",
    "aria-hidden": "true", "data-figure": known,
  }, base(id, colours, random), rect(`url(#${id})`), ...lights.flat(), figure);
}

/** The figure seen from nearer or farther, or from behind; it still covers the whole width. */
function placement(random: Random, mayMirror: boolean): string {
  const scale = 1 + random() * 0.26;
  const mirror = random() < 0.5 && mayMirror ? -1 : 1;
  const [x, y] = [WIDTH / 2, 375];
  return `translate(${x} ${y}) scale(${(scale * mirror).toFixed(3)} ${scale.toFixed(3)}) translate(${-x} ${-y})`;
}

/** Colours of one family: each seed turns the hues a little and moves the balance. */
function palette([light, middle, deep, strength]: Family, random: Random): Colours {
  const turn = (random() - 0.5) * 30;
  const rich = strength * (0.9 + random() * 0.2);
  const lift = (random() - 0.5) * 0.06;
  return {
    glow: oklch(0.69 + lift, 0.155 * rich, light + turn),
    second: oklch(0.53, 0.165 * rich, middle + turn * 0.7),
    middle: oklch(0.42 + lift, 0.14 * rich, between(middle, deep, 0.45) + turn * 0.5),
    deep: oklch(0.24, 0.09 * rich, deep + turn * 0.4),
    accent: oklch(0.86, 0.12 * rich, light + turn * 0.5 + 18),
    night: oklch(0.17, 0.06 * rich, deep + turn * 0.4),
  };
}

/** The hue at `share` of the shorter way from `a` to `b`. */
function between(a: number, b: number, share: number): number {
  const way = ((b - a + 540) % 360) - 180;
  return a + way * share;
}

function base(id: string, colours: Colours, random: Random): SVGElement {
  const lean = (random() - 0.5) * 0.9;
  return s("defs", {}, s("linearGradient", { id, x1: 0.5 - lean, y1: 0, x2: 0.5 + lean, y2: 1 },
    s("stop", { offset: 0, "stop-color": colours.second }),
    s("stop", { offset: 0.42 + random() * 0.16, "stop-color": colours.middle }),
    s("stop", { offset: 0.8, "stop-color": colours.deep }),
    s("stop", { offset: 1, "stop-color": colours.night })));
}

/** A wide soft light at the share `y` of the height, on the `side` (-1 or 1) of the middle. */
function light(id: string, colour: string, random: Random, side: number, y: number): SVGElement[] {
  const cx = WIDTH * (0.5 + side * (0.12 + random() * 0.4));
  const gradient = s("radialGradient", {
    id, gradientUnits: "userSpaceOnUse", cx, cy: HEIGHT * y, r: 300 + random() * 220,
  },
  s("stop", { offset: 0, "stop-color": colour, "stop-opacity": 0.96 }),
  s("stop", { offset: 0.4, "stop-color": colour, "stop-opacity": 0.5 }),
  s("stop", { offset: 1, "stop-color": colour, "stop-opacity": 0 }));
  return [s("defs", {}, gradient), rect(`url(#${id})`)];
}

function rect(fill: string): SVGElement {
  return s("rect", { width: WIDTH, height: HEIGHT, fill });
}

/** FNV-1a, 32 bits. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  // Similar texts differ in the last letter only; mixing spreads that over all bits.
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/** mulberry32: numbers in [0, 1), the same for the same key. */
export function generator(key: number): Random {
  let state = key;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** OKLCH to "#rrggbb", clipped to sRGB (Björn Ottosson's matrices). */
export function oklch(lightness: number, chroma: number, hue: number): string {
  const angle = (hue * Math.PI) / 180;
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const t = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return "#" + [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * t,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * t,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * t,
  ].map(channel).join("");
}

function channel(linear: number): string {
  const clipped = Math.min(1, Math.max(0, linear));
  const value = clipped <= 0.0031308 ? clipped * 12.92 : 1.055 * clipped ** (1 / 2.4) - 0.055;
  return Math.round(value * 255).toString(16).padStart(2, "0");
}
