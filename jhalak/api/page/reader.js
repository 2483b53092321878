/** The reader: the whole headline and the summary of a card. */

import { chip } from "./card.js";
import { h } from "./dom.js";
import { openSheet } from "./sheet.js";
import { directionOf, say } from "./texts.js";

export function openReader(session, parent, card, closed) {
  const own = card.language ?? session.language;
  const reading = { lang: own, dir: directionOf(own) };
  return openSheet(parent, session.language, card.headline, [
    h("div", { class: "reader", ...reading },
      chip(session, card.topic, own),
      h("h2", {}, card.headline),
      card.publisher ? h("p", { class: "meta" }, card.publisher) : null,
      card.summary ? h("p", { class: "summary" }, card.summary) : null),
    card.why ? h("p", { class: "meta why", dir: "auto" }, card.why) : null,
    isWeb(card.url)
      ? h("a", { class: "wide", href: card.url, target: "_blank", rel: "noopener noreferrer" }, say(session.language, "read"))
      : null,
  ], closed);
}

/** A source could give a javascript: address. */
function isWeb(address) {
  return typeof address === "string" && /^https?:\/\//i.test(address);
}
