/** Was the account that is signed in here told something that it has not read? A dot says so at the way to one's own page. */

import { call, type Trouble } from "./client.ts";
import { load, save } from "./storage.ts";

/** How many, as the people's application and this one knew it last; nothing where nobody is signed in. */
export const UNREAD = "unread";
const EVERY_MS = 60_000;
const LATER_MS = 2000; // than all that somebody waits for

let n = $state.raw<number>();
let askedAt = 0;

export const unread = () => n;

/** What is known is shown at once; the server is asked where somebody is signed in, a while later, at most once a minute. */
export async function lookUnread(): Promise<void> {
  n = await load<number>(UNREAD);
  if (n === undefined || Date.now() - askedAt < EVERY_MS) return;
  askedAt = Date.now();
  setTimeout(async () => {
    // What comes with the session's cookie says that a page of ours sent it; "gone": the session is.
    n = await call<{ unread: number }>("GET", "/v1/creators/me/notifications/unread", { headers: { "jhalak-studio": "1" } })
      .then((told) => told?.unread, ({ kind }: Trouble) => (kind === "gone" ? undefined : n));
    void save(UNREAD, n);
  }, LATER_MS);
}
