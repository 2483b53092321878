/** What fills a card: the photo where there is one that this page may load, else drawn art. */

import { drawArt } from "./art.js";
import { h } from "./dom.js";

export function pictureOf(card) {
  const art = card.image?.art ?? card.poster?.art ?? { topic: card.topic, seed: card.item };
  const source = card.image?.src ?? card.poster?.src;
  if (typeof source !== "string" || !isOurs(source)) return h("div", { class: "picture" }, drawArt(art));
  const image = h("img", { src: source, alt: card.image?.alt ?? "", decoding: "async", draggable: "false" });
  const picture = h("div", { class: "picture photo" }, image);
  image.addEventListener("error", () => {
    picture.classList.remove("photo");
    picture.replaceChildren(drawArt(art));
  });
  return picture;
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
