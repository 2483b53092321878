import { expect, test } from "vitest";
import { metadataOf, passing } from "./upload.svelte.ts";
import type { Sharing, Told } from "./types.ts";

const shared: Sharing = { audience: "followers", comments: "off", duet: true, stitch: false, sound: false };
const told: Told = { caption: "  An evening #ghat ", language: "hi", topic: "", ai: false, sensitive: true, rights: "own", cover_s: -1, shared, publish: "draft" };

test("what was answered is said as the server reads it, and the file's name is not", () => {
  expect(metadataOf(told)).toEqual({
    caption: "An evening #ghat", language: "hi", topic: "", ai: "no", sensitive: "yes", rights: "own",
    publish: "draft", audience: "followers", comments: "off", duet: "yes", stitch: "no", sound: "no",
  });
  expect(metadataOf({ ...told, made: { kind: "duet", video: "abc" } })).toMatchObject({ of_kind: "duet", of_video: "abc" });
  expect(metadataOf({ ...told, cover_s: 3.456 })).toMatchObject({ cover_s: "3.46" });
});

test("what may be different a moment later is tried again, what is refused is not", () => {
  expect([0, 423, 429, 460, 500, 503].map(passing)).toEqual(Array(6).fill(true));
  expect([400, 401, 403, 404, 410, 413, 415].map(passing)).toEqual(Array(7).fill(false));
});
