/** The short-video feed: full-bleed items, one under the other; the next slate follows the last. */

import { Attention } from "./attention.js";
import { chip } from "./card.js";
import { durationText } from "./clock.js";
import { h, icon, replace } from "./dom.js";
import { isOurs, pictureOf } from "./picture.js";
import { levelNote } from "./taste.js";
import { directionOf, say } from "./texts.js";
import { wordsFor, wordsScreen } from "./words.js";

const LIMIT = 12;

export class VideoFeed {
  /** `go`: {lock(), gone()}. */
  constructor(session, go) {
    this.session = session;
    this.go = go;
    this.language = session.language;
    this.items = [];
    this.at = -1;
    this.completed = new Set();
    this.attention = new Attention((slot, spent) => this.#watched(slot, spent));
    this.list = h("div", { class: "reel", tabindex: "0", "aria-label": say(this.language, "video") });
    this.level = h("div", { class: "level", role: "status" });
    this.root = h("section", { class: "videos", lang: this.language, dir: directionOf(this.language) }, this.list,
      h("header", { class: "top" },
        h("div", {}, h("p", {}, h("span", { class: "feed-name" }, say(this.language, "video"))), this.level),
        h("nav", { class: "tools" }, h("button", { type: "button", class: "round", "aria-label": say(this.language, "lock"), title: say(this.language, "lock"), onclick: () => go.lock() }, icon("lock")))));
    this.observer = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting)
      .forEach((entry) => this.#show(Number(entry.target.dataset.at))), { root: this.list, threshold: 0.6 });
  }

  start() {
    return this.more();
  }

  leave() {
    this.observer.disconnect();
    this.attention.end();
  }

  async more() {
    if (this.waiting) return;
    this.waiting = true;
    this.root.querySelector(".words")?.remove();
    try {
      await this.session.outbox.flush();
      const slate = await this.session.call("GET", `/v1/video/feed?limit=${LIMIT}`);
      replace(this.level, levelNote({ language: this.language, edition: slate }) ?? "");
      slate.items.forEach((item) => this.#add(item));
      if (!this.items.length) this.#tell("empty", say(this.language, "empty"), say(this.language, "emptyHint"));
    } catch (trouble) {
      if (trouble.kind === "gone") this.go.gone();
      else if (trouble.kind) this.#tell(trouble.kind, ...wordsFor(this.language, trouble));
      else throw trouble;
    } finally {
      this.waiting = false;
    }
  }

  #add(item) {
    const own = item.language ?? this.language;
    const filled = h("span", { class: "filled" });
    if (item.duration_s) filled.style.animationDuration = `${item.duration_s}s`;
    const length = item.duration_s ? h("span", { class: "duration" }, durationText(item.duration_s, own)) : null;
    const element = h("article", { class: "video", "data-at": this.items.length, "data-item": item.item },
      film(item), h("div", { class: "scrim" }),
      h("div", { class: "text", lang: own, dir: directionOf(own) }, chip(this.session, item.topic, own),
        h("h2", {}, item.title),
        h("p", { class: "meta" }, item.creator ? h("span", { class: "publisher" }, item.creator) : null, length)),
      h("span", { class: "line" }, filled));
    this.items.push(item);
    this.list.append(element);
    this.observer.observe(element);
  }

  #show(at) {
    if (at === this.at) return;
    this.list.children[this.at]?.classList.remove("current");
    this.list.children[this.at]?.querySelector("video")?.pause();
    this.at = at;
    this.list.children[at].classList.add("current");
    this.list.children[at].querySelector("video")?.play().catch(() => {});
    this.attention.begin(this.items[at].slot);
    this.session.outbox.add(this.items[at].slot, "impression");
    document.getElementById("announcer").textContent = this.items[at].title;
    if (at >= this.items.length - 2) this.more();
  }

  #watched(slot, spent) {
    const item = this.items.find((one) => one.slot === slot);
    this.session.outbox.add(slot, "play", spent);
    if (item?.duration_s && spent >= item.duration_s * 1000 && !this.completed.has(slot)) {
      this.completed.add(slot);
      this.session.outbox.add(slot, "complete");
    }
  }

  key(event) {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") this.go.lock();
    else if (way) this.list.children[this.at + way]?.scrollIntoView();
    else return;
    event.preventDefault();
  }

  seen(visible) {
    if (!visible) this.attention.end();
    else if (this.items[this.at]) this.attention.begin(this.items[this.at].slot);
  }

  #tell(kind, title, hint) {
    const screen = wordsScreen(this.language, kind, title, hint, [
      [say(this.language, "retry"), () => this.more(), true],
      [say(this.language, "lock"), () => this.go.lock(), false],
    ]);
    this.root.append(screen);
  }
}

/** The smallest rendition that this page may play, else drawn art that moves slowly. */
function film(item) {
  const playable = (item.renditions ?? []).filter(({ src }) => isOurs(src)).sort((a, b) => a.height - b.height);
  if (!playable.length) return pictureOf(item);
  return h("div", { class: "picture photo" },
    h("video", { src: playable[0].src, muted: true, loop: true, playsinline: true, preload: "none" }));
}
