import { expect, test } from "vitest";
import { leadsTo, others } from "./notice.ts";
import type { Notice } from "./types.ts";

const notice = (kind: Notice["kind"], more: Partial<Notice> = {}): Notice => ({
  id: "1.1", kind, subject: "it", about: {}, people: [{ handle: "ravi", name: "" }], n: 1, at_ms: 1, read: false, ...more,
});

test("each leads to what it is about", () => {
  expect(leadsTo(notice("like", { subject: "clip" }))).toBe("v/clip");
  expect(leadsTo(notice("reply", { subject: "comment", about: { video: "clip" } }))).toBe("v/clip");
  expect(leadsTo(notice("follow"))).toBe("@ravi");
  expect(leadsTo(notice("follow", { people: [] }))).toBe("");
  expect(leadsTo(notice("follow_request"))).toBe("requests");
  expect(leadsTo(notice("part", { subject: "series", about: { video: "clip", title: "Pots" } }))).toBe("v/clip");
  expect(leadsTo(notice("strike", { n: 0, people: [] }))).toBe("standing");
  expect(leadsTo(notice("report_decided", { n: 0, people: [] }))).toBe("reports");
});

test("who is named is not counted among the others", () => {
  expect(others(notice("like", { n: 7, people: [{ handle: "a", name: "" }, { handle: "b", name: "" }] }))).toBe(6);
  expect(others(notice("like"))).toBe(0);
  expect(others(notice("strike", { n: 0, people: [] }))).toBe(0);
  expect(others(notice("part", { n: 3 }))).toBe(0);
});
