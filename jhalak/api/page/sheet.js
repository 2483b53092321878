/** A sheet that slides up over the card, for reading and for one's taste. */

import { h, icon } from "./dom.js";
import { directionOf, say } from "./texts.js";

/**
 * Opens a sheet with `children` in `parent`; answers {body, close}. Escape, a tap beside it and
 * the button close it; focus returns to where it was. `closed()` is called once.
 */
export function openSheet(parent, language, title, children, closed = () => {}) {
  const before = document.activeElement;
  const body = h("div", { class: "sheet-body" }, ...children);
  const closeButton = h("button", { type: "button", class: "round close", "aria-label": say(language, "close") }, icon("close"));
  const sheet = h("section", {
    class: "sheet", role: "dialog", "aria-modal": "true", "aria-label": title,
    lang: language, dir: directionOf(language), tabindex: "-1",
  }, h("div", { class: "grip" }), closeButton, body);
  const veil = h("div", { class: "veil" }, sheet);
  const close = () => {
    if (!veil.isConnected) return;
    veil.remove();
    [...parent.children].forEach((child) => child.removeAttribute("inert"));
    before?.focus?.({ preventScroll: true });
    closed();
  };
  parent.querySelector(".toast")?.remove();
  [...parent.children].forEach((child) => child.setAttribute("inert", ""));
  closeButton.addEventListener("click", close);
  veil.addEventListener("click", (event) => { if (event.target === veil) close(); });
  veil.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") close();
  });
  parent.append(veil);
  sheet.focus({ preventScroll: true });
  return { body, close };
}
