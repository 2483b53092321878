import { expect, test } from "vitest";
import { leftOf, TEXT } from "./text.ts";

test("letters are counted as they are sent: composed, and each picture once for each of its parts", () => {
  expect(leftOf("")).toBe(TEXT);
  expect(leftOf("e\u0301")).toBe(TEXT - 1);
  expect(leftOf("😀")).toBe(TEXT - 1);
  expect(leftOf("क्षि")).toBe(TEXT - 4);
});
