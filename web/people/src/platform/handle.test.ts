import { expect, test } from "vitest";
import { handleOf } from "./handle.ts";

test("a handle is found in what somebody wrote", () => {
  expect(["@Asha.Films ", "asha.films", " ASHA.films"].map(handleOf)).toEqual(Array(3).fill("asha.films"));
});
