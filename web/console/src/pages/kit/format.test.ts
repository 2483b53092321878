import { expect, test } from "vitest";
import { csv } from "./Grid.svelte";
import { ago, hours, short, signed } from "./format";
import { scale } from "./scale";
import { overrideOf, said, type Field } from "../policy/types";
import { freeFrom, type Experiment } from "../experiments/types";
import { gone, moved, type Slot } from "../viewer/types";
import { rate } from "../learning/types";

test("figures have as many digits as tell something", () => {
  expect([12345, 123.4, 12.34, 1.234, 0.1234, 0.6, 0.00001234, 0].map(short)).toEqual(["12,345", "123", "12.3", "1.23", "0.123", "0.6", "0.000012", "0"]);
  expect([signed(1.5), signed(-1.5)]).toEqual(["+1.50", "-1.50"]);
  expect([ago(0, 30_000), ago(0, 7_200_000)]).toEqual(["30 s ago", "2 h ago"]);
  expect([hours(null), hours(0.5), hours(5), hours(100)]).toEqual(["never", "30 min", "5.0 h", "4 days"]);
});

test("a scale has ticks at round values, and maps its ends to its ends", () => {
  const x = scale(0, 0.43, 10, 110);
  expect([x(0), x(0.43)]).toEqual([10, 110]);
  expect(x.ticks.map((t) => t.toFixed(2))).toEqual(["0.00", "0.20", "0.40"]);
});

test("a table is exported so that no spreadsheet runs it", () => {
  const columns = [{ key: "a", label: "a" }, { key: "b", label: "b, c" }];
  expect(csv(columns, [{ a: "=1+1", b: -2 }, { a: 'say "hi"', b: null }])).toBe('a,"b, c"\r\n\'=1+1,-2\r\n"say ""hi""",\r\n');
});

test("an override names only what differs from the file", () => {
  const field = (name: string, group: "values" | "stages", file: number, now: number): Field => ({ name, group, file, now, doc: "", default: file, least: 0, most: 9 });
  const fields = [field("tap", "values", 1, 2), field("like", "values", 2, 2), field("exploration", "stages", 0.05, 0.05)];
  expect(overrideOf(fields, {})).toEqual({ values: { tap: 2 }, exploration: null, topic_fade: null, creator_fade: null });
  expect(said(overrideOf(fields, { tap: 1, exploration: 0.1 }))).toBe("exploration 0.1");
  expect(said(overrideOf(fields, { tap: 1 }))).toBe("as jhalak.toml has it");
});

test("a new experiment begins behind those that still run in its layer", () => {
  const one = (layer: string, at: number, share: number, state: string) => ({ state, settings: { layer, at, share } }) as Experiment;
  const all = [one("ranking", 0, 0.2, "runs"), one("ranking", 0.2, 0.3, "ended"), one("other", 0, 0.9, "runs")];
  expect([freeFrom(all, "ranking"), freeFrom(all, "new")]).toEqual([0.2, 0]);
});

test("what moved in a slate is said", () => {
  const slot = (item: string, position: number, was?: number | null) => ({ item, position, was }) as Slot;
  expect([slot("a", 1, 3), slot("b", 4, 2), slot("c", 5, 5), slot("d", 6, null)].map(moved)).toEqual(["↑ 2", "↓ 2", "=", "new"]);
  const slate = (...slots: Slot[]) => ({ slots }) as never;
  expect(gone({ now: slate(slot("a", 1), slot("b", 2)), changed: slate(slot("b", 1)) }).map((s) => s.item)).toEqual(["a"]);
});

test("a rate lies in its interval, which is within 0 and 1", () => {
  const none = rate({ name: "x", shown: 50, yes: { tap: 0 } }, "tap");
  expect([none.rate, none.low]).toEqual([0, 0]);
  expect(none.high).toBeCloseTo(0.0713, 3);
});
