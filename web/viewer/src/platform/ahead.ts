/**
 * What of the feed to have ready before it is swiped to: the first seconds of the next videos, the
 * pictures of the next cards, most probable first, while the day's budget lasts.
 */

import { measure, sourcesOf, type Source } from "./ladder.ts";
import { fileOf } from "./prefetch.ts";
import type { FeedItem, Variant } from "./types.ts";

export const FIRST_S = 3;
/** Less probable than this is not worth the viewer's data. */
const LEAST_CHANCE = 0.4;
const LEAST_CHANCE_SAVING = 0.75;
/** What cannot be reached within this time can be fetched later. */
const HORIZON_MS = 25_000;
/** Fetched ahead and perhaps in vain, at most, whatever the day's budget still holds. */
const MOST_BYTES = 4_000_000;
const REMEMBERED = 8;
/** Before anything is known: four of five go on, each after eight seconds. */
const PRIOR = { went: 4, stopped: 1, pauseMs: 8000 };

/** How this viewer swipes: how often they go on, how fast, and which way. */
export class Pace {
  #pauses: number[] = [];
  #went = PRIOR.went;
  #stopped = PRIOR.stopped;
  #since: number;
  way: 1 | -1 = 1;

  /** `clock` in milliseconds, never running backwards. */
  constructor(private readonly clock: () => number = () => performance.now()) {
    this.#since = clock();
  }

  /** They went on (1) or back (-1). */
  swiped(way: 1 | -1): void {
    const now = this.clock();
    this.#pauses = [...this.#pauses, now - this.#since].slice(-REMEMBERED);
    this.#since = now;
    this.#went += 1;
    this.way = way;
  }

  /** They stopped: to read, to leave, to do something else. */
  stopped(): void {
    this.#stopped += 1;
    this.#since = this.clock();
  }

  /** The middle one of the last pauses between swipes, in milliseconds. */
  get pauseMs(): number {
    const sorted = [...this.#pauses].sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? PRIOR.pauseMs;
  }

  /** The probability that the item `distance` swipes away is watched; negative: the other way. */
  chance(distance: number): number {
    const on = this.#went / (this.#went + this.#stopped);
    // Of those who do not go on about half turn back.
    return distance > 0 ? on ** distance : ((1 - on) / 2) ** -distance;
  }

  /** Can it be reached soon? The next one always can. */
  soon(distance: number): boolean {
    return Math.abs(distance) <= 1 || Math.abs(distance) * this.pauseMs <= HORIZON_MS;
  }
}

/** What must be there for the item to begin at once; undefined: nothing, its art is drawn here. */
export function beginningOf(item: FeedItem, saving: boolean, sources: (item: FeedItem) => Source[] = sourcesOf): Variant | undefined {
  const [playing] = sources(item);
  if (!playing) return fileOf(item.poster.variants, saving);
  // The beginning of a playlist is a few lines: it is the browser's to fetch.
  if (playing.playlist || !sameOrigin(playing.src)) return undefined;
  return { src: playing.src, width: 0, height: playing.lines, bytes: playing.headBytes || Math.ceil((playing.bitrate * FIRST_S) / 8) };
}

/** From elsewhere the cache would hold it for fetches, and not for videos. */
const sameOrigin = (src: string) => new URL(src, location.href).origin === location.origin;

/**
 * Beginnings around `at`, most probable first, those held left out, within `left` bytes. One that
 * does not fit is left out and smaller ones after it may come: each is wanted for itself.
 */
export function ahead(
  items: readonly FeedItem[], at: number, pace: Pace, held: ReadonlySet<string>, left: number, saving: boolean,
  sources: (item: FeedItem) => Source[] = sourcesOf,
): Variant[] {
  let room = Math.min(left, MOST_BYTES);
  const least = saving ? LEAST_CHANCE_SAVING : LEAST_CHANCE;
  return items
    .map((item, place) => ({ item, distance: (place - at) * pace.way }))
    .filter(({ distance }) => distance !== 0 && pace.soon(distance) && pace.chance(distance) >= least)
    .sort((a, b) => pace.chance(b.distance) - pace.chance(a.distance))
    .flatMap(({ item }) => {
      const file = beginningOf(item, saving, sources);
      if (!file || held.has(file.src) || file.bytes > room) return [];
      room -= file.bytes;
      return [file];
    });
}

/** Fetches the first `bytes` of a file into the browser's cache; is it there? */
export async function fetchBeginning({ src, bytes }: Variant): Promise<boolean> {
  const answer = await fetch(src, { priority: "low", headers: { range: `bytes=0-${bytes - 1}` } } as RequestInit);
  const began = performance.now();
  measure((await answer.arrayBuffer()).byteLength, performance.now() - began);
  return answer.ok;
}
