import { readdirSync, readFileSync } from "node:fs";
import { parse, type Token } from "@messageformat/parser";
import { describe, expect, test } from "vitest";
import { compiled } from "../../../build/words.ts";
import { CODES } from "../platform/locale.ts";
import { isolated, toolsFor, type Message } from "./tools.ts";

const folder = new URL("./messages/", import.meta.url);
const catalogue = (code: string) => JSON.parse(readFileSync(new URL(`${code}.json`, folder), "utf8")) as Record<string, string>;
const english = catalogue("en");

/** The places of a message, those inside of plurals too. */
const places = (tokens: readonly Token[]): Set<string> => new Set(tokens.flatMap((token) => {
  if (token.type === "argument") return [token.arg];
  if (token.type !== "plural" && token.type !== "select") return [];
  return [token.arg, ...token.cases.flatMap((one) => [...places(one.tokens)])];
}));

const run = (code: string, text: string, values: Record<string, string | number>): string => {
  // The compiler's own output, from texts that stand in the test.
  const message = new Function(`return {${compiled({ text })}}.text`)() as Message;
  return typeof message === "string" ? message : message(values, toolsFor(code));
};

test("there is a catalogue for each language and no other", () => {
  expect(readdirSync(folder).sort()).toEqual(CODES.map((code) => `${code}.json`).sort());
});

describe.each(CODES.map((code) => [code]))("the catalogue %s", (code) => {
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

  test.skipIf(code === "en")("does not repeat English", () => {
    const same = Object.keys(own).filter((key) => own[key] === english[key] && /[a-z]{4}/i.test(english[key] as string));
    expect(same.filter((key) => !["report_spam", "fontsNote", "video"].includes(key))).toEqual([]);
  });
});

test("counts follow the language's plurals and digits", () => {
  const text = "{n, plural, =0 {none} one {# card} other {# cards}}";
  expect([0, 1, 2].map((n) => run("en", text, { n }))).toEqual(["none", "1 card", "2 cards"]);
  expect(run("bn", "{n, plural, one {#টি} other {#টি}}", { n: 12 })).toBe("১২টি");
  expect(run("mr", "{n, plural, other {# मि}}", { n: 1.5 })).toBe("१.५ मि");
});

test("a name of the other direction stands apart, and cannot turn the sentence", () => {
  expect(run("en", "Less {topic} now", { topic: "اردو" })).toBe("Less \u2068اردو\u2069 now");
  expect(run("ur", "اب {topic} کم", { topic: "Sky TV" })).toBe("اب \u2068Sky TV\u2069 کم");
  expect(run("ur", "اب {topic} کم", { topic: "کھیل" })).toBe("اب کھیل کم");
  expect(isolated("\u202eevil", "ltr")).toBe("\u2068evil\u2069");
});

test("what is no message is named with its key", () => {
  expect(() => compiled({ broken: "{oops" })).toThrow(/broken/);
});
