import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FACES, spelled } from "../../../build/font_table.ts";
import { LANGUAGES } from "../platform/locale.ts";

const SCRIPTS: Record<string, string> = {
  hi: "Devanagari", mr: "Devanagari", bn: "Bengali", ta: "Tamil", te: "Telugu", gu: "Gujarati", kn: "Kannada",
  ml: "Malayalam", pa: "Gurmukhi", or: "Oriya",
};
const facesOf = (code: string) => FACES.filter(({ name }) => name === "Noto Sans"
  || name === (code === "ur" ? "Noto Nastaliq Urdu" : `Noto Sans ${SCRIPTS[code]}`));

/** Marks of direction, for which no face has or needs a letter. */
const UNDRAWN = /[\u2066-\u2069]/;

describe.each(LANGUAGES.map(({ code }) => [code]))("the fonts of %s", (code) => {
  test("have every letter of its catalogue", () => {
    const path = new URL(`../words/messages/${code}.json`, import.meta.url);
    const drawn = new Set(facesOf(code).map(({ text }) => text).join(""));
    const texts = Object.values(JSON.parse(readFileSync(path, "utf8")) as Record<string, string>).join("");
    expect([...new Set(texts)].filter((letter) => !drawn.has(letter) && !UNDRAWN.test(letter))).toEqual([]);
  });
});

test("ranges are spelled as CSS reads them", () => {
  expect(spelled("dcba z")).toBe("U+20, U+61-64, U+7A");
});
