/** Makes a card's words fit its picture. */

import type { Card } from "../platform/types.ts";

const SIZES = ["--size-29", "--size-22", "--size-19"]; // steps of the type scale that a headline may take
const LINES = 4;
const AIR = 20; // pixels between the clock and the card's text
const EDGES = [0.28, 0.45, 0.62]; // of the bands for which the server told how dark the scrim must be
const LEAST = 0.25; // opacity of a scrim, so that words stand alike over every picture

/**
 * At most four lines, and below `ceiling` (pixels from the card's top), where the clock ends. Steps
 * down the type scale; words are dropped only when that is not enough: the whole headline is always
 * in the reader. Then the scrim is told how far the text reaches and how dark it must be.
 */
export function fit(element: HTMLElement, card: Card, ceiling: number): void {
  const headline = element.querySelector<HTMLElement>(".headline");
  const text = element.querySelector<HTMLElement>(".text");
  if (!headline || !text || !element.offsetHeight) return;
  const begins = () => text.offsetTop + ((text.offsetParent as HTMLElement | null)?.offsetTop ?? 0);
  const fits = () => linesOf(headline) <= LINES && begins() >= ceiling + AIR;
  headline.textContent = card.headline;
  for (const size of SIZES) {
    headline.style.setProperty("--size", `var(${size})`);
    if (fits()) break;
  }
  const words = card.headline.split(/\s+/);
  while (!fits() && words.length > 3) {
    words.pop();
    headline.textContent = `${words.join(" ")}…`;
  }
  // One word without end is cut by letters.
  const letters = [...(headline.textContent ?? "")];
  while (!fits() && letters.length > 1) {
    letters.splice(-Math.ceil(letters.length / 8));
    headline.textContent = `${letters.join("")}…`;
  }
  const height = element.offsetHeight;
  element.style.setProperty("--reach", `${height - begins()}px`);
  element.style.setProperty("--ceiling", `${ceiling}px`);
  shade(element, card.image?.scrim, ceiling / height, begins() / height);
}

/** `clock` is where the clock ends, `words` where the card's words begin, as shares of the height. */
function shade(element: HTMLElement, bands: readonly number[] | undefined, clock: number, words: number): void {
  if (bands?.length !== EDGES.length + 1) return;
  const darkest = (from: number, to: number) => Math.max(LEAST, ...bands.filter((_, at) => (EDGES[at] ?? 1) > from && (EDGES[at - 1] ?? 0) < to));
  element.style.setProperty("--top-ink", darkest(0, clock).toFixed(2));
  element.style.setProperty("--low-ink", darkest(words, 1).toFixed(2));
}

function linesOf(headline: HTMLElement): number {
  return Math.round(headline.offsetHeight / parseFloat(getComputedStyle(headline).lineHeight));
}
