/** What the lock screen does: which card is in front, turning, and asking for more. */

import { Attention } from "../platform/attention.ts";
import { saver, spentToday } from "../platform/budget.ts";
import { Trouble, type TroubleKind } from "../platform/client.ts";
import { fetchPicture } from "../platform/pictures.ts";
import { place } from "../platform/player.ts";
import { plan, Prefetcher } from "../platform/prefetch.ts";
import { session } from "../platform/session.svelte.ts";
import type { Card } from "../platform/types.ts";
import { lookUnread } from "../platform/unread.svelte.ts";
import { worker } from "../platform/worker.ts";

const PATIENCE_MS = 600; // that a card waits for its recall check
const DAY_BYTES = 5_000_000; // for the lock screen, until the viewer chose otherwise

export class LockScreen {
  /** When the screen was last looked at anew: nothing moves by itself in between. */
  #wokeAt = $state.raw(Date.now());
  busy = $state.raw(false);
  trouble = $state.raw<TroubleKind | "empty" | null>(null);

  readonly at = $derived(place(session.cards, session.slot, this.#wokeAt));
  readonly card: Card | undefined = $derived(session.held(this.#wokeAt) ? session.cards[this.at] : undefined);

  readonly #attention = new Attention((slot, spentMs) => session.outbox.add(slot, "dwell", spentMs));
  readonly #pictures = new Prefetcher(fetchPicture);

  /** Tells of the card in front and fetches what comes next; called whenever another one is. */
  front(card: Card): void {
    session.show(card);
    session.tellShown(card);
    this.#attention.begin(card.slot);
    void this.#fetchNext();
  }

  async #fetchNext(): Promise<void> {
    const { at } = this; // later the screen may be gone
    await worker(); // that keeps what it fetches
    if (!navigator.onLine) return;
    const spent = await spentToday();
    const left = (session.preferences?.data_budget_bytes ?? DAY_BYTES) - spent.lockscreen;
    await this.#pictures.want(plan(session.cards, at, this.#pictures.held, left, saver()));
  }

  next(): Promise<void> {
    return this.#turn(1);
  }

  back(): Promise<void> {
    return this.#turn(-1);
  }

  async #turn(step: 1 | -1): Promise<void> {
    if (!this.card) return; // a sync that still goes on keeps nobody from the cards in hand
    const to = session.cards[this.at + step];
    if (!to) return step > 0 ? this.more() : undefined;
    await this.#checked();
    // Recalled meanwhile: the one that took its place comes. Looked up, as the screen may be gone.
    const at = place(session.cards, session.slot, this.#wokeAt);
    session.show(session.cards.includes(to) ? to : session.cards[at + step] ?? to);
    return undefined;
  }

  /** Before a card is shown whose recall check is old; a slow answer still removes it later. */
  async #checked(): Promise<void> {
    if (!session.recalls.stale(Date.now()) || !navigator.onLine) return;
    await Promise.race([session.checkRecalls(), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  }

  /** Asks for the next edition; what goes wrong is told, with a way back to the cards in hand. */
  async more(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.trouble = null;
    this.#attention.end();
    try {
      await session.sync({ wanted: true });
      this.#wokeAt = Date.now();
      if (!session.current(this.#wokeAt)) this.trouble = "empty";
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      if (trouble.kind === "gone") await session.forget();
      else this.trouble = trouble.kind;
    } finally {
      this.busy = false;
    }
  }

  /** The cards in hand again, after trouble. */
  resume(): void {
    this.trouble = null;
    if (this.card) this.#attention.begin(this.card.slot);
  }

  /** The screen came into sight: catches up with the schedule, and syncs in one burst where it is time. */
  wake(): void {
    this.#wokeAt = Date.now();
    void lookUnread();
    if (!this.card || (this.trouble && navigator.onLine)) void this.more();
    else {
      this.#attention.begin(this.card.slot);
      if (navigator.onLine) session.sync().catch(this.#missed);
    }
  }

  /** A sync that nobody asked for may fail unseen; only a forgotten viewer begins again. */
  readonly #missed = (trouble: unknown) => {
    if (trouble instanceof Trouble && trouble.kind === "gone") void session.forget();
  };

  /** The screen went out of sight: no timer and no request goes on. */
  sleep(): void {
    this.#attention.end();
    this.#pictures.stop();
    session.outbox.farewell();
  }
}
