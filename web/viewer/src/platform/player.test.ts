import { describe, expect, it } from "vitest";
import { ageing, due, place, playable, resolved, valid } from "./player.ts";
import type { Card, Edition, EditionAnswer } from "./types.ts";

const START = Date.parse("2026-11-23T18:00:00Z");
const QUARTER = 15 * 60_000;
const iso = (at: number) => new Date(at).toISOString();

/** An edition of 24 cards over six hours, as the server makes it. */
function edition(count = 24): Edition {
  const cards = Array.from({ length: count }, (_, n): Card => ({
    slot: `s${n}`, item: `i${n}`, headline: `Card ${n}`, topic: n % 2 ? "sport" : "food",
    show_from: iso(START + n * QUARTER), show_until: iso(START + (n + 1) * QUARTER),
  }));
  return { edition: "e", valid_from: iso(START), valid_until: iso(START + count * QUARTER), level: "full", cards, recalled: [], bytes: 1 };
}

describe("the player", () => {
  const { cards } = edition();

  it("shows each card in its time, whatever is asked in between", () => {
    for (let now = START; now < START + 24 * QUARTER; now += 60_000) {
      const at = place(cards, null, now);
      expect(Date.parse(cards[at]!.show_from)).toBeLessThanOrEqual(now);
      expect(Date.parse(cards[at]!.show_until)).toBeGreaterThan(now);
    }
  });

  it("opened late catches up and skips what was missed", () => {
    expect(place(cards, "s2", START + 10 * QUARTER + 1)).toBe(10);
  });

  it("stays with who turned ahead of time, until the time has come there", () => {
    expect(place(cards, "s5", START + QUARTER)).toBe(5);
    expect(place(cards, "s5", START + 5 * QUARTER + 1)).toBe(5);
    expect(place(cards, "s5", START + 6 * QUARTER)).toBe(6);
  });

  it("never goes back by itself, also when the clock does", () => {
    expect(place(cards, "s7", START - 3 * 3_600_000)).toBe(7);
  });

  it("keeps the last card when the time of all is over, and has none without cards", () => {
    expect(due(cards, START + 99 * QUARTER)).toBe(24);
    expect(place(cards, "s3", START + 99 * QUARTER)).toBe(23);
    expect(place([], null, START)).toBe(-1);
  });

  it("leaves out what was hidden; who looked at it sees the one that is due", () => {
    const left = playable(cards, (card) => card.topic === "food");
    expect(left.map((card) => card.topic)).not.toContain("food");
    expect(left[place(left, "s2", START + 2 * QUARTER)]?.slot).toBe("s3");
  });

  it("is good until its end and asks for the next one in its last hour", () => {
    const whole = edition();
    const end = START + 24 * QUARTER;
    expect([valid(whole, end - 1), valid(whole, end), valid(null, START)]).toEqual([true, false, false]);
    expect([ageing(whole, end - 3_600_001), ageing(whole, end - 3_599_999), ageing(null, START)]).toEqual([false, true, true]);
  });

  it("fills references from the edition held, in their new slots, and drops those to nothing", () => {
    const held = edition(3);
    const times = { show_from: iso(START), show_until: iso(START + QUARTER) };
    const answer: EditionAnswer = {
      ...held, edition: "f",
      cards: [{ slot: "n0", item: "i1", ref: true, ...times }, { slot: "n1", item: "gone", ref: true, ...times }, { ...held.cards[2]!, slot: "n2", item: "new" }],
    };
    expect(resolved(answer, held).cards).toEqual([
      { ...held.cards[1], slot: "n0", ...times }, { ...held.cards[2], slot: "n2", item: "new" },
    ]);
    expect(resolved(answer, null).cards.map((card) => card.slot)).toEqual(["n2"]);
  });
});
