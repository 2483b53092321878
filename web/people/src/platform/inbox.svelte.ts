/** How much was not read yet. What is known of it is kept, for the dot in the viewer's app. */

import { account } from "./account.svelte.ts";
import { save } from "../../../viewer/src/platform/storage.ts";
import { UNREAD } from "../../../viewer/src/platform/unread.svelte.ts";

class Inbox {
  unread = $state(0);

  keep(n: number): Promise<void> {
    this.unread = n;
    return save(UNREAD, n);
  }

  /** Without an answer it stays as it was. */
  async look(): Promise<void> {
    const told = await account.mine<{ unread: number }>("GET", "/v1/creators/me/notifications/unread").catch(() => null);
    if (told) await this.keep(told.unread);
  }
}

export const inbox = new Inbox();
