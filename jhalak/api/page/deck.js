/** The deck: the card shown and its neighbours, and how one gives way to the next. */

import { cardElement, fitCard } from "./card.js";
import { h } from "./dom.js";
import { watchDrags } from "./drag.js";

const SIDE = 0.2; // share of the width at each side where a tap turns the card

export class Deck {
  /**
   * `does`: {next(), back(), open(card), act(...), openTaste()}; `ceiling()` says where the clock
   * ends, in pixels.
   */
  constructor(session, direction, does, ceiling) {
    this.session = session;
    this.does = does;
    this.ceiling = ceiling;
    /** 1 where the next card lies on the right, -1 where writing runs from right to left. */
    this.sign = direction === "rtl" ? -1 : 1;
    this.cards = [];
    this.elements = new Map();
    this.root = h("div", { class: "deck" });
    this.root.style.setProperty("--sign", this.sign);
    watchDrags(this.root, {
      moved: (dx) => this.root.style.setProperty("--drag", `${dx}px`),
      ended: (way) => this.#release(way),
      tapped: (x) => this.#tapped(x),
    });
    new ResizeObserver(() => this.#measure()).observe(this.root);
  }

  setCards(cards) {
    this.cards = cards;
    this.elements.forEach((element) => element.remove());
    this.elements.clear();
  }

  /** Shows the card at `index`; its neighbours wait beside it. */
  show(index) {
    this.index = index;
    for (const [at, element] of this.elements) {
      if (Math.abs(at - index) > 1) {
        element.remove();
        this.elements.delete(at);
      }
    }
    for (const at of [index - 1, index, index + 1]) {
      if (!this.cards[at]) continue;
      const element = this.elements.get(at) ?? this.#add(at, at - index);
      element.style.setProperty("--place", at - index);
      element.classList.toggle("current", at === index);
      element.toggleAttribute("inert", at !== index);
    }
    this.root.style.setProperty("--drag", "0px");
  }

  #add(at, place) {
    const element = cardElement(this.session, this.cards[at], this.does);
    element.style.setProperty("--place", place); // before it is seen, or it would slide there
    this.elements.set(at, element);
    this.root.append(element);
    fitCard(element, this.cards[at], this.ceiling());
    return element;
  }

  #measure() {
    this.root.style.setProperty("--width", `${this.root.offsetWidth}px`);
    this.elements.forEach((element, at) => fitCard(element, this.cards[at], this.ceiling()));
  }

  #release(way) {
    this.root.style.setProperty("--drag", "0px");
    if (way) this.#turn(way);
  }

  /** `way` in screen terms: 1 asks for what lies on the right. */
  #turn(way) {
    if (way * this.sign > 0) this.does.next();
    else this.does.back();
  }

  #tapped(x) {
    if (x < SIDE) this.#turn(-1);
    else if (x > 1 - SIDE) this.#turn(1);
    else this.does.open();
  }
}
