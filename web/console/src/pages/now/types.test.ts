import { expect, test } from "vitest";
import { BUCKET_MS, buckets, kept, personal, together, WINDOW_MS, type Sample } from "./types";

const sample = (at_ms: number, more: Partial<Sample> = {}): Sample => ({
  at_ms, span_s: 1, feeds: 10, cpu_ms: 2, events: 4, rejected: 0, failures: 0,
  levels: { full: 8, popular: 2 }, parts: { sources: 1 }, silent_s: 0.2, ...more,
});

test("what is of a slate weighs by slates, what is of a second by seconds", () => {
  const both = together([sample(1000), sample(4000, { span_s: 3, feeds: 0, cpu_ms: null, levels: {}, parts: {}, events: 0 })]);
  expect(both).toMatchObject({ at_ms: 4000, span_s: 4, feeds: 2.5, events: 1, cpu_ms: 2, parts: { sources: 1 }, levels: { full: 2, popular: 0.5 } });
  expect(together([])).toBeNull();
});

test("seconds of one bucket are one point, and nothing stands where nothing was", () => {
  const points = buckets([sample(0), sample(1000), sample(3 * BUCKET_MS)]);
  expect(points.map((one) => [one.at_ms, one.span_s])).toEqual([[1000, 2], [3 * BUCKET_MS, 1]]);
});

test("a quarter of an hour is kept", () => {
  expect(kept([sample(0), sample(1), sample(WINDOW_MS)]).map((one) => one.at_ms)).toEqual([1, WINDOW_MS]);
});

test("the personal share is of all that was answered", () => {
  expect(personal(sample(0))).toBe(0.8);
  expect(personal(sample(0, { levels: {} }))).toBeNull();
});
