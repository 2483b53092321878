/** Pictures on this phone: fetched before they are needed, kept by the service worker for flight mode. */

import { HEAD_BYTES } from "./client.ts";
import { spend } from "./budget.ts";

/** Does a service worker answer for this page? It then counts what it fetches. */
export const served = (): boolean => Boolean(navigator.serviceWorker?.controller);

/** Fetches a picture so that it is at hand; is it? */
export async function fetchPicture(src: string): Promise<boolean> {
  const answer = await fetch(src, { priority: "low" } as RequestInit);
  const bytes = (await answer.arrayBuffer()).byteLength;
  const [entry] = performance.getEntriesByName(new URL(src, location.href).href, "resource").slice(-1) as PerformanceResourceTiming[];
  const fromCache = entry !== undefined && entry.transferSize === 0;
  if (!served() && !fromCache) void spend("lockscreen", bytes + HEAD_BYTES);
  return answer.ok;
}
