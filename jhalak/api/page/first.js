/** First run, and the language switch: the thirteen languages in their own scripts. */

import { h } from "./dom.js";
import { CODES, LANGUAGES, directionOf, say } from "./texts.js";

/**
 * `chosen`: codes chosen already. `done(codes)` may raise Trouble, which is told in words.
 * `leave()` is given when there is something to go back to.
 */
export function languageScreen({ chosen, done, leave = null }) {
  const picked = [...chosen];
  const title = h("h1", {});
  const hint = h("p", { class: "quiet" });
  const go = h("button", { type: "button", class: "wide go" });
  const back = leave && h("button", { type: "button", class: "wide plain", onclick: leave });
  const told = h("p", { class: "told", role: "alert" });
  const screen = h("section", { class: "first" });

  const show = () => {
    const language = picked[0] ?? preferred();
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
    screen.lang = language;
    screen.dir = directionOf(language);
    title.textContent = say(language, "choose");
    hint.textContent = say(language, "chooseHint");
    go.textContent = say(language, "go");
    if (back) back.textContent = say(language, "close");
    go.disabled = picked.length === 0;
    tiles.forEach((tile) => tile.setAttribute("aria-pressed", String(picked.includes(tile.value))));
  };
  const tiles = LANGUAGES.map(([code, name, english]) => {
    const tile = h("button", { type: "button", class: "tile", value: code },
      h("span", { class: "name", lang: code, dir: directionOf(code) }, name),
      h("span", { class: "english", lang: "en", dir: "ltr" }, english));
    tile.addEventListener("click", () => {
      if (picked.includes(code)) picked.splice(picked.indexOf(code), 1);
      else picked.push(code);
      show();
    });
    return tile;
  });
  go.addEventListener("click", async () => {
    const language = picked[0];
    go.disabled = true;
    told.textContent = "";
    try {
      await done([...picked]);
    } catch (trouble) {
      told.textContent = say(language, trouble.kind === "offline" ? "offline" : "trouble");
      go.textContent = say(language, "retry");
      go.disabled = false;
    }
  });
  screen.append(h("p", { class: "mark" }, "JHALAK"), title, hint, h("div", { class: "tiles" }, ...tiles),
    h("div", { class: "bottom" }, told, go, back || ""));
  show();
  return screen;
}

/** The browser's first language that Jhalak speaks. */
function preferred() {
  return (navigator.languages ?? []).map((tag) => tag.slice(0, 2).toLowerCase())
    .find((code) => CODES.includes(code)) ?? "en";
}
