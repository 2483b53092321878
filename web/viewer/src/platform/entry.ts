/** What our own reader shows of an item, and what the lists around it need. */

import { session } from "./session.svelte.ts";
import type { Card, FeedItem } from "./types.ts";

export interface Block { kind: "p" | "h" | "li" | "quote"; text: string }
export interface More { item: string; title: string; topic: string; publisher: string | null }
export interface Entry {
  item: string;
  title: string;
  language: string;
  publisher: string | null;
  url: string | null;
  blocks: Block[];
  more: More[];
}
/** What can be read: a card, an item of the feed, or another one of a story (that has no slot). */
export type Readable = Pick<Card, "item" | "headline" | "topic"> & Partial<Card>;

export const readable = (item: FeedItem): Readable => ({
  slot: item.slot, item: item.item, headline: item.title, language: item.language ?? "en", topic: item.topic,
  publisher: item.creator ?? null, image: item.poster, ...(item.why ? { why: item.why } : {}),
});

/** The entry whole; null where it is not to be had. Raises Trouble. */
export const entryOf = (item: string) => session.call<Entry>("GET", `/v1/reader/${encodeURIComponent(item)}`);

/** Blocks with the items of each list together. */
export function laid(blocks: readonly Block[]): { kind: Block["kind"]; texts: string[] }[] {
  const parts: { kind: Block["kind"]; texts: string[] }[] = [];
  for (const { kind, text } of blocks) {
    const last = parts.at(-1);
    if (kind === "li" && last?.kind === "li") last.texts.push(text);
    else parts.push({ kind, texts: [text] });
  }
  return parts;
}

/** A source could give a javascript: address. */
export const isWeb = (address: string | null | undefined): address is string => /^https?:\/\//i.test(address ?? "");

/** "example.org" of an address. */
export const hostOf = (address: string): string => new URL(address).hostname.replace(/^www\./, "");
