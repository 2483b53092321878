import { describe, expect, it } from "vitest";
import { dueText, fieldOf, lastOf, LATEST_MS, leftText, spanText, timeOf } from "./when.ts";

const NOW = Date.UTC(2026, 10, 29, 13, 0);

describe("when a video is to be seen", () => {
  it("goes through a field unchanged, to the minute", () => {
    const at = new Date(NOW + 3_600_000);
    expect(timeOf(fieldOf(at), NOW)).toBe(at.toISOString());
  });
  it("is at least a minute ahead and at most 90 days", () => {
    expect(timeOf(fieldOf(new Date(NOW)), NOW)).toBe("");
    expect(timeOf(fieldOf(new Date(NOW + 60_000)), NOW)).not.toBe("");
    expect(timeOf(fieldOf(new Date(NOW + LATEST_MS)), NOW)).not.toBe("");
    expect(timeOf(fieldOf(new Date(NOW + LATEST_MS + 60_000)), NOW)).toBe("");
    expect(timeOf("", NOW)).toBe("");
  });
  it("is told in the greatest unit of which there are two", () => {
    expect(leftText(5 * 60_000, "en")).toBe("in 5 minutes");
    expect(leftText(90 * 60_000, "en")).toBe("in 90 minutes");
    expect(leftText(3 * 3_600_000, "en")).toBe("in 3 hours");
    expect(leftText(3 * 86_400_000, "en")).toBe("in 3 days");
    expect(leftText(-5, "en")).toBe("in 1 minute");
  });
  it("is told in languages whose times a browser leaves out", () => {
    expect(leftText(3 * 3_600_000, "pa")).toBe("3 ਘੰਟੇ ਬਾਅਦ");
    expect(leftText(3 * 86_400_000, "or")).toBe("3 ଦିନ ପରେ");
    expect(spanText(3600, "pa")).toBe("1 ਘੰਟਾ");
    expect(dueText(new Date(2026, 11, 5, 18, 30), "or")).toBe("ଶନିବାର, 5 ଡିସେମ୍ବର, 18:30");
  });
});


describe("several", () => {
  it("are told how far apart, and when the last is due", () => {
    expect([1800, 3600, 86_400, 7 * 86_400].map((seconds) => spanText(seconds, "en"))).toEqual(["30 minutes", "1 hour", "1 day", "7 days"]);
    const first = new Date(NOW + 60_000).toISOString();
    expect(lastOf(first, 3, 3600, NOW)).toBe(NOW + 60_000 + 7_200_000);
    expect(lastOf(first, 1, 86_400, NOW)).toBe(NOW + 60_000);
    expect(lastOf(first, 92, 86_400, NOW)).toBe(0);
    expect(lastOf("", 1, 0, NOW)).toBe(0);
  });
});
