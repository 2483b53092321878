/** Something that may be refused: whether it goes on, and why it was. */

import { troubleText } from "./plain.ts";

export class Tried {
  busy = $state(false);
  trouble = $state("");

  /** What `what` answers; undefined where it was refused, and `trouble` says why. */
  async run<T>(what: () => Promise<T>): Promise<T | undefined> {
    this.busy = true;
    this.trouble = "";
    try {
      return await what();
    } catch (problem) {
      this.trouble = troubleText(problem);
      return undefined;
    } finally {
      this.busy = false;
    }
  }
}
