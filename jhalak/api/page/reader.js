/** The reader: the whole headline of a card and its entry's text. */

import { chip } from "./card.js";
import { h } from "./dom.js";
import { openSheet } from "./sheet.js";
import { directionOf, say } from "./texts.js";

export function openReader(session, parent, card, closed) {
  const own = card.language ?? session.language;
  const reading = { lang: own, dir: directionOf(own) };
  const text = h("div", { class: "entry" }, card.summary ? h("p", { class: "summary" }, card.summary) : null);
  session.call("GET", `/v1/reader/${encodeURIComponent(card.item)}`)
    .then((entry) => { if (entry?.blocks.length) text.replaceChildren(...laid(entry.blocks)); })
    .catch(() => {}); // the summary is there
  return openSheet(parent, session.language, card.headline, [
    h("div", { class: "reader", ...reading },
      chip(session, card.topic, own),
      h("h2", {}, card.headline),
      card.publisher ? h("p", { class: "meta" }, card.publisher) : null,
      text),
    card.why ? h("p", { class: "meta why", dir: "auto" }, card.why) : null,
    isWeb(card.url)
      ? h("a", { class: "wide", href: card.url, target: "_blank", rel: "noopener noreferrer" }, say(session.language, "read"))
      : null,
  ], closed);
}

const TAGS = { h: "h3", quote: "blockquote" };

/** Paragraphs, headings and quotations; items of a list that follow one another are one list. */
function laid(blocks) {
  const elements = [];
  for (const { kind, text } of blocks) {
    if (kind !== "li") {
      elements.push(h(TAGS[kind] ?? "p", { class: "summary" }, text));
      continue;
    }
    if (elements.at(-1)?.tagName !== "UL") elements.push(h("ul", { class: "summary" }));
    elements.at(-1).append(h("li", {}, text));
  }
  return elements;
}

/** A source could give a javascript: address. */
function isWeb(address) {
  return typeof address === "string" && /^https?:\/\//i.test(address);
}
