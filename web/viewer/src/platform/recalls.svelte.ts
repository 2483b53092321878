/** Items that may not be shown any more, and when we last asked. */

import { load, save } from "./storage.ts";

export const CHECK_EVERY_MS = 15 * 60_000;
const KEPT = 500;

interface Kept { items: string[]; since: number | null; checkedAt: number }
interface Answer { recalls: { seq: number; item: string }[]; next: number }
const NOTHING: Kept = { items: [], since: null, checkedAt: 0 };

export class Recalls {
  #kept = $state.raw<Kept>(NOTHING);

  constructor(private readonly ask: (path: string, headers: Record<string, string>) => Promise<unknown>) {}

  async restore(): Promise<void> {
    this.#kept = (await load<Kept>("recalls")) ?? NOTHING;
  }

  forget(): void {
    this.#kept = NOTHING;
  }

  has(item: string): boolean {
    return this.#kept.items.includes(item);
  }

  /** Is a card that is to be shown at `now` one whose recall check is too old? */
  stale(now: number): boolean {
    return now - this.#kept.checkedAt > CHECK_EVERY_MS;
  }

  checked(now: number): Promise<void> {
    return this.#keep({ ...this.#kept, checkedAt: now });
  }

  add(items: readonly string[], since: number | undefined, now: number): Promise<void> {
    return this.#keep({
      items: [...new Set([...this.#kept.items, ...items])].slice(-KEPT),
      since: since ?? this.#kept.since, checkedAt: now,
    });
  }

  /** Asks for what came after what we know, where that is older than 15 minutes. Raises Trouble. */
  async check(now: number): Promise<void> {
    const { since } = this.#kept;
    if (since === null || !this.stale(now)) return;
    const answer = await this.ask(`/v1/recalls?since=${since}`, { "if-none-match": `"${since}"` }) as Answer | null;
    if (answer) await this.add(answer.recalls.map(({ item }) => item), answer.next, now);
    else await this.checked(now);
  }

  async #keep(kept: Kept): Promise<void> {
    this.#kept = kept;
    await save("recalls", kept);
  }
}
