/** Short notes over the card (toasts), and full screens that say in words what went wrong. */

import { drawArt } from "./art.js";
import { h } from "./dom.js";
import { directionOf, say } from "./texts.js";

const STAYS_MS = 6000;

/** A note below the clock, with an optional button {text, run}; the newest replaces the last. */
export function note(parent, language, text, action = null) {
  parent.querySelector(".toast")?.remove();
  const toast = h("div", { class: "toast", role: "status", lang: language, dir: directionOf(language) }, h("span", {}, text));
  const leave = () => toast.remove();
  if (action) {
    toast.append(h("button", { type: "button", onclick: () => { leave(); action.run(); } }, action.text));
  }
  parent.append(toast);
  const clock = parent.querySelector(".clock");
  if (clock) toast.style.top = `${clock.getBoundingClientRect().bottom - parent.getBoundingClientRect().top + 12}px`;
  const timer = setTimeout(leave, STAYS_MS);
  toast.addEventListener("focusin", () => clearTimeout(timer));
}

/** A full screen that says what happened; `buttons`: [text, onclick, main] each. */
export function wordsScreen(language, kind, title, hint, buttons) {
  return h("section", { class: `words ${kind}`, lang: language, dir: directionOf(language) },
    h("div", { class: "picture" }, drawArt({ topic: "general", seed: kind })),
    h("div", { class: "scrim" }),
    h("div", { class: "text", role: "alert" }, h("h2", {}, title), h("p", {}, hint),
      ...buttons.map(([text, onclick, main]) => h("button", { type: "button", class: main ? "wide go" : "wide plain", onclick }, text))));
}

/** The words for a Trouble: [title, hint]. */
export function wordsFor(language, trouble) {
  const key = trouble.kind === "offline" ? "offline" : "trouble";
  return [say(language, key), say(language, `${key}Hint`)];
}
