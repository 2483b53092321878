import { expect, test } from "vitest";
import { catalogueIn, catalogueSuite } from "../../../shared/words/suite.ts";
import { CODES } from "../../../viewer/src/platform/locale.ts";
import { BORROWED } from "./borrowed.ts";

const folder = new URL("./messages/", import.meta.url);
catalogueSuite(folder, CODES, ["passkey", "remix_duet", "remix_stitch"]);

test("what is borrowed is there, and nothing is said twice", () => {
  const theirs = Object.keys(catalogueIn(new URL("../../../viewer/src/words/messages/", import.meta.url), "en"));
  expect(BORROWED.filter((key) => !theirs.includes(key))).toEqual([]);
  expect(Object.keys(catalogueIn(folder, "en")).filter((key) => (BORROWED as readonly string[]).includes(key))).toEqual([]);
});

test("what reused parts of the viewer's app say is borrowed", () => {
  expect(BORROWED).toContain("close"); // its sheet
});
