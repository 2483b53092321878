import { expect, test, vi } from "vitest";
import { changeMany } from "./many.ts";
import { session } from "./session.svelte.ts";

test("more than a hundred are scheduled apart as if asked for at once", async () => {
  const call = vi.spyOn(session, "call").mockResolvedValue({ results: [] });
  const ids = Array.from({ length: 150 }, (_, at) => String(at));
  await changeMany(ids, { publish: "2026-12-01T10:00:00.000Z" }, 3600);
  const bodies = call.mock.calls.map(([, , body]) => body as { ids: string[]; changes: { publish: string }; every_s: number });
  expect(bodies.map(({ ids: part, changes, every_s }) => [part.length, changes.publish, every_s])).toEqual([
    [100, "2026-12-01T10:00:00.000Z", 3600], [50, "2026-12-05T14:00:00.000Z", 3600],
  ]);
});
