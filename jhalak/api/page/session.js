/**
 * The viewer of this browser: token, languages, the edition held, and how editions changed.
 *
 * All of it is kept, so that a reload, or a train in a tunnel, goes on where it was.
 */

import { Trouble, call } from "./client.js";
import { Outbox } from "./outbox.js";
import { forgetAll, load, save } from "./store.js";
import { CODES } from "./texts.js";

const SLOTS = 12;
const REMEMBERED = 8; // editions whose topics the taste sheet shows

export class Session {
  constructor({ token, languages }) {
    this.token = token;
    this.languages = languages;
    this.outbox = new Outbox(token);
    this.edition = load("edition");
    this.index = load("index", 0);
    this.history = load("history", []);
    this.topics = new Map(load("topics", []).map((topic) => [topic.id, topic]));
    this.hidden = new Set(load("hidden", []));
    this.tapped = new Set(load("tapped", []));
  }

  /** The session that this browser holds, or null. */
  static restore() {
    const viewer = load("viewer");
    return viewer?.token ? new Session(viewer) : null;
  }

  /** Makes a new viewer. Raises Trouble. */
  static async create(languages) {
    const { viewer, token } = await call("POST", "/v1/viewers", { body: { languages } });
    forgetAll();
    save("viewer", { viewer, token, languages });
    return new Session({ token, languages });
  }

  /** The language of the page's own words: the first that was chosen. */
  get language() {
    return CODES.includes(this.languages[0]) ? this.languages[0] : "en";
  }

  call(method, path, body) {
    return call(method, path, { token: this.token, body });
  }

  async setLanguages(languages) {
    const preferences = await this.call("GET", "/v1/me/preferences");
    await this.call("PUT", "/v1/me/preferences", { ...preferences, languages });
    this.languages = languages;
    save("viewer", { ...load("viewer"), languages });
    this.dropEdition();
  }

  dropEdition() {
    this.edition = null;
    save("edition", null);
    this.setIndex(0);
  }

  /** Deletes the viewer on the server and everything here. */
  async startOver() {
    await this.call("DELETE", "/v1/me").catch((trouble) => {
      if (trouble.kind !== "gone") throw trouble;
    });
    this.forget();
  }

  /** Deletes everything here. */
  forget() {
    this.outbox.close();
    forgetAll();
  }

  async loadTopics() {
    if (this.topics.size) return;
    const { topics } = await this.call("GET", "/v1/topics");
    this.topics = new Map(topics.map((topic) => [topic.id, topic]));
    save("topics", topics);
  }

  topicName(id, language) {
    const names = this.topics.get(id)?.names ?? {};
    return names[language] ?? names.en ?? id.charAt(0).toUpperCase() + id.slice(1);
  }

  topicColour(id) {
    return this.topics.get(id)?.colour ?? "#BFC7D8";
  }

  /** The edition held, while it is valid; else null. `now`: milliseconds. */
  heldEdition(now) {
    const held = this.edition;
    return held?.cards.length && Date.parse(held.valid_until) > now ? held : null;
  }

  /**
   * Sends what happened, then asks for the next edition and keeps it. An edition without cards is
   * answered and not kept. Raises Trouble; the edition held then stays.
   */
  async nextEdition() {
    await this.outbox.flush();
    const have = this.edition ? `&have=${encodeURIComponent(this.edition.edition)}` : "";
    const answer = await this.call("GET", `/v1/lockscreen/edition?slots=${SLOTS}${have}`);
    const edition = answer ? { ...answer, cards: this.#resolve(answer.cards) } : this.edition;
    if (!edition) throw new Trouble("server");
    if (!edition.cards.length) return edition;
    this.edition = edition;
    save("edition", edition);
    this.setIndex(0);
    if (answer) this.#remember(edition);
    return edition;
  }

  setIndex(index) {
    this.index = index;
    save("index", index);
  }

  setHidden(publisher, on) {
    if (on) this.hidden.add(publisher);
    else this.hidden.delete(publisher);
    save("hidden", [...this.hidden]);
  }

  noteTap(topic) {
    this.tapped.add(topic);
    save("tapped", [...this.tapped]);
  }

  /** The tapped topic whose share rose most over the edition before, if one clearly did. */
  risen() {
    const [before, now] = this.history.slice(-2);
    if (!now) return null;
    const share = (entry, topic) => (entry.topics[topic] ?? 0) / entry.cards;
    const [best] = Object.keys(now.topics).filter((topic) => this.tapped.has(topic))
      .map((topic) => [topic, share(now, topic) - share(before, topic)])
      .sort((a, b) => b[1] - a[1]);
    return best && best[1] >= 0.1 ? best[0] : null;
  }

  /** Cards that travelled as references take their content from the edition held. */
  #resolve(cards) {
    const held = new Map((this.edition?.cards ?? []).map((card) => [card.item, card]));
    return cards.filter((card) => !card.ref || held.has(card.item))
      .map((card) => (card.ref ? { ...held.get(card.item), slot: card.slot } : card));
  }

  #remember(edition) {
    const topics = {};
    edition.cards.forEach((card) => { topics[card.topic] = (topics[card.topic] ?? 0) + 1; });
    const number = (this.history.at(-1)?.number ?? 0) + 1;
    const entry = { number, cards: edition.cards.length, level: edition.level, topics };
    this.history = [...this.history, entry].slice(-REMEMBERED);
    save("history", this.history);
  }
}
