import { expect, test } from "vitest";
import { query } from "./types";

test("only what was chosen is asked for, spelt for an address", () => {
  expect(query({ language: "", topic: "games", words: "a & b", page: 0 })).toBe("topic=games&words=a+%26+b");
});
