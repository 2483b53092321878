import { expect, test } from "vitest";
import { byHour, languageName, line, meanSeconds, type Numbers } from "./figures.ts";

const part = (name: string) => ({ name, viewers: 50 });

test("hours stand in their order, others last", () => {
  expect(byHour([part("others"), part("21"), part("9")]).map(({ name }) => name)).toEqual(["9", "21", "others"]);
});

test("what may not be told is told as nothing, not as 0", () => {
  const numbers = { watch_ms: 120_000, players: 50 } as Numbers;
  expect(meanSeconds(numbers)).toBe(2.4);
  expect(meanSeconds({ ...numbers, watch_ms: null })).toBe(null);
  expect(meanSeconds({ ...numbers, players: null })).toBe(null);
});

test("a curve begins at the left and ends at the right, its most at the top", () => {
  expect(line([100, 50, null], 100, 200, 40)).toBe("0,0 100,20 200,40");
  expect(line([100], 100, 200, 40)).toBe("");
});

test("languages are named in the reader’s", () => {
  expect([languageName("hi", "en"), languageName("ta", "hi")]).toEqual(["Hindi", "तमिल"]);
});
