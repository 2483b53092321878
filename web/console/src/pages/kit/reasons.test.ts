import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CODES as cases } from "../cases/types.ts";
import { CODES as reviews } from "../reviews/types.ts";
import { counted, REASONS } from "./reasons.ts";

test("they are the codes that the server takes", () => {
  const source = readFileSync(new URL("../../../../../jhalak/trust/reasons.py", import.meta.url), "utf8");
  const [, list = ""] = /CODES: Final = \(([^)]*)\)/.exec(source) ?? [];
  expect(Object.keys(REASONS)).toEqual([...list.matchAll(/"(\w+)"/g)].map(([, code]) => code));
});

test("each page offers a code once, and cases all of them", () => {
  for (const offered of [cases, reviews]) expect(new Set(offered.map(([code]) => code)).size).toBe(offered.length);
  expect(cases.map(([code]) => code).sort()).toEqual(Object.keys(REASONS).sort());
});

test("a line is told with how many said so", () => {
  expect([counted("hate 1"), counted("false 3"), counted("self_harm"), counted("flat", { flat: "too plain" })])
    .toEqual(["hate, 1 report", "false, may do harm, 3 reports", "self-harm", "too plain"]);
});
