/** What of a video was watched: for how long, which parts, and whether it came to its end. */

const MOST_PARTS = 16;
const STEP_S = 2; // a larger one is no watching
const NEAR_END = 0.95;

export interface Watch { spentMs: number; parts: [number, number][]; ended: boolean }

export class Watched {
  #spent = 0;
  #parts: [number, number][] = [];
  #ended = false;

  /** The playhead is at `now` of `length`, both in seconds; often called while it plays. */
  tick(now: number, length: number): void {
    const last = this.#parts.at(-1);
    const step = last ? now - last[1] : 0;
    if (last && step >= 0 && step < STEP_S) {
      this.#spent += step;
      last[1] = now;
    } else {
      // It began anew: what lies between the last look and the end was watched too.
      if (last && step < 0 && length - last[1] < STEP_S) {
        this.#spent += length - last[1];
        last[1] = length;
      }
      this.#parts.push([now, now]);
    }
    const reached = this.#parts.at(-1)?.[1] ?? 0;
    this.#ended ||= reached >= length * NEAR_END || (last?.[1] ?? 0) >= length * NEAR_END;
  }

  /** What there is to tell, once; null where nothing was watched. */
  take(): Watch | null {
    const parts = this.#parts.filter(([from, to]) => to > from).slice(-MOST_PARTS)
      .map(([from, to]): [number, number] => [Math.round(from * 1000), Math.round(to * 1000)]);
    const told = parts.length ? { spentMs: Math.round(this.#spent * 1000), parts, ended: this.#ended } : null;
    this.#spent = 0;
    this.#parts = [];
    this.#ended = false;
    return told;
  }
}
