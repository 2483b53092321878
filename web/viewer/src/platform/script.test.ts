import { expect, test } from "vitest";
import { LANGUAGES } from "./locale.ts";
import { scriptOf } from "./script.ts";

test("each language's own name tells the type that it needs", () => {
  const shares: Record<string, string> = { mr: "hi", id: "en" };
  for (const { code, name } of LANGUAGES) expect([code, scriptOf(name)]).toEqual([code, shares[code] ?? code]);
  expect([scriptOf("12: ₹ হ্যাঁ"), scriptOf("12"), scriptOf("")]).toEqual(["bn", undefined, undefined]);
});
