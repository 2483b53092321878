import { expect, test } from "vitest";
import { agoOf } from "./ago.ts";

test("what is young is told by its age, what is old by its date", () => {
  expect(agoOf(-5000)).toEqual({ unit: "now" }); // its clock is ahead of ours
  expect(agoOf(59_999)).toEqual({ unit: "now" });
  expect(agoOf(60_000)).toEqual({ unit: "minutes", n: 1 });
  expect(agoOf(3_599_999)).toEqual({ unit: "minutes", n: 59 });
  expect(agoOf(5 * 3_600_000)).toEqual({ unit: "hours", n: 5 });
  expect(agoOf(6 * 86_400_000)).toEqual({ unit: "days", n: 6 });
  expect(agoOf(7 * 86_400_000)).toEqual({ unit: "date" });
});
