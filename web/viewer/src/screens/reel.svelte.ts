/** What the feed does: its items, which one is in front, the next slate, and what to have ready. */

import { ahead, fetchBeginning, Pace } from "../platform/ahead.ts";
import { Attention } from "../platform/attention.ts";
import { saver } from "../platform/budget.ts";
import { Trouble, type TroubleKind } from "../platform/client.ts";
import { fetchPicture } from "../platform/pictures.ts";
import { Prefetcher } from "../platform/prefetch.ts";
import { session } from "../platform/session.svelte.ts";
import type { FeedItem, Level } from "../platform/types.ts";
import { videoLeft } from "../platform/video_budget.ts";
import { Watched } from "../platform/watched.ts";

const LIMIT = 12;
const LAST = 3; // items before the end at which more are asked for
/** Slides on either side of the one in front: five lie in the page at most. */
export const AROUND = 2;

interface Page { level: Level; items: FeedItem[] }

export class Reel {
  items = $state.raw<FeedItem[]>([]);
  at = $state.raw(0);
  level = $state.raw<Level>("full");
  busy = $state.raw(false);
  trouble = $state.raw<TroubleKind | "empty" | "spent" | null>(null);

  readonly current: FeedItem | undefined = $derived(this.items[this.at]);

  #allowed = false; // beyond today's budget
  readonly #pace = new Pace();
  readonly #told = new Set<string>();
  readonly #completed = new Set<string>();
  readonly #sizes = new Map<string, number>();
  readonly #files = new Prefetcher((src) => (/\.webp$/.test(src) ? fetchPicture(src)
    : fetchBeginning({ src, width: 0, height: 0, bytes: this.#sizes.get(src) ?? 1 })));
  readonly #watch = new Watched(); // of the video in front
  readonly #attention = new Attention((slot, spentMs) => this.#watched(slot, spentMs));

  /** `of`: which feed, as it is asked for: `&of=following`, `&channel=comedy`; "": of everybody. */
  constructor(private readonly of: string) {}

  /**
   * The next slate after what is there; `start`: a video that comes first, if it can be seen. Trouble is told only
   * when there is nothing to go on with.
   */
  async more(start = ""): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.trouble = null;
    try {
      if (!this.#allowed && await videoLeft() <= 0) {
        this.trouble = "spent";
        return;
      }
      await session.outbox.flush().catch(() => undefined);
      const page = await this.#page(start).catch((trouble: unknown) => {
        if (!start || !(trouble instanceof Trouble && trouble.status === 404)) throw trouble;
        return this.#page();
      });
      this.items = [...this.items, ...(page?.items ?? []).filter((item) => !this.#out(item))];
      this.level = page?.level ?? "full";
      if (!this.items.length) this.trouble = "empty";
      void this.#fetchAhead();
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      if (trouble.kind === "gone") await session.forget();
      else if (this.at >= this.items.length - 1) this.trouble = trouble.kind;
    } finally {
      this.busy = false;
    }
  }

  #page(start = ""): Promise<Page | null> {
    const first = start && `&start=${encodeURIComponent(start)}`;
    return session.call<Page>("GET", `/v1/video/feed?limit=${LIMIT}${this.of}${first}`, { headers: saver() ? { "save-data": "on" } : {} });
  }

  /** Puts a video, and what goes with it, after the one in front; can it be seen? */
  async insert(video: string): Promise<boolean> {
    await session.outbox.flush().catch(() => undefined);
    const page = await this.#page(video).catch(() => null);
    if (!page) return false;
    this.items = [...this.items.slice(0, this.at + 1), ...page.items.filter((item) => !this.#out(item))];
    void this.#fetchAhead();
    return this.items.length > this.at + 1;
  }

  #out({ item, topic, creator }: FeedItem): boolean {
    return session.relations.hides({ item, topic, publisher: creator ?? null }) || session.recalls.has(item);
  }

  /** The viewer knows that the budget is used up, and goes on. */
  goOn(): Promise<void> {
    this.#allowed = true;
    return this.more();
  }

  /** The item at `at` came to the front. */
  show(at: number): void {
    if (at !== this.at) this.#pace.swiped(at > this.at ? 1 : -1);
    this.at = at;
    this.look();
    this.#watch.take(); // what was too short to tell
    void this.#fetchAhead();
    if (at >= this.items.length - LAST) void this.more();
  }

  /** It has the eyes. */
  look(): void {
    const item = this.current;
    if (!item) return;
    this.#attention.begin(item.slot);
    if (this.#told.has(item.slot)) return;
    this.#told.add(item.slot);
    session.outbox.add(item.slot, "impression");
  }

  /** The playhead of the video in front is there, in seconds. */
  played(now: number, length: number): void {
    this.#watch.tick(now, length);
  }

  /** The eyes are elsewhere: something lies over it, or the page is hidden. */
  rest(): void {
    this.#attention.end();
    this.#watch.take();
    this.#pace.stopped();
    this.#files.stop();
  }

  /** Of a video counts what was played of it, of a card how long it was looked at. */
  #watched(slot: string, spentMs: number): void {
    const item = this.items.find((one) => one.slot === slot);
    const watch = this.#watch.take();
    if (item?.renditions.length) {
      if (!watch) return;
      session.outbox.add(slot, "play", watch.spentMs, watch.parts);
    } else session.outbox.add(slot, "play", spentMs);
    if (!watch?.ended || this.#completed.has(slot)) return;
    this.#completed.add(slot);
    session.outbox.add(slot, "complete");
  }

  async #fetchAhead(): Promise<void> {
    if (!navigator.onLine) return;
    const left = this.#allowed ? Infinity : await videoLeft();
    const files = ahead(this.items, this.at, this.#pace, this.#files.held, left, saver());
    files.forEach(({ src, bytes }) => this.#sizes.set(src, bytes));
    await this.#files.want(files);
  }
}
