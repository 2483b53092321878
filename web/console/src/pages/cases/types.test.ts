import { expect, test } from "vitest";
import { likely, told, urgency, type Case, type Queue } from "./types";

const made = (fields: Partial<Case>): Case => ({
  id: "a", kind: "comment", target: "c", language: "hi", why: "hate 2\nspam 1", opened_ms: 0, due_ms: 100, may: true,
  said: false, others_said: 0, notes: [], of: null, shown: { text: "", language: "und", video: "" }, account: null,
  history: [], ...fields,
});
const queue = (now_ms: number): Queue => ({ now_ms, due_soon_ms: 20, languages: [], cases: [] });

test("codes are told in words, with how many said so", () => {
  expect(told("child_safety 1")).toBe("a child is not safe, 1 report");
  expect(told("hate 2")).toBe("hate, 2 reports");
  expect(told("new_code")).toBe("new code");
});

test("the likely reason is the one that was said most; an appeal has none", () => {
  expect(likely(made({}))).toBe("hate");
  expect(likely(made({ kind: "appeal", why: "it was a joke" }))).toBe("");
});

test("what is late or soon due stands out", () => {
  expect(urgency(made({}), queue(79))).toBe("");
  expect(urgency(made({}), queue(80))).toBe("soon");
  expect(urgency(made({}), queue(100))).toBe("overdue");
});
