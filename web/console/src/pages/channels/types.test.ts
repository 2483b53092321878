import { expect, test } from "vitest";
import { bodyOf, draftOf, EMPTY, list, total, type Channel } from "./types";

const FOOD: Channel = {
  id: "food", names: { en: "Food", hi: "खाना" }, topics: ["food"], hashtags: ["recipe", "रेसिपी"], languages: [], picked: ["a b"].flatMap((x) => x.split(" ")),
  left_out: [], hidden: false, changed: false, ships: true, items: { en: 3, hi: 4 }, newest: [],
};

test("a draft of a channel says the same again", () => {
  expect(bodyOf(draftOf(FOOD), "no change")).toEqual({
    names: FOOD.names, topics: ["food"], hashtags: ["#recipe", "#रेसिपी"], languages: [], picked: ["a", "b"], left_out: [], hidden: false, why: "no change",
  });
});

test("what was not filled in is not sent as a name", () => {
  expect(bodyOf({ ...EMPTY, names: { en: "X", hi: " " } }, "new").names).toEqual({ en: "X" });
});

test("lists are typed as one likes, and items are counted over languages", () => {
  expect(list(" a, b\nc  ")).toEqual(["a", "b", "c"]);
  expect(total(FOOD)).toBe(7);
});
