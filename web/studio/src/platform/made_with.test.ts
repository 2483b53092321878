import { expect, test } from "vitest";
import { namedIn } from "./made_with.ts";

test("the address names what a new video is made with", () => {
  expect(namedIn("new?duet=abc_-9")).toEqual({ kind: "duet", video: "abc_-9" });
  expect(namedIn("new?sound=x")).toEqual({ kind: "sound", video: "x" });
  expect(namedIn("new")).toBeNull();
  expect(namedIn("new?duet=")).toBeNull();
  expect(namedIn("new?copy=abc")).toBeNull();
  expect(namedIn("new?duet=../../me")).toBeNull();
});
