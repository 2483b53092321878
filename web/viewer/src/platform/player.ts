/**
 * The edition player: which card belongs on the lock screen. A pure function of the edition and the
 * clock; whoever hosts it (this page, a phone maker's lock screen) turns the answer into pictures.
 *
 * Each card has its time, one after the other. Opened late, the player catches up: cards whose time
 * passed unseen are skipped. Who turned ahead of time stays where they are.
 */

import type { Card, CardRef, Edition, EditionAnswer } from "./types.ts";

const HOUR_MS = 3_600_000;

/** Cards that may be shown: without what was hidden or recalled since. */
export function playable(cards: readonly Card[], out: (card: Card) => boolean): Card[] {
  return cards.filter((card) => !out(card));
}

/** The first card whose time is not over at `now` (ms); `cards.length` when all are over. */
export function due(cards: readonly Card[], now: number): number {
  const at = cards.findIndex((card) => Date.parse(card.show_until) > now);
  return at < 0 ? cards.length : at;
}

/**
 * The place of the card to show at `now`: the one that was shown last (`slot`), or a later one
 * whose time has come meanwhile. The last one when the time of all is over; -1 without cards.
 */
export function place(cards: readonly Card[], slot: string | null, now: number): number {
  const shown = cards.findIndex((card) => card.slot === slot);
  return Math.min(Math.max(shown, due(cards, now)), cards.length - 1);
}

/** May the edition still be shown? */
export function valid(edition: Edition | null, now: number): edition is Edition {
  return edition !== null && Date.parse(edition.valid_until) > now;
}

/** Is it time to ask for the next edition? In its last hour, as the server sees it too. */
export function ageing(edition: Edition | null, now: number): boolean {
  return edition === null || Date.parse(edition.valid_until) - now < HOUR_MS;
}

/** The answer with its references filled in from the edition held; those to nothing are left out. */
export function resolved(answer: EditionAnswer, held: Edition | null): Edition {
  const known = new Map((held?.cards ?? []).map((card) => [card.item, card]));
  const cards = answer.cards.flatMap((card) => {
    if (!isRef(card)) return [card];
    const { slot, show_from, show_until } = card;
    const content = known.get(card.item);
    return content ? [{ ...content, slot, show_from, show_until }] : [];
  });
  return { ...answer, cards };
}

function isRef(card: Card | CardRef): card is CardRef {
  return "ref" in card && card.ref;
}
