/** The lock screen: clock, deck, progress; asks for editions and reports what was looked at. */

import { Attention } from "./attention.js";
import { dateText, timeText } from "./clock.js";
import { Deck } from "./deck.js";
import { h, icon, replace } from "./dom.js";
import { openReader } from "./reader.js";
import { load, save } from "./store.js";
import { levelNote, openTaste } from "./taste.js";
import { directionOf, say } from "./texts.js";
import { note, wordsFor, wordsScreen } from "./words.js";

const HINTED_VISITS = 3;
const NOTES = { like: "liked", less: "lessened", hide: "hidden" };

export class LockScreen {
  /** `go`: {video(), languages(), restart(), gone()}. */
  constructor(session, go) {
    this.session = session;
    this.go = go;
    this.language = session.language;
    this.shown = new Set(); // slots whose impression was reported
    this.attention = new Attention((slot, spent) => session.outbox.add(slot, "dwell", spent));
    this.deck = new Deck(session, directionOf(this.language), {
      next: () => this.next(), back: () => this.back(), open: () => this.open(),
      act: (...said) => this.act(...said), openTaste: () => this.taste(),
    }, () => this.top.offsetTop + this.clockPlace.offsetTop + this.clockPlace.offsetHeight);
    this.#build();
    this.#tick();
  }

