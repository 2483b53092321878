/** "My taste": what was learned, and how the editions followed it. */

import { numberText, percentText } from "./clock.js";
import { h, icon, replace } from "./dom.js";
import { openSheet } from "./sheet.js";
import { say } from "./texts.js";

const SHOWN = 6; // interests

/** `actions`: {languages(), restart()}. */
export function openTaste(session, parent, actions) {
  const language = session.language;
  const interests = h("div", { class: "interests", "aria-busy": "true" }, quiet(say(language, "loading")));
  const { close } = openSheet(parent, language, say(language, "taste"), [
    h("h2", {}, say(language, "taste")),
    levelNote(session),
    h("h3", {}, say(language, "interests")), interests,
    h("h3", {}, say(language, "editions")), quiet(say(language, "editionsHint")),
    editions(session), legend(session),
    row("language", say(language, "languages"), null, () => { close(); actions.languages(); }),
    restartRow(session, () => { close(); actions.restart(); }),
  ]);
  showInterests(session, interests);
}

function quiet(text) {
  return h("p", { class: "quiet" }, text);
}

export function levelNote(session) {
  const level = session.edition?.level;
  if (!level || level === "full") return null;
  return h("p", { class: level === "exhausted" ? "note exhausted" : "note" }, say(session.language, level));
}

async function showInterests(session, place) {
  const language = session.language;
  try {
    await session.outbox.flush();
    const { interests } = await session.call("GET", "/v1/me/interests");
    const shown = interests.filter((interest) => interest.share > 0).slice(0, SHOWN);
    const widest = Math.max(...shown.map((interest) => interest.share), 0.01);
    replace(place, ...(shown.length ? shown.map((one) => bar(session, one, widest)) : [quiet(say(language, "interestsNone"))]));
  } catch (trouble) {
    const again = h("button", { type: "button", class: "wide plain" }, say(language, "retry"));
    again.addEventListener("click", () => showInterests(session, place));
    replace(place, quiet(say(language, trouble.kind === "offline" ? "offline" : "trouble")), again);
  }
  place.removeAttribute("aria-busy");
}

function bar(session, { topic, share }, widest) {
  const filled = h("span", { class: "filled" });
  filled.style.inlineSize = `${(share / widest) * 100}%`;
  return h("div", { class: "interest", "data-topic": topic },
    h("span", {}, session.topicName(topic, session.language)),
    h("span", { class: "share" }, percentText(share, session.language)),
    h("span", { class: "line" }, filled));
}

/**
 * One order for every bar, so that they compare: topics that were tapped first, where one sees
 * them grow, then the most frequent.
 */
function topicOrder(session) {
  const total = {};
  session.history.forEach(({ topics }) => Object.entries(topics)
    .forEach(([topic, count]) => { total[topic] = (total[topic] ?? 0) + count; }));
  const tapped = (topic) => Number(session.tapped.has(topic));
  return Object.keys(total)
    .sort((a, b) => tapped(b) - tapped(a) || total[b] - total[a] || a.localeCompare(b));
}

function editions(session) {
  const order = topicOrder(session);
  const language = session.language;
  return h("ol", { class: "editions" }, ...session.history.map((entry) => {
    const present = order.filter((topic) => entry.topics[topic]);
    const parts = present.map((topic) => {
      const part = h("span", { class: "part", "data-topic": topic, "data-cards": entry.topics[topic] });
      part.style.flexGrow = entry.topics[topic];
      part.style.background = session.topicColour(topic);
      return part;
    });
    const told = present.map((topic) => `${session.topicName(topic, language)} ${numberText(entry.topics[topic], language)}`);
    return h("li", { class: "edition", "data-level": entry.level },
      h("span", { class: "count", "aria-hidden": "true" }, numberText(entry.number, language)),
      h("span", { class: "parts", role: "img", "aria-label": told.join(", "), title: told.join(", ") }, ...parts));
  }));
}

function legend(session) {
  return h("ul", { class: "legend" }, ...topicOrder(session).map((topic) => {
    const dot = h("span", { class: "dot" });
    dot.style.background = session.topicColour(topic);
    return h("li", {}, dot, session.topicName(topic, session.language));
  }));
}

function row(glyph, title, note, onclick) {
  return h("button", { type: "button", class: "row", onclick }, icon(glyph),
    h("span", {}, h("span", { class: "title" }, title), note ? h("span", { class: "quiet" }, note) : null));
}

/** Deleting asks once more, in the same place. */
function restartRow(session, restart) {
  let asked = false;
  const element = row("again", say(session.language, "restart"), say(session.language, "restartHint"), () => {
    if (asked) restart();
    asked = true;
    element.querySelector(".title").textContent = say(session.language, "restartSure");
  });
  element.classList.add("danger");
  return element;
}
