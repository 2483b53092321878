/**
 * The viewer of this browser: who they are, their languages, the edition in hand, what they hid.
 *
 * All of it is kept, so that a reload, or a train in a tunnel, goes on where it was.
 */

import { chooseSaver, restoreSaver, saver, spend } from "./budget.ts";
import { call, Trouble, type Asking } from "./client.ts";
import { keepEdition, nextEdition } from "./edition.ts";
import { CODES } from "./locale.ts";
import { Outbox } from "./outbox.ts";
import { ageing, place, playable, valid } from "./player.ts";
import { Recalls } from "./recalls.svelte.ts";
import { Relations } from "./relations.svelte.ts";
import { forgetAll, load, save, storage } from "./storage.ts";
import type { AgeBand, Card, Edition, Kind, Purpose, Topic, Verb } from "./types.ts";

export interface Viewer { viewer: string; token: string; languages: string[] }

/** What the first minute asks. */
export interface Choices {
  languages: string[];
  topics: string[];
  channels: string[];
  age_band: AgeBand | null;
  consents: Record<Purpose, boolean>;
}

/** As the server keeps them; see PUT /v1/me/preferences. */
export interface Preferences { languages: string[]; profiled: boolean; data_budget_bytes: number }

export class Session {
  viewer = $state.raw<Viewer | null>(null);
  edition = $state.raw<Edition | null>(null);
  topics = $state.raw<ReadonlyMap<string, Topic>>(new Map());
  /** As last read from or told to the server. */
  preferences = $state.raw<Preferences | null>(null);
  /** The viewer turned the lock screen off: nothing is shown, fetched or told until they say so. */
  off = $state.raw(false);
  /** The slot of the card that is shown. */
  slot = $state.raw<string | null>(null);
  /** Slots whose impression was told: once each, also over a reload. */
  readonly told = new Set<string>();
  readonly relations = new Relations((method, path) => this.call(method, path));
  readonly recalls = new Recalls((path, headers) => this.call("GET", path, { headers }));
  outbox = this.#newOutbox();
  #syncing: Promise<void> | undefined;

  /** The cards in hand that may be shown: hidden topics and publishers and recalled items are out. */
  readonly cards: Card[] = $derived(playable(this.edition?.cards ?? [], (card) => this.#isOut(card)));

  /** The language of the app's own words: the first that was chosen. */
  get language(): string {
    return this.viewer?.languages.find((code) => CODES.includes(code)) ?? "en";
  }

  #isOut(card: Card): boolean {
    return this.relations.hides(card) || this.recalls.has(card.item);
  }

  #newOutbox(): Outbox {
    return new Outbox({
      storage: storage(), clock: () => Date.now(), id: newId,
      awake: () => document.visibilityState === "visible" && navigator.onLine,
      send: (events, keepalive) => this.call("POST", "/v1/events", { body: { events }, keepalive }),
    });
  }

  /** Reads what this browser holds; is there a viewer? */
  async restore(): Promise<boolean> {
    const [viewer, edition, slot, topics, told, off, preferences] = await Promise.all([
      load<Viewer>("viewer"), load<Edition>("edition"), load<string>("slot"), load<Topic[]>("topics"),
      load<string[]>("told"), load<boolean>("off"),
      load<Preferences>("preferences"), this.relations.restore(), this.recalls.restore(), restoreSaver(),
    ]);
    this.viewer = viewer ?? null;
    this.edition = edition ?? null;
    this.slot = slot ?? null;
    this.topics = byId(topics ?? []);
    this.off = off ?? false;
    this.preferences = preferences ?? null;
    (told ?? []).forEach((one) => this.told.add(one));
    return this.viewer !== null;
  }

  /** Makes a new viewer out of what the first minute asked, in one request. Raises Trouble. */
  async create({ consents, ...chosen }: Choices): Promise<void> {
    const granted = Object.entries(consents).map(([purpose, on]) => ({ purpose, granted: on }));
    const made = await call<{ viewer: string; token: string }>("POST", "/v1/viewers", {
      body: { ...chosen, consents: granted },
    });
    if (!made) throw new Trouble("trouble");
    if (this.viewer) await this.forget();
    await this.#keepViewer({ ...made, languages: [...chosen.languages] });
  }

