/** The topics that there are, in each language's words. */

import { ask } from "./api.ts";

interface Topic { id: string; names: Record<string, string> }

class Topics {
  all = $state.raw<Topic[]>([]);

  /** Without an answer there are none to choose from: the server tells a topic by the caption. */
  async load(): Promise<void> {
    if (this.all.length) return;
    this.all = (await ask<{ topics: Topic[] }>("GET", "/v1/topics").catch(() => null))?.topics ?? [];
  }
}

export const topics = new Topics();
