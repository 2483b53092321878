/** The strokes that figures are drawn with. */

import { s, type Attributes } from "./svg.ts";

/** Numbers in [0, 1), the same ones for the same seed. */
export type Random = () => number;
export type Point = [x: number, y: number];
export interface Colours { glow: string; second: string; middle: string; deep: string; accent: string; night: string }
export type Figure = (group: SVGGElement, random: Random, colours: Colours, id: string) => void;

export const TAU = Math.PI * 2;

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
export const between = (random: Random, low: number, high: number): number => low + random() * (high - low);
/** One decimal is finer than any screen and keeps a picture small. */
export const fixed = (value: number): number => Number(value.toFixed(1));

/** A white line along `d`; `more` overrides. */
export function path(group: SVGElement, d: string, opacity: number, more: Attributes = {}): void {
  group.append(s("path", {
    d, stroke: "#fff", "stroke-width": 1.4, "stroke-opacity": Number(opacity.toFixed(3)), ...more,
  }));
}

export function disc(group: SVGElement, cx: number, cy: number, r: number, more: Attributes): void {
  group.append(s("circle", { cx: fixed(cx), cy: fixed(cy), r: fixed(r), ...more }));
}

/** A smooth line through `points`: quadratic pieces that meet in the middles. */
export function smooth(points: readonly Point[]): string {
  const at = (i: number) => points[i] as Point;
  let d = `M${fixed(at(0)[0])} ${fixed(at(0)[1])}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = at(i);
    const [nx, ny] = at(i + 1);
    d += `Q${fixed(x)} ${fixed(y)} ${fixed((x + nx) / 2)} ${fixed((y + ny) / 2)}`;
  }
  const [x, y] = at(points.length - 1);
  return `${d}L${fixed(x)} ${fixed(y)}`;
}