  async #keepViewer(viewer: Viewer): Promise<void> {
    this.viewer = viewer;
    await save("viewer", viewer);
  }

  /** A call in the viewer's name. Raises Trouble; `gone` also when there is no viewer. */
  async call<T>(method: string, path: string, asking: Omit<Asking, "token"> = {}): Promise<T | null> {
    const ask = () => call<T>(method, path, { ...asking, token: this.viewer?.token });
    if (!this.viewer) throw new Trouble("gone");
    return ask().catch(async (trouble: unknown) => {
      if (!(trouble instanceof Trouble && trouble.kind === "gone")) throw trouble;
      await this.#renew().catch((other: Trouble) => { throw other.forGood ? trouble : other; });
      return ask();
    });
  }

  /** Tokens of an account's viewer end with any of its sessions; who is signed in here gets another. Raises Trouble. */
  async #renew(): Promise<void> {
    const made = await call<Viewer>("POST", "/v1/creators/me/viewer", { body: {}, headers: { "jhalak-studio": "1" } });
    if (!made || made.viewer !== this.viewer?.viewer) throw new Trouble("gone");
    await this.#keepViewer({ ...this.viewer, token: made.token });
  }

  async loadPreferences(): Promise<Preferences | null> {
    return this.#keepPreferences(await this.call<Preferences>("GET", "/v1/me/preferences"));
  }

  /** Tells the server and obeys at once: the edition in hand was chosen by the old ones. Raises Trouble. */
  async setPreferences(changes: Partial<Preferences>): Promise<void> {
    const body = { ...await this.loadPreferences(), ...changes };
    await this.#keepPreferences(await this.call<Preferences>("PUT", "/v1/me/preferences", { body }));
    if (this.viewer && changes.languages) await this.#keepViewer({ ...this.viewer, languages: [...changes.languages] });
    if (changes.languages || changes.profiled !== undefined) await this.dropEdition();
  }

  async #keepPreferences(preferences: Preferences | null): Promise<Preferences | null> {
    this.preferences = preferences;
    await save("preferences", preferences ?? undefined);
    return preferences;
  }

  /** After what changes the next slate (languages, profiling) the edition in hand is the old one. */
  async dropEdition(): Promise<void> {
    this.edition = null;
    await save("edition", undefined);
  }

  /** The switch moves when it is written: who leaves at once finds it as they left it. */
  async setOff(off: boolean): Promise<void> {
    await save("off", off);
    this.off = off;
  }

  /** Deletes the viewer on the server and everything here. Raises Trouble. */
  async erase(): Promise<void> {
    await this.call("DELETE", "/v1/me").catch((trouble: unknown) => {
      if (!(trouble instanceof Trouble && trouble.kind === "gone")) throw trouble;
    });
    await this.forget();
  }

  /** Deletes everything here. */
  async forget(): Promise<void> {
    this.outbox.close();
    await forgetAll();
    this.viewer = this.edition = this.slot = this.preferences = null;
    this.off = false;
    this.told.clear();
    this.relations.forget();
    this.recalls.forget();
    this.outbox = this.#newOutbox();
  }

  async loadTopics(): Promise<void> {
    if (this.topics.size) return;
    const answer = await call<{ topics: Topic[] }>("GET", "/v1/topics");
    this.topics = byId(answer?.topics ?? []);
    await save("topics", answer?.topics);
  }

  topicName(id: string, code = this.language): string {
    const names = this.topics.get(id)?.names ?? {};
    return names[code] ?? names["en"] ?? id.charAt(0).toUpperCase() + id.slice(1);
  }

  topicColour(id: string): string {
    return this.topics.get(id)?.colour ?? "#BFC7D8";
  }

  /** The edition in hand while it may be shown. */
  held(now = Date.now()): Edition | null {
    return valid(this.edition, now) ? this.edition : null;
  }

  /** The card to show at `now`: the player's answer for the cards in hand; undefined: none is left. */
  current(now = Date.now()): Card | undefined {
    return this.held(now) ? this.cards[place(this.cards, this.slot, now)] : undefined;
  }

  show(card: Card): void {
    this.slot = card.slot;
    void save("slot", card.slot);
  }

  /** Tells once that `card` was in view. */
  tellShown(card: Card): void {
    if (this.told.has(card.slot)) return;
    this.told.add(card.slot);
    this.outbox.add(card.slot, "impression");
    void save("told", [...this.told].slice(-96));
  }

  /**
   * What the viewer says of a card, a publisher or a topic: holds here at once, also in the edition
   * in hand, and reaches the server now or with the next sync. Say it again with `on` false to undo.
   */
  relate(verb: Verb, kind: Kind, id: string, on: boolean, slot?: string): Promise<void> {
    return this.relations.set(verb, kind, id, on, slot);
  }

  /** One burst: what happened, what was said, the next edition where it is time. Raises Trouble. */
  sync({ wanted = false } = {}): Promise<void> {
    return this.#syncing ??= this.#burst(wanted).finally(() => { this.#syncing = undefined; });
  }

  async #burst(wanted: boolean): Promise<void> {
    await Promise.all([this.outbox.flush(), this.relations.flush()]);
    if (wanted || ageing(this.edition, Date.now())) await this.#nextEdition();
    else await this.recalls.check(Date.now());
    void spend("syncs", 1);
  }

  async #nextEdition(): Promise<void> {
    const next = await nextEdition((path, headers) => this.call("GET", path, { headers }), this.edition);
    if (!next) return this.recalls.checked(Date.now());
    await this.recalls.add(next.recalled, next.recalls_since, Date.now());
    // An edition without cards is said and not kept: what is in hand is better.
    if (!next.cards.length && this.held()) return;
    this.edition = next;
    this.slot = null;
    await keepEdition(next);
  }

  /** Before a card is shown whose recall check is old: one conditional request. Failing is no harm. */
  async checkRecalls(): Promise<void> {
    if (navigator.onLine && this.viewer) await this.recalls.check(Date.now()).catch(() => undefined);
  }

  get saver(): boolean {
    return saver();
  }

  setSaver(on: boolean): Promise<void> {
    return chooseSaver(on);
  }
}

const byId = (topics: readonly Topic[]) => new Map(topics.map((topic) => [topic.id, topic]));

/** A random id; `randomUUID` is there in secure contexts only. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Is this a secure context? Without, there is no service worker: no flight mode, no installing. */
export const secure: boolean = typeof isSecureContext !== "undefined" && isSecureContext && "serviceWorker" in navigator;

export const session = new Session();
