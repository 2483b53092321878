import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call, Trouble } from "./client.ts";
import { load, save } from "./storage.ts";
import { lookUnread, UNREAD, unread } from "./unread.svelte.ts";

vi.mock("./client.ts", { spy: true });
const ask = vi.mocked(call);

async function looked(minute: number): Promise<number | undefined> {
  vi.setSystemTime(60_000 * minute);
  await lookUnread();
  await vi.runAllTimersAsync();
  return unread();
}

describe("what was not read", () => {
  beforeEach(async () => {
    vi.useFakeTimers();
    ask.mockReset();
    await save(UNREAD, undefined);
  });
  afterEach(() => { vi.useRealTimers(); });

  it("is not asked for where nobody signed in", async () => {
    expect(await looked(1)).toBeUndefined();
    expect(ask).not.toHaveBeenCalled();
  });

  it("is known at once, asked for once a minute, and kept", async () => {
    await save(UNREAD, 2);
    const shown: (number | undefined)[] = [];
    ask.mockImplementation(() => {
      shown.push(unread());
      return Promise.resolve({ unread: 3 });
    });
    expect([await looked(2), await load(UNREAD), shown]).toEqual([3, 3, [2]]);
    await save(UNREAD, 0); // they were read in the people's application
    expect(await looked(2.9)).toBe(0);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(await looked(3.1)).toBe(3);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it("stays as it was without an answer, and ends with the session", async () => {
    await save(UNREAD, 2);
    ask.mockRejectedValueOnce(new Trouble("offline")).mockRejectedValueOnce(new Trouble("gone", 401));
    expect(await looked(5)).toBe(2);
    expect(await looked(6)).toBeUndefined();
    expect(await load(UNREAD)).toBeUndefined();
  });
});
