import { expect, it } from "vitest";
import { dateText, durationText, preferred, timeText } from "./locale.ts";

it.each([
  ["hi", "7:42", "सोमवार, 23 नवंबर"], ["bn", "৭:৪২", "সোমবার ২৩ নভেম্বর"], ["pa", "7:42", "ਸੋਮਵਾਰ, 23 ਨਵੰਬਰ"],
  ["or", "7:42", "ସୋମବାର, 23 ନଭେମ୍ବର"], ["ur", "7:42", "پیر، 23 نومبر"], ["id", "19.42", "Senin, 23 November"],
])("clock and date are written as %s writes them", (code, time, date) => {
  const now = new Date(2026, 10, 23, 19, 42);
  expect([timeText(now, code), dateText(now, code)]).toEqual([time, date]);
});

it("a duration has the language's numerals", () => {
  expect([durationText(34, "en"), durationText(75.4, "bn")]).toEqual(["0:34", "১:১৫"]);
});

it("the browser's first language that Jhalak speaks is spoken", () => {
  expect([preferred(["fr", "ta-IN", "hi"]), preferred(["fr"])]).toEqual(["ta", "en"]);
});
