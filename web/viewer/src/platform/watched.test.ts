import { expect, test } from "vitest";
import { Watched } from "./watched.ts";

const play = (watch: Watched, from: number, to: number, length: number) => {
  for (let now = from; now <= to + 1e-9; now += 0.25) watch.tick(now, length);
};

test("what was played is told once, in parts", () => {
  const watch = new Watched();
  play(watch, 0, 3, 10);
  expect(watch.take()).toEqual({ spentMs: 3000, parts: [[0, 3000]], ended: false });
  expect(watch.take()).toBeNull();
});

test("played again it counts again, and it came to its end", () => {
  const watch = new Watched();
  play(watch, 0, 9.75, 10);
  play(watch, 0.1, 2.1, 10);
  expect(watch.take()).toEqual({ spentMs: 12_000, parts: [[0, 10_000], [100, 2100]], ended: true });
});

test("a short one that plays in a loop has ended", () => {
  const watch = new Watched();
  watch.tick(0.1, 0.5);
  watch.tick(0.4, 0.5);
  watch.tick(0.1, 0.5);
  expect(watch.take()).toMatchObject({ ended: true });
});

test("what was leapt over was not watched", () => {
  const watch = new Watched();
  play(watch, 0, 1, 60);
  play(watch, 40, 41, 60);
  expect(watch.take()).toEqual({ spentMs: 2000, parts: [[0, 1000], [40_000, 41_000]], ended: false });
});

test("nothing played is nothing to tell; of many parts the last are told", () => {
  const watch = new Watched();
  watch.tick(0, 10);
  expect(watch.take()).toBeNull();
  for (let n = 0; n < 40; n += 1) play(watch, n * 10, n * 10 + 1, 1000);
  const told = watch.take();
  expect([told?.parts.length, told?.spentMs]).toEqual([16, 40_000]);
});
