/** The video that a new one is made with, as the address of the page names it: `#/new?duet=ID`. */

import { ask, Refusal } from "./api.ts";
import { USES, type Made, type Use } from "./types.ts";

/** null: nothing of another's. */
export function namedIn(page: string): Made | null {
  const asked = new URLSearchParams(page.split("?")[1] ?? "");
  for (const kind of USES) {
    const video = asked.get(kind);
    if (video && /^[\w-]{1,64}$/.test(video)) return { kind, video };
  }
  return null;
}

/** Whose it is, and whether the account may use it so. Raises Refusal. */
export async function lookedUp(made: Made): Promise<Use> {
  const viewer = await ask<{ token: string }>("POST", "/v1/creators/me/viewer", {});
  const path = `/v1/videos/${encodeURIComponent(made.video)}`;
  const found = await ask<{ person: { handle: string }; title: string; uses: string[] }>("GET", path, undefined, viewer?.token);
  if (!found) throw new Refusal("no_such_video", 404);
  if (!found.uses.includes(made.kind)) throw new Refusal("use_not_allowed", 403);
  return { ...made, handle: found.person.handle, title: found.title };
}
