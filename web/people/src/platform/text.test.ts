import { expect, test } from "vitest";
import { leftOf, TEXT } from "./text.ts";

test("letters are counted as they are read, in any script", () => {
  expect(leftOf("")).toBe(TEXT);
  expect(leftOf("e\u0301")).toBe(TEXT - 1);
  expect(leftOf("😀👨‍👩‍👧")).toBe(TEXT - 2);
  expect(leftOf("हिन्दी தமிழ்")).toBe(TEXT - 6);
  expect(leftOf("a".repeat(41), 40)).toBe(-1);
});
