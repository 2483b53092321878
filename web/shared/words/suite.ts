/** What every application's message catalogues must be; each application's test calls it. */

import { readdirSync, readFileSync } from "node:fs";
import { parse, type Token } from "@messageformat/parser";
import { describe, expect, test } from "vitest";
import { compiled } from "../../build/words.ts";

export type Catalogue = Record<string, string>;

export const catalogueIn = (folder: URL, code: string): Catalogue =>
  JSON.parse(readFileSync(new URL(`${code}.json`, folder), "utf8")) as Catalogue;

/** The places of a message, those inside of plurals too. */
const places = (tokens: readonly Token[]): Set<string> => new Set(tokens.flatMap((token) => {
  if (token.type === "argument") return [token.arg];
  if (token.type !== "plural" && token.type !== "select") return [];
  return [token.arg, ...token.cases.flatMap((one) => [...places(one.tokens)])];
}));

/** `codes`: the languages that there are to be; `same`: texts that another language may share with English. */
export function catalogueSuite(folder: URL, codes: readonly string[], same: readonly string[]): void {
  const english = catalogueIn(folder, "en");

  test("there is a catalogue for each language and no other", () => {
    expect(readdirSync(folder).sort()).toEqual(codes.map((code) => `${code}.json`).sort());
  });

  describe.each(codes.map((code) => [code]))("the catalogue %s", (code) => {
    const own = catalogueIn(folder, code);

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

    test.skipIf(code === "en")("does not repeat English", () => {
      const repeated = Object.keys(own).filter((key) => own[key] === english[key] && /[a-z]{4}/i.test(english[key] as string));
      expect(repeated.filter((key) => !same.includes(key))).toEqual([]);
    });
  });
}
