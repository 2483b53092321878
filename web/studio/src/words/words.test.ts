import { readdirSync, readFileSync } from "node:fs";
import { parse, type Token } from "@messageformat/parser";
import { describe, expect, test } from "vitest";
import { compiled } from "../../../build/words.ts";
import { CODES } from "../../../viewer/src/platform/locale.ts";

const folder = new URL("./messages/", import.meta.url);
const codes = readdirSync(folder).map((name) => name.slice(0, -5));
const catalogue = (code: string) => JSON.parse(readFileSync(new URL(`${code}.json`, folder), "utf8")) as Record<string, string>;
const english = catalogue("en");

const places = (tokens: readonly Token[]): Set<string> => new Set(tokens.flatMap((token) => {
  if (token.type === "argument") return [token.arg];
  if (token.type !== "plural" && token.type !== "select") return [];
  return [token.arg, ...token.cases.flatMap((one) => [...places(one.tokens)])];
}));

test("only languages of Jhalak have a catalogue", () => {
  expect(codes.filter((code) => !CODES.includes(code))).toEqual([]);
});

describe.each(codes.map((code) => [code]))("the studio's catalogue %s", (code) => {
  const own = catalogue(code);

  test("has every text, with the places of the English one", () => {
    expect(Object.keys(own)).toEqual(Object.keys(english));
    for (const [key, text] of Object.entries(own)) {
      expect([key, places(parse(text))]).toEqual([key, places(parse(english[key] as string))]);
    }
  });

  test("is composed and tidy, and compiles", () => {
    for (const [key, text] of Object.entries(own)) {
      expect([key, text]).toEqual([key, text.normalize("NFC").trim()]);
      expect(`${key} ${text}`).not.toMatch(/ {2}|['"<>]|\ufffd/);
    }
    expect(() => new Function(`return {${compiled(own)}}`)()).not.toThrow();
  });
});
