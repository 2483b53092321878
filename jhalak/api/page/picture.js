/** What fills a card: the picture where it has one that this page may load, else drawn art. */

import { drawArt } from "./art.js";
import { h } from "./dom.js";
import { placeholderOf } from "./thumbhash.js";

const USUAL = 720; // pixels: the widest file that is loaded unasked
const EDGES = [0.28, 0.45, 0.62]; // of the bands for which the server told how dark the scrim must be
const LEAST = 0.25; // opacity of a scrim, so that words stand alike over every picture

export function pictureOf(card) {
  const told = card.image ?? card.poster ?? {};
  const art = told.art ?? { topic: card.topic, seed: card.item };
  const file = fileOf(told.variants ?? []);
  if (!file) return h("div", { class: "picture" }, drawArt(art));
  const image = h("img", { src: file.src, alt: told.alt ?? "", width: file.width, height: file.height,
    decoding: "async", draggable: "false" });
  const picture = h("div", { class: told.whole ? "picture photo whole" : "picture photo" },
    placeholderOf(told.placeholder), image);
  picture.style.setProperty("--shape", `${file.width} / ${file.height}`);
  (told.colours ?? []).slice(0, 2).forEach((colour, at) => picture.style.setProperty(at ? "--below" : "--above", colour));
  image.addEventListener("load", () => picture.classList.add("loaded"));
  image.addEventListener("error", () => {
    picture.classList.remove("photo", "whole");
    picture.replaceChildren(drawArt(art));
  });
  return picture;
}

/** The file to load: no larger than is usual, and the smallest for who saves data. */
function fileOf(variants) {
  const made = variants.filter((file) => file.bytes && file.width <= USUAL && isOurs(file.src));
  return navigator.connection?.saveData ? made[0] : made.at(-1);
}

/**
 * Tells the scrim of a card how dark it must be: `clock` is where the clock ends, `words` where the
 * card's words begin, both as shares of the height.
 */
export function shadeScrim(element, card, clock, words) {
  const bands = card.image?.scrim;
  if (!element.querySelector(".picture.photo") || bands?.length !== EDGES.length + 1) return;
  const darkest = (from, to) => Math.max(LEAST, ...bands.filter((_, at) => (EDGES[at] ?? 1) > from && (EDGES[at - 1] ?? 0) < to));
  element.style.setProperty("--top-ink", darkest(0, clock).toFixed(2));
  element.style.setProperty("--low-ink", darkest(words, 1).toFixed(2));
}

/** The page loads nothing from anywhere else: that would tell others who reads what. */
export function isOurs(source) {
  try {
    const url = new URL(source, location.href);
    return url.origin === location.origin || url.protocol === "data:";
  } catch {
    return false;
  }
}
