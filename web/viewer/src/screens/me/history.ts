/** What the server keeps of what the viewer did. */

import { session } from "../../platform/session.svelte.ts";
import type { EventType } from "../../platform/types.ts";

export interface Happened {
  id: string;
  type: EventType;
  at: string;
  /** null: the item is over. */
  item: string | null;
  title: string | null;
  undone: boolean;
}

/** Without what says nothing: undos (their event tells it), and that an item was seen which was also opened. */
export function happened(events: readonly Happened[]): Happened[] {
  const more = new Set(events.filter(({ type }) => type !== "impression" && type !== "undo").map(({ item }) => item));
  return events.filter(({ type, item }) => type !== "undo" && !(type === "impression" && item !== null && more.has(item)));
}

/** Raises Trouble. */
export const undo = ({ id }: Happened) => session.call("DELETE", `/v1/me/history/${encodeURIComponent(id)}`);
