/** Which pictures to fetch before they are needed, and fetching them one after the other. */

import type { Card, Variant } from "./types.ts";

export const USUAL = 720; // pixels: the widest file that is loaded unasked

/** The file of a picture to load: no larger than usual, and the smallest for who saves data. */
export function fileOf(variants: readonly Variant[] = [], saving = false): Variant | undefined {
  const made = variants.filter((file) => file.bytes && file.width <= USUAL && isOurs(file.src));
  return saving ? made[0] : made.at(-1);
}

/** Where our own server says that its media lie. */
const trusted = new Set<string>();
export const trust = (base: string): void => { trusted.add(new URL(base, location.href).origin); };

/** Nothing is loaded from anywhere else: that would tell others who reads what. */
export function isOurs(source: string): boolean {
  try {
    const url = new URL(source, location.href);
    return url.origin === location.origin || url.protocol === "data:" || trusted.has(url.origin);
  } catch {
    return false;
  }
}

/** Files for the cards from `at` on, nearest first, those held left out, while `left` bytes suffice. */
export function plan(
  cards: readonly Card[], at: number, held: ReadonlySet<string>, left: number, saving: boolean,
): Variant[] {
  const chosen: Variant[] = [];
  for (const card of cards.slice(at)) {
    const file = fileOf(card.image?.variants, saving);
    if (!file || held.has(file.src) || chosen.includes(file)) continue;
    if (file.bytes > left) break; // a later, smaller one instead would surprise who turns the page
    left -= file.bytes;
    chosen.push(file);
  }
  return chosen;
}

/** Fetches one file after the other; a new list replaces what is left of the last. */
export class Prefetcher {
  readonly held = new Set<string>();
  #waiting: Variant[] = [];
  #running = false;

  /** `fetchFile` resolves to whether the file is there now. */
  constructor(private readonly fetchFile: (src: string) => Promise<boolean>) {}

  want(files: readonly Variant[]): Promise<void> {
    this.#waiting = [...files];
    return this.#running ? Promise.resolve() : this.#run();
  }

  /** No more for now: the page is hidden, or there is no connection. */
  stop(): void {
    this.#waiting = [];
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let file = this.#waiting.shift(); file; file = this.#waiting.shift()) {
      if (await this.fetchFile(file.src).catch(() => false)) this.held.add(file.src);
    }
    this.#running = false;
  }
}