  #build() {
    const language = this.language;
    const round = (glyph, key, run) => h("button", { type: "button", class: "round", "aria-label": say(language, key), title: say(language, key), onclick: run }, icon(glyph));
    this.time = h("p", { class: "time" });
    this.date = h("p", { class: "date" });
    this.level = h("div", { class: "level", role: "status" });
    this.clockPlace = h("div", { class: "clock" }, this.time, this.date, this.level);
    this.top = h("header", { class: "top" }, this.clockPlace,
      h("nav", { class: "tools" }, round("video", "video", () => this.go.video()), round("language", "languages", () => this.go.languages())));
    this.segments = h("div", { class: "segments", "aria-hidden": "true" });
    this.hint = h("p", { class: "hint" }, say(language, "hint"));
    const side = (name, glyph, run) => h("button", { type: "button", class: `side ${name}`, "aria-label": say(language, name), onclick: run }, icon(glyph));
    const rtl = directionOf(language) === "rtl";
    this.root = h("section", { class: "lock", lang: language, dir: directionOf(language) },
      this.deck.root, this.top,
      side("back", rtl ? "forward" : "backward", () => this.back()),
      side("next", rtl ? "backward" : "forward", () => this.next()),
      h("footer", { class: "bottom-line" }, this.segments, this.hint));
    const visits = load("visits", 0) + 1;
    save("visits", visits);
    this.root.classList.toggle("unhinted", visits > HINTED_VISITS);
  }

  /** Goes on with the edition held, or asks for one. */
  async start() {
    this.topics = this.session.loadTopics().catch(() => {}); // without, topics show their ids
    if (!this.session.heldEdition(Date.now())) return this.more();
    await this.topics;
    return this.#lay(this.session.index);
  }

  /** Stops the clock and the eyes. */
  leave() {
    clearTimeout(this.timer);
    this.attention.end();
  }

  get card() {
    return this.deck.cards[this.session.index];
  }

  next() {
    if (this.waiting || !this.card) return;
    const cards = this.deck.cards;
    let at = this.session.index + 1;
    while (cards[at]?.publisher && this.session.hidden.has(cards[at].publisher)) at += 1;
    if (cards[at]) this.#show(at);
    else this.more();
  }

  back() {
    if (!this.waiting && this.session.index > 0) this.#show(this.session.index - 1);
  }

  open() {
    if (this.waiting || !this.card) return;
    const card = this.card;
    this.session.outbox.add(card.slot, "tap");
    this.session.noteTap(card.topic);
    this.session.outbox.flush().catch(() => {});
    openReader(this.session, this.root, card);
  }

  taste() {
    openTaste(this.session, this.root, { languages: this.go.languages, restart: this.go.restart });
  }

  /** Asks for the next edition; what goes wrong is told, with a way back to the cards held. */
  async more() {
    if (this.waiting) return;
    this.waiting = true;
    this.attention.end();
    this.root.querySelector(".words")?.remove();
    this.root.setAttribute("aria-busy", "true");
    try {
      const edition = await this.session.nextEdition();
      await this.topics;
      if (edition.cards.length) this.#arrived();
      else this.#tell("empty", say(this.language, "empty"), say(this.language, "emptyHint"));
    } catch (trouble) {
      if (trouble.kind === "gone") this.go.gone();
      else if (trouble.kind) this.#tell(trouble.kind, ...wordsFor(this.language, trouble));
      else throw trouble;
    } finally {
      this.waiting = false;
      this.root.removeAttribute("aria-busy");
    }
  }

  #arrived() {
    this.#lay(0);
    const topic = this.session.risen();
    if (topic) note(this.root, this.language, say(this.language, "more", { topic: this.session.topicName(topic, this.language) }));
  }

  #lay(index) {
    const { cards } = this.session.edition;
    this.deck.setCards(cards);
    replace(this.segments, ...cards.map(() => h("span", {})));
    replace(this.level, levelNote(this.session) ?? "");
    this.#show(Math.min(index, cards.length - 1));
  }

  #show(index) {
    this.session.setIndex(index);
    this.deck.show(index);
    const { card } = this;
    [...this.segments.children].forEach((segment, at) => segment.classList.toggle("done", at <= index));
    this.attention.begin(card.slot);
    if (!this.shown.has(card.slot)) this.session.outbox.add(card.slot, "impression");
    this.shown.add(card.slot);
    document.getElementById("announcer").textContent = card.headline;
  }

  /** A button was pressed: says it to the server, shows it, offers the way back. */
  async act(card, name, button, path) {
    const on = button.getAttribute("aria-pressed") !== "true";
    const mark = (state) => {
      button.setAttribute("aria-pressed", String(state));
      card.said = { ...card.said, [name]: state };
      if (name === "hide") this.session.setHidden(card.publisher, state);
    };
    mark(on);
    try {
      await this.session.call(on ? "PUT" : "DELETE", path);
    } catch (trouble) {
      mark(!on);
      if (trouble.kind === "gone") this.go.gone();
      else note(this.root, this.language, wordsFor(this.language, trouble)[0], { text: say(this.language, "retry"), run: () => this.act(card, name, button, path) });
      return;
    }
    if (!on) {
      this.root.querySelector(".toast")?.remove();
      return;
    }
    const words = { topic: this.session.topicName(card.topic, this.language), publisher: card.publisher };
    note(this.root, this.language, say(this.language, NOTES[name], words),
      { text: say(this.language, "undo"), run: () => this.act(card, name, button, path) });
  }

  key(event) {
    const forward = this.deck.sign > 0 ? "ArrowRight" : "ArrowLeft";
    const backward = this.deck.sign > 0 ? "ArrowLeft" : "ArrowRight";
    const onButton = event.target.closest?.("button, a");
    if (event.key === forward) this.next();
    else if (event.key === backward) this.back();
    else if (!onButton && (event.key === "Enter" || event.key === " " || event.key === "ArrowUp")) this.open();
    else return;
    event.preventDefault();
  }

  /** The page went out of sight or came back. */
  seen(visible) {
    if (!visible) this.attention.end();
    else if (this.card && !this.waiting) this.attention.begin(this.card.slot);
  }

  #tell(kind, title, hint) {
    const held = this.deck.cards.length > 0;
    const screen = wordsScreen(this.language, kind, title, hint, [
      [say(this.language, "retry"), () => this.more(), true],
      ...(held ? [[say(this.language, "return"), () => { screen.remove(); this.#show(this.session.index); }, false]] : []),
    ]);
    this.root.append(screen);
    screen.querySelector("button").focus({ preventScroll: true });
  }

  #tick() {
    const now = new Date();
    this.time.textContent = timeText(now, this.language);
    this.date.textContent = dateText(now, this.language);
    this.timer = setTimeout(() => this.#tick(), 60_000 - (now % 60_000));
  }
}
