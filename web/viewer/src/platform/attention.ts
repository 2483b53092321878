/** How long a card had the eyes: counts while the page is visible, reports when it is over. */

const WORTH_MS = 100;
const LONGEST_MS = 300_000; // a phone left on the table is not reading

export class Attention {
  #slot: string | null = null;
  #since = 0;

  /** `report(slot, milliseconds)`; `clock` in milliseconds, never running backwards. */
  constructor(
    private readonly report: (slot: string, spentMs: number) => void,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** From now on `slot` is looked at. */
  begin(slot: string): void {
    if (slot === this.#slot) return;
    this.end();
    this.#slot = slot;
    this.#since = this.clock();
  }

  /** Nothing is looked at any more. */
  end(): void {
    if (this.#slot === null) return;
    const spent = Math.min(LONGEST_MS, Math.round(this.clock() - this.#since));
    if (spent >= WORTH_MS) this.report(this.#slot, spent);
    this.#slot = null;
  }
}
