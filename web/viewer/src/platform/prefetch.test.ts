import { beforeEach, describe, expect, it, vi } from "vitest";
import { fileOf, plan, Prefetcher } from "./prefetch.ts";
import type { Card, Variant } from "./types.ts";

vi.stubGlobal("location", new URL("https://jhalak.example/"));

const file = (name: string, width: number, bytes: number): Variant => ({ src: `/media/${name}-${width}.webp`, width, height: width * 2, bytes });
const variants = (name: string) => [file(name, 480, 14_000), file(name, 720, 60_000), file(name, 1440, 240_000)];
const card = (name: string, made: Variant[] | undefined = variants(name)): Card => ({
  slot: name, item: name, headline: name, topic: "sport", show_from: "", show_until: "",
  image: { art: { topic: "sport", seed: name }, ...(made ? { variants: made } : {}) },
});
const cards = ["a", "b", "c", "d"].map((name) => card(name));
const named = (files: Variant[]) => files.map(({ src }) => src);

describe("what is fetched before it is needed", () => {
  it("is the usual file, the smallest for who saves data, and never one of another host", () => {
    expect(fileOf(variants("a"))?.width).toBe(720);
    expect(fileOf(variants("a"), true)?.width).toBe(480);
    expect(fileOf([{ ...file("a", 720, 9), src: "https://elsewhere.example/a.webp" }])).toBeUndefined();
    expect(fileOf([file("a", 720, 0)])).toBeUndefined();
  });

  it("is what comes next, nearest first, each once", () => {
    expect(named(plan(cards, 1, new Set(["/media/c-720.webp"]), 1e9, false))).toEqual(["/media/b-720.webp", "/media/d-720.webp"]);
  });

  it("keeps the budget, whatever it is, and stops rather than skip", () => {
    for (let left = 0; left <= 250_000; left += 7000) {
      const chosen = plan(cards, 0, new Set(), left, false);
      expect(chosen.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(left);
      expect(chosen).toHaveLength(Math.min(4, Math.floor(left / 60_000)));
    }
    expect(plan(cards, 0, new Set(), 28_000, true)).toHaveLength(2);
    expect(plan([card("none", []), ...cards], 0, new Set(), 60_000, false)).toHaveLength(1);
  });
});

describe("fetching it", () => {
  let asked: string[];
  /** Each file takes a second. */
  const slow = (src: string) => new Promise<boolean>((done) => {
    asked.push(src);
    setTimeout(() => done(!src.includes("/b-")), 1000);
  });
  const files = () => plan(cards, 0, new Set(), 1e9, false);

  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
  });

  it("takes one after the other, and remembers what is there", async () => {
    const pictures = new Prefetcher(slow);
    void pictures.want(files());
    await vi.advanceTimersByTimeAsync(1500);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5000);
    expect([...pictures.held]).toEqual(["/media/a-720.webp", "/media/c-720.webp", "/media/d-720.webp"]);
  });

  it("goes on with what is wanted now, and stops when the screen is out of sight", async () => {
    const pictures = new Prefetcher(slow);
    void pictures.want(files());
    await vi.advanceTimersByTimeAsync(500);
    void pictures.want(plan(cards, 3, pictures.held, 1e9, false));
    await vi.advanceTimersByTimeAsync(600);
    expect(asked).toEqual(["/media/a-720.webp", "/media/d-720.webp"]);
    pictures.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(2);
  });
});
