/** A contact sheet: cards of one slice side by side, each by the app's own components. */

import { cardElement, fitCard } from "./card.js";
import { dateText, timeText } from "./clock.js";
import { h } from "./dom.js";
import { Session } from "./session.js";
import { directionOf } from "./texts.js";

const told = JSON.parse(document.getElementById("told").textContent);
const session = Object.assign(Object.create(Session.prototype), {
  languages: [told.language], topics: new Map(told.topics.map((topic) => [topic.id, topic])),
});
const now = new Date(told.now);
const { language } = session;
const nothing = { act: () => {}, openTaste: () => {} };

await document.fonts.ready;
const sheet = document.getElementById("sheet");
told.cards.forEach((card, at) => {
  const element = cardElement(session, card, nothing);
  element.classList.add("current");
  const clock = h("div", { class: "clock" }, h("p", { class: "time" }, timeText(now, language)),
    h("p", { class: "date" }, dateText(now, language)));
  const top = h("header", { class: "top" }, clock);
  const segments = h("div", { class: "segments" }, ...told.cards.map((_, n) => h("span", { class: n <= at ? "done" : null })));
  sheet.append(h("div", { class: "frame" },
    h("section", { class: "lock", lang: language, dir: directionOf(language) },
      h("div", { class: "deck" }, element), top, h("footer", { class: "bottom-line" }, segments))));
  fitCard(element, card, top.offsetTop + clock.offsetTop + clock.offsetHeight);
});
await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
document.body.dataset.ready = "";
