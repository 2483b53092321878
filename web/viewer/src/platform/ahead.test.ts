import { expect, test, vi } from "vitest";
import { ahead as planned, beginningOf as firstOf, Pace } from "./ahead.ts";
import { ladder } from "./ladder.ts";
import type { FeedItem } from "./types.ts";

const film = (name: string, bitrate = 800_000): FeedItem => ({
  slot: `s-${name}`, item: name, title: name, topic: "sport", duration_s: 30, poster: { art: { topic: "sport", seed: name } },
  renditions: [{ src: `/v/${name}`, height: 480, bitrate, type: "video/mp4" }],
});
vi.stubGlobal("location", new URL("http://jhalak.example/"));

/** On a large screen, in a browser that plays all, on a network that is not known. */
const sources = (saving: boolean) => (item: FeedItem) => ladder(item, { saving, lines: 1080, kbits: 0, plays: () => true });
const ahead = (items: FeedItem[], at: number, pace: Pace, held: ReadonlySet<string>, left: number, saving: boolean) =>
  planned(items, at, pace, held, left, saving, sources(saving));
const beginningOf = (item: FeedItem, saving: boolean) => firstOf(item, saving, sources(saving));

const FEED = ["a", "b", "c", "d", "e", "f", "g"].map((name) => film(name));
const NONE = new Set<string>();
const names = (files: { src: string }[]) => files.map(({ src }) => src.slice(3));

/** A pace whose clock the test moves. */
function paced() {
  let now = 0;
  const pace = new Pace(() => now);
  return { pace, swipe: (after: number, way: 1 | -1 = 1) => { now += after; pace.swiped(way); } };
}

test("the next items come in the order in which they will probably be watched", () => {
  expect(names(ahead(FEED, 1, paced().pace, NONE, 1e9, false))).toEqual(["c", "d", "e"]);
});

test("who swipes fast gets more ready, who watches long less", () => {
  const fast = paced();
  for (let i = 0; i < 8; i += 1) fast.swipe(1500);
  expect(names(ahead(FEED, 1, fast.pace, NONE, 1e9, false))).toEqual(["c", "d", "e", "f", "g"]);
  const slow = paced();
  for (let i = 0; i < 8; i += 1) slow.swipe(30_000);
  expect(names(ahead(FEED, 1, slow.pace, NONE, 1e9, false))).toEqual(["c"]);
});

test("who stops often gets less ready", () => {
  const { pace } = paced();
  const before = pace.chance(2);
  pace.stopped();
  pace.stopped();
  expect(pace.chance(2)).toBeLessThan(before);
  expect(names(ahead(FEED, 1, pace, NONE, 1e9, false))).toEqual(["c"]);
});

test("who swipes back is followed", () => {
  const { pace, swipe } = paced();
  swipe(2000, -1);
  expect(names(ahead(FEED, 3, pace, NONE, 1e9, false))).toEqual(["c", "b", "a"]);
});

test("no more than the budget is fetched, and nothing twice", () => {
  const { pace } = paced();
  const first = 800_000 * 3 / 8;
  expect(names(ahead(FEED, 0, pace, NONE, first * 1.5, false))).toEqual(["b"]);
  expect(ahead(FEED, 0, pace, NONE, 0, false)).toEqual([]);
  expect(names(ahead(FEED, 0, pace, new Set(["/v/b"]), 1e9, false))).toEqual(["c", "d"]);
  const heavy = [FEED[0] as FeedItem, film("huge", 40_000_000), film("small", 80_000)];
  expect(names(ahead(heavy, 0, pace, NONE, 1e9, false))).toEqual(["small"]);
});

test("who saves data gets what is nearly certain only", () => {
  expect(names(ahead(FEED, 1, paced().pace, NONE, 1e9, true))).toEqual(["c"]);
});

test("a card begins with its picture, and one that is drawn with nothing", () => {
  const variants = [{ src: "data:p", width: 480, height: 854, bytes: 9000 }];
  expect(beginningOf({ ...film("x"), renditions: [], poster: { art: { topic: "x", seed: "" }, variants } }, false)?.src).toBe("data:p");
  expect(beginningOf({ ...film("x"), renditions: [] }, false)).toBeUndefined();
  expect(beginningOf({ ...film("x"), renditions: [{ src: "https://elsewhere.example/a.mp4", height: 480, bitrate: 1, type: "" }] }, false)).toBeUndefined();
});

test("of a creator's video as many bytes are fetched as hold its first two seconds", () => {
  const made: FeedItem = { ...film("x"), at: "/video/a/1.s/", renditions: [{ src: "360.mp4", height: 640, width: 360, bitrate: 1, head_bytes: 70_000, type: "video/mp4" }] };
  expect(beginningOf(made, false)).toMatchObject({ src: "http://jhalak.example/video/a/1.s/360.mp4", bytes: 70_000 });
  expect(beginningOf({ ...made, at: "https://media.example/video/a/1.s/" }, false)).toBeUndefined();
});
