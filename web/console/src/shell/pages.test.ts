import { expect, test } from "vitest";
import { PAGES, may, pageOf, pagesOf } from "./pages";

test("a role opens what its lower roles open, and what is its own", () => {
  expect(may("editor", "moderator")).toBe(true);
  expect(may("observer", "moderator")).toBe(false);
  expect(pagesOf("observer").map((page) => page.key)).not.toContain("viewer");
  expect(pagesOf("moderator").map((page) => page.key)).toEqual(PAGES.map((page) => page.key));
});

test("an address that names no page one may open is the first page", () => {
  const open = pagesOf("observer");
  expect(pageOf("#policy", open).key).toBe("policy");
  expect(pageOf("#/policy/7", open).key).toBe("policy");
  for (const hash of ["", "#", "#viewer", "#nothing"]) expect(pageOf(hash, open)).toBe(open[0]);
});
