/** One change to several videos, and what became of each. */

import { session } from "./session.svelte.ts";
import type { Video } from "./types.ts";

const MOST = 100; // in one request

const later = (time: string, seconds: number) => new Date(Date.parse(time) + seconds * 1000).toISOString();

export type Outcome = "done" | "not_found" | "not_possible";
export interface Result { id: string; outcome: Outcome; code: string; video: Video | null }
export type Changes = Record<string, unknown>;

/**
 * `changes` null: they are deleted. With a time as `publish` each is due `everyS` seconds after the one before it. Asked
 * again it does the same. Raises Refusal.
 */
export async function changeMany(ids: readonly string[], changes: Changes | null, everyS = 0): Promise<Result[]> {
  const found: Result[] = [];
  for (let from = 0; from < ids.length; from += MOST) {
    const part = { ids: ids.slice(from, from + MOST) };
    const body = !changes ? { ...part, delete: true }
      : !everyS ? { ...part, changes }
      : { ...part, changes: { ...changes, publish: later(String(changes["publish"]), from * everyS) }, every_s: everyS };
    const answer = await session.call<{ results: Result[] }>("POST", "/v1/creators/me/videos/changes", body);
    found.push(...(answer?.results ?? []));
  }
  return found;
}

/** How many could not be changed, by the code that says why. */
export function refusedBy(results: readonly Result[]): [code: string, n: number][] {
  const counts = new Map<string, number>();
  for (const { outcome, code } of results) {
    if (outcome !== "done") counts.set(code || outcome, (counts.get(code || outcome) ?? 0) + 1);
  }
  return [...counts];
}
