/** What the viewer says of people and videos: on disk at the server when it resolves. */

import { account } from "./account.svelte.ts";

type Verb = "likes" | "follows" | "blocks" | "mutes";

/** Of a person the id is the handle with its @. Raises Refusal. */
export function relate(verb: Verb, kind: "creator" | "item", id: string, on: boolean): Promise<unknown> {
  return account.seen(on ? "PUT" : "DELETE", `/v1/me/${verb}/${kind}/${encodeURIComponent(id)}`);
}
