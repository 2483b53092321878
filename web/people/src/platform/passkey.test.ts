import { expect, test } from "vitest";
import { bytesOf, creationOf, requestOf, textOf } from "./passkey.ts";

test("bytes go as base64url and come back as they were", () => {
  for (const length of [0, 1, 2, 3, 32, 255]) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + 251) % 256);
    const text = textOf(bytes.buffer);
    expect(text).toMatch(/^[\w-]*$/);
    expect([...bytesOf(text)]).toEqual([...bytes]);
  }
});

test("options get bytes where browsers want them, and keep all else", () => {
  const made = creationOf({ challenge: "AQID", rp: { id: "example" }, user: { id: "BAU", name: "@asha" }, excludeCredentials: [{ id: "Bg", type: "public-key" }] });
  expect([...made.challenge as Uint8Array]).toEqual([1, 2, 3]);
  expect([...made.user.id as Uint8Array]).toEqual([4, 5]);
  expect(made.user.name).toBe("@asha");
  expect([...made.excludeCredentials?.[0]?.id as Uint8Array]).toEqual([6]);
  expect(requestOf({ challenge: "AQID", userVerification: "required" })).toMatchObject({ allowCredentials: [], userVerification: "required" });
});
