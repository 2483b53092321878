/** One lock-screen card: picture, chip, headline, publisher, the reason, and what one can say to it. */

import { h, icon } from "./dom.js";
import { pictureOf, shadeScrim } from "./picture.js";
import { directionOf, say } from "./texts.js";

const SIZES = [29, 22, 19]; // steps of the type scale that a headline may take, in pixels
const LINES = 4;
const AIR = 20; // pixels between the clock and the card's text

/** `act(card, name, button, path)` is called by the buttons, `openTaste()` by the last one. */
export function cardElement(session, card, { act, openTaste }) {
  const own = card.language ?? session.language;
  const meta = h("p", { class: "meta" },
    card.publisher ? h("span", { class: "publisher" }, card.publisher) : null,
    card.why ? h("span", { class: "why", lang: session.language, dir: "auto" }, card.why) : null);
  const text = h("div", { class: "text", lang: own, dir: directionOf(own) },
    chip(session, card.topic, own),
    h("h2", { class: "headline" }, card.headline), meta);
  return h("article", { class: "card", "data-item": card.item, "data-language": own },
    pictureOf(card), h("div", { class: "scrim" }),
    h("div", { class: "foot" }, text, actions(session, card, act, openTaste)));
}

export function chip(session, topic, language) {
  const element = h("span", { class: "chip" }, session.topicName(topic, language));
  element.style.setProperty("--topic", session.topicColour(topic));
  return element;
}

function actions(session, card, act, openTaste) {
  const language = session.language;
  const topic = session.topicName(card.topic, language);
  const button = (name, glyph, label, verb, kind, id) => {
    const element = actionButton(glyph, say(language, name), label);
    element.setAttribute("aria-pressed", String(card.said?.[name] ?? false));
    element.dataset.action = name;
    element.addEventListener("click", () => act(card, name, element,
      `/v1/me/${verb}/${kind}/${encodeURIComponent(id)}?slot=${encodeURIComponent(card.slot)}`));
    return element;
  };
  const taste = actionButton("taste", say(language, "taste"));
  taste.dataset.action = "taste";
  taste.addEventListener("click", openTaste);
  return h("div", { class: "actions", lang: language, dir: directionOf(language) },
    button("like", "heart", null, "likes", "item", card.item),
    button("less", "less", `${say(language, "less")}: ${topic}`, "hides", "topic", card.topic),
    card.publisher
      ? button("hide", "hide", `${say(language, "hide")}: ${card.publisher}`, "hides", "creator", card.publisher) : null,
    taste);
}

export function actionButton(glyph, text, label = null) {
  return h("button", { type: "button", class: "action", "aria-label": label },
    h("span", { class: "disc" }, icon(glyph)), h("span", { class: "label" }, text));
}

/**
 * Makes the headline fit: at most four lines, and below `ceiling` (pixels from the card's top),
 * where the clock ends. Steps down the type scale; words are dropped only when that is not enough.
 * The whole headline is always in the reader. Then the scrim is told how far the text reaches.
 */
export function fitCard(element, card, ceiling) {
  const headline = element.querySelector(".headline");
  const text = element.querySelector(".text");
  const fits = () => linesOf(headline) <= LINES && text.offsetTop + text.parentElement.offsetTop >= ceiling + AIR;
  headline.textContent = card.headline;
  for (const size of SIZES) {
    headline.style.setProperty("--size", `${size}px`);
    if (fits()) break;
  }
  const words = card.headline.split(/\s+/);
  while (!fits() && words.length > 3) {
    words.pop();
    headline.textContent = `${words.join(" ")}…`;
  }
  const begins = text.offsetTop + text.parentElement.offsetTop;
  element.style.setProperty("--reach", `${element.offsetHeight - begins}px`);
  element.style.setProperty("--ceiling", `${ceiling}px`);
  shadeScrim(element, card, ceiling / element.offsetHeight, begins / element.offsetHeight);
}

function linesOf(headline) {
  return Math.round(headline.offsetHeight / parseFloat(getComputedStyle(headline).lineHeight));
}
