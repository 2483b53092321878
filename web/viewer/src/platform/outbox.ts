/**
 * Events on their way to POST /v1/events.
 *
 * An event leaves the queue only after the server said what became of it. The queue is in the
 * browser's storage and survives the page; since ids are unique, sending one twice counts once.
 */

import { Trouble } from "./client.ts";
import type { Storage } from "./storage.ts";
import type { EventType, ViewerEvent } from "./types.ts";

export const BATCH = 100; // of at most 500; keeps a keepalive request far below its 64 KiB
export const KEPT = 2000; // events held while offline; the oldest go first
/** A burst leaves when nothing happened for a while, so that the radio sleeps in between. */
export const PAUSE_MS = 8000;

export interface OutboxWorld {
  storage: Promise<Storage>;
  /** Sends a batch; resolves when the server has it. Raises Trouble. */
  send(events: ViewerEvent[], keepalive: boolean): Promise<unknown>;
  clock(): number;
  id(): string;
  /** May a timer run? Not while the page is hidden. */
  awake(): boolean;
}

export class Outbox {
  /** Added here and not yet known to be stored or sent: what a farewell must not forget. */
  #fresh: ViewerEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(private readonly world: OutboxWorld) {}

  /** `value`: milliseconds for dwell and play, a reason for report, an event's id for undo. Answers its id. */
  add(slot: string, type: EventType, value?: number | string, ranges?: [number, number][]): string {
    const event: ViewerEvent = { id: this.world.id(), slot, type, at: new Date(this.world.clock()).toISOString() };
    if (value !== undefined) event.value = value;
    if (ranges !== undefined) event.ranges = ranges;
    if (this.#closed) return event.id;
    this.#fresh = [...this.#fresh, event].slice(-BATCH);
    void this.world.storage.then((held) => held.change("events", keyOf(event), () => event)).catch(() => undefined);
    this.#later(PAUSE_MS);
    return event.id;
  }

  /** Sends all that waits; resolves when the server has it. Raises Trouble, keeping the rest. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#sending ??= this.#sendAll().finally(() => { this.#sending = undefined; });
  }

  /** The page goes out of sight: no timer runs from here on, and what is new leaves at once. */
  farewell(): void {
    clearTimeout(this.#timer);
    const batch = this.#fresh;
    if (!batch.length || this.#closed) return;
    this.world.send(batch, true).then(() => this.#drop(batch), () => undefined);
  }

  /** The viewer is gone: nothing of theirs may be sent in another's name. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#fresh = [];
  }

  async #sendAll(): Promise<void> {
    const held = await this.world.storage;
    while (!this.#closed) {
      const all = await held.list<ViewerEvent>("events", KEPT + BATCH);
      await held.remove("events", all.slice(0, -KEPT).map(([key]) => key));
      const batch = all.slice(-KEPT).slice(0, BATCH).map(([, event]) => event);
      if (!batch.length) return;
      try {
        await this.world.send(batch, true);
      } catch (trouble) {
        if (trouble instanceof Trouble && trouble.waitS) this.#later(trouble.waitS * 1000);
        // A batch that the server refuses for its shape would be refused for ever.
        if (!(trouble instanceof Trouble && trouble.forGood)) throw trouble;
      }
      await this.#drop(batch);
    }
  }

  async #drop(batch: readonly ViewerEvent[]): Promise<void> {
    const gone = new Set(batch.map((event) => event.id));
    this.#fresh = this.#fresh.filter((event) => !gone.has(event.id));
    await (await this.world.storage).remove("events", batch.map(keyOf));
  }

  #later(waitMs: number): void {
    clearTimeout(this.#timer);
    if (this.world.awake() && !this.#closed) this.#timer = setTimeout(() => this.flush().catch(() => undefined), waitMs);
  }
}

/** By time, so that the queue keeps the order in which things happened. */
const keyOf = (event: ViewerEvent) => `${event.at} ${event.id}`;
