/** Asking for the next edition, and keeping it; the page and the service worker do it alike. */

import { saver } from "./budget.ts";
import { resolved } from "./player.ts";
import { save } from "./storage.ts";
import type { Edition, EditionAnswer } from "./types.ts";

type Ask = (path: string, headers: Record<string, string>) => Promise<EditionAnswer | null>;

/** The edition after `held`, whole; null when the one in hand is still good. Raises Trouble. */
export async function nextEdition(ask: Ask, held: Edition | null): Promise<Edition | null> {
  const have = held ? `?have=${encodeURIComponent(held.edition)}` : "";
  const answer = await ask(`/v1/lockscreen/edition${have}`, saver() ? { "save-data": "on" } : {});
  return answer && resolved(answer, held);
}

/** From now on it is the one in hand, from its first due card on. */
export async function keepEdition(edition: Edition): Promise<void> {
  await Promise.all([save("edition", edition), save("slot", undefined)]);
}
