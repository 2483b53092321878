/**
 * Events on their way to POST /v1/events.
 *
 * An event leaves the outbox only after the server said that it has it. The outbox survives the
 * page; since ids are unique, sending one twice counts once.
 */

import { call } from "./client.js";
import { load, save } from "./store.js";

const BATCH = 100; // of at most 500; keeps a keepalive request below its 64 KiB
const KEPT = 1000; // events held while offline; the oldest go first
const PAUSE_MS = 1500;

export class Outbox {
  constructor(token) {
    this.token = token;
    this.waiting = load("outbox", []);
    this.sending = null;
    this.timer = 0;
    this.closed = false;
  }

  /** The viewer is gone: nothing of theirs may be sent in another's name. */
  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.waiting = [];
  }

  /** `value`: milliseconds for dwell and play, else left out. */
  add(slot, type, value) {
    if (this.closed) return;
    const event = { id: crypto.randomUUID(), slot, type, at: new Date().toISOString() };
    if (value !== undefined) event.value = value;
    this.waiting = [...this.waiting, event].slice(-KEPT);
    save("outbox", this.waiting);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush().catch(() => {}), PAUSE_MS);
  }

  /** Sends all that waits; resolves when the server has it. Raises Trouble, keeping the rest. */
  flush() {
    clearTimeout(this.timer);
    this.sending ??= this.#sendAll().finally(() => { this.sending = null; });
    return this.sending;
  }

  /** The page is going away: one last batch that outlives it. */
  farewell() {
    if (this.waiting.length) this.#post(this.waiting.slice(-BATCH)).catch(() => {});
  }

  async #sendAll() {
    while (this.waiting.length) {
      const batch = this.waiting.slice(0, BATCH);
      try {
        await this.#post(batch);
      } catch (trouble) {
        // A batch that the server refuses for its shape would be refused for ever.
        if (trouble.kind !== "refused") throw trouble;
      }
      const sent = new Set(batch.map((event) => event.id));
      this.waiting = this.waiting.filter((event) => !sent.has(event.id));
      save("outbox", this.waiting);
    }
  }

  #post(events) {
    return call("POST", "/v1/events", { token: this.token, body: { events }, keepalive: true });
  }
}
