import { expect, test } from "vitest";
import { likely, reasons, said, waited, type Review } from "./types";

test("codes are told in words, those of reports with their number", () => {
  expect(said("sexual")).toBe("sexual");
  expect(said("hate 1")).toBe("hate, 1 report");
  expect(said("child_safety 12")).toBe("a child is not safe, 12 reports");
  expect(said("copy:abcDEF")).toBe("looks like another video");
  expect(said("caption:self_harm")).toBe("caption: self harm");
  expect(said("caption:unchecked")).toBe("caption was not checked");
  expect(said("what_is_new")).toBe("what is new");
});

test("a refusal names the first doubt, an appeal none", () => {
  const review = { kind: "report", why: "hate 2\nspam 1" } as Review;
  expect(reasons(review.why)).toEqual(["hate 2", "spam 1"]);
  expect(likely(review)).toBe("hate");
  expect(likely({ ...review, kind: "gate", why: "" })).toBe("");
  expect(likely({ ...review, kind: "appeal", why: "it is a dance" })).toBe("");
});

test("a wait is told in the largest unit that tells something", () => {
  expect([5_000, 600_000, 7_200_000, 400_000_000].map(waited)).toEqual(["5 s", "10 min", "2 h", "5 days"]);
});
