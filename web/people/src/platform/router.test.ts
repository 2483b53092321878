import { expect, test } from "vitest";
import { addressOf, pathOf } from "./router.svelte.ts";

test("an address names a page, and the page its address", () => {
  for (const path of ["", "@asha.films", "v/0f3a", "sessions"]) expect(pathOf(addressOf(path))).toBe(path);
  expect(addressOf("@asha")).toBe("/people/@asha");
});

test("an address that is none of ours, or broken, is taken for what it says", () => {
  expect(pathOf("/")).toBe("");
  expect(pathOf("/people/%E0%A4")).toBe("%E0%A4");
  expect(pathOf("/people//v//ID/")).toBe("v/ID");
});
