/** How much was not read yet. */

import { account } from "./account.svelte.ts";
import type { NoticePage } from "./types.ts";

class Inbox {
  unread = $state(0);

  /** Without an answer it stays as it was. */
  async look(): Promise<void> {
    const page = await account.mine<NoticePage>("GET", "/v1/creators/me/notifications?limit=1").catch(() => null);
    if (page) this.unread = page.unread;
  }
}

export const inbox = new Inbox();
