import { afterEach, expect, test, vi } from "vitest";
import { refusal, session } from "./session.svelte";

const answers = (status: number, body: unknown = {}, headers: Record<string, string> = {}): void => {
  vi.stubGlobal("fetch", vi.fn(async () => new Response(JSON.stringify(body), { status, headers })));
};

afterEach(() => {
  vi.unstubAllGlobals();
});

test("why nobody was signed in is told in words", async () => {
  const said = (status: number, body: unknown, headers = {}): Promise<string> => refusal(new Response(JSON.stringify(body), { status, headers }));
  expect(await said(401, {})).toBe("The name or the password is not right.");
  expect(await said(429, {}, { "retry-after": "841" })).toBe("Too many failed tries. Try again in 15 min.");
  expect(await said(503, {})).toBe("The server is busy. Try again in a moment.");
  expect(await said(507, { detail: "nothing can be stored now" })).toBe("nothing can be stored now");
});

test("one is signed in until one signs out and the server says so", async () => {
  const asha = { name: "asha", role: "editor", ends: "2026-11-23T18:47:00Z" };
  answers(200, asha);
  expect(await session.signIn("asha", "a few plain words")).toBe("");
  expect(session.operator).toEqual(asha);
  vi.stubGlobal("fetch", vi.fn(() => Promise.reject(new TypeError())));
  expect(await session.signOut()).toBe(false);
  expect(session.operator).toEqual(asha);
  expect(await session.signIn("asha", "x")).toMatch("does not answer");
  answers(200, null);
  expect(await session.signOut()).toBe(true);
  expect([session.operator, session.ended]).toEqual([null, false]);
});

test("a session that ended by itself is said to have ended, until the next one", async () => {
  answers(200, { name: "asha", role: "editor" });
  await session.signIn("asha", "a few plain words");
  session.over();
  expect([session.operator, session.ended]).toEqual([null, true]);
  await session.signIn("asha", "a few plain words");
  expect(session.ended).toBe(false);
});
