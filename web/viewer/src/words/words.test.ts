import { expect, test } from "vitest";
import { compiled } from "../../../build/words.ts";
import { catalogueIn, catalogueSuite } from "../../../shared/words/suite.ts";
import { CODES } from "../platform/locale.ts";
import { isolated, toolsFor, type Message } from "./tools.ts";

catalogueSuite(new URL("./messages/", import.meta.url), CODES, ["report_spam", "fontsNote", "video"]);

const run = (code: string, text: string, values: Record<string, string | number>): string => {
  // The compiler's own output, from texts that stand in the test.
  const message = new Function(`return {${compiled({ text })}}.text`)() as Message;
  return typeof message === "string" ? message : message(values, toolsFor(code));
};

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

test("in Urdu a number stays before its Latin unit", () => {
  const urdu = catalogueIn(new URL("./messages/", import.meta.url), "ur");
  const apart = Object.entries(urdu).filter(([, text]) => /\sMB/.test(text.replace(/\u2066[^\u2069]*\sMB\u2069/g, "")));
  expect(apart).toEqual([]);
  expect(run("ur", urdu["megabytes"] as string, { mb: "5" })).toMatch(/^\u20665\sMB\u2069$/);
});

test("what is no message is named with its key", () => {
  expect(() => compiled({ broken: "{oops" })).toThrow(/broken/);
});
