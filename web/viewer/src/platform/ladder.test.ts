import { expect, test, vi } from "vitest";
import { addressOf, isWhole, ladder, posterOf, type Conditions } from "./ladder.ts";
import type { FeedItem, Rendition } from "./types.ts";

vi.stubGlobal("location", new URL("http://jhalak.example/"));

const rung = (lines: number, bitrate = lines * 1500): Rendition => ({ src: `${lines}.mp4`, width: lines, height: (lines * 16) / 9, bitrate, head_bytes: lines, type: "video/mp4" });
const master: Rendition = { src: "master.m3u8", height: 0, bitrate: 0, type: "application/vnd.apple.mpegurl" };
const made = (changes: Partial<FeedItem> = {}): FeedItem => ({
  slot: "s", item: "i", title: "t", topic: "food", duration_s: 20, at: "/video/set/9.sig/",
  poster: { art: { topic: "food", seed: "i" } }, renditions: [rung(1080), rung(240), master, rung(360), rung(720), rung(540)], ...changes,
});
const usual: Conditions = { saving: false, lines: 1080, kbits: 0, plays: () => true };
const names = (item: FeedItem, changes: Partial<Conditions> = {}) =>
  ladder(item, { ...usual, ...changes }).map(({ src }) => src.split("/").at(-1));

test("a screen gets what it can show, and never more than 720 lines", () => {
  expect(names(made())).toEqual(["720.mp4", "master.m3u8", "240.mp4"]);
  expect(names(made(), { lines: 480 })[0]).toBe("360.mp4");
  expect(names(made(), { lines: 100 })[0]).toBe("240.mp4");
});

test("a slow network gets what comes faster than it plays", () => {
  expect(names(made(), { kbits: 900 })[0]).toBe("360.mp4");
  expect(names(made(), { kbits: 50 })[0]).toBe("240.mp4");
});

test("who saves data gets the smallest, and nothing that grows", () => {
  expect(names(made(), { saving: true })).toEqual(["240.mp4"]);
});

test("a long one adapts where the network is not known", () => {
  expect(names(made({ duration_s: 120 }))[0]).toBe("master.m3u8");
  expect(names(made({ duration_s: 120 }), { kbits: 5000 })[0]).toBe("720.mp4");
  expect(names(made({ duration_s: 120 }), { plays: (type) => type === "video/mp4" })[0]).toBe("720.mp4");
});

test("of two files with the same lines the lighter one plays, where the browser can", () => {
  const av1 = { ...rung(720, 400_000), src: "720.av1.mp4", type: "video/mp4; codecs=av01" };
  const both = made({ renditions: [av1, rung(720), rung(240)] });
  expect(names(both)[0]).toBe("720.av1.mp4");
  expect(names(both, { plays: (type) => !type.includes("av01") })[0]).toBe("720.mp4");
});

test("lines are the short side, whichever way the phone was held", () => {
  const wide = made({ renditions: [{ ...rung(720), width: 1280, height: 720 }, { ...rung(360), width: 640, height: 360 }] });
  expect(names(wide, { lines: 700 })[0]).toBe("360.mp4");
  expect([isWhole(wide), isWhole(made())]).toEqual([true, false]);
});

test("nothing is loaded from where the server did not say that it lies", () => {
  expect(addressOf(made(), "360.mp4")).toBe("http://jhalak.example/video/set/9.sig/360.mp4");
  expect(addressOf(made({ at: "https://media.example/video/x/1.s/" }), "a.mp4")).toBe("https://media.example/video/x/1.s/a.mp4");
  for (const src of ["https://elsewhere.example/a.mp4", "//elsewhere.example/a.mp4", "../../other"]) {
    expect(addressOf(made(), src)).toBeUndefined();
  }
  expect(addressOf(made({ at: null }), "https://elsewhere.example/a.mp4")).toBeUndefined();
  expect(names(made({ at: null, renditions: [{ ...rung(240), src: "https://elsewhere.example/a.mp4" }] }))).toEqual([]);
});

test("a poster lies where its video lies", () => {
  const item = made({ placeholder: "AAAA", poster: { art: { topic: "food", seed: "i" }, src: "poster.webp", width: 720, height: 1280 } });
  expect(posterOf(item)).toMatchObject({ placeholder: "AAAA", variants: [{ src: "http://jhalak.example/video/set/9.sig/poster.webp", width: 720 }] });
  expect(posterOf(made()).variants).toBeUndefined();
});
