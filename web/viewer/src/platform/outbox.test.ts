import { beforeEach, describe, expect, it, vi } from "vitest";
import { Trouble } from "./client.ts";
import { BATCH, KEPT, Outbox, PAUSE_MS, type OutboxWorld } from "./outbox.ts";
import { MemoryStorage } from "./storage.ts";
import type { ViewerEvent } from "./types.ts";

const NOW = Date.parse("2026-11-23T18:00:00Z");

/** A server that knows each id once, and fails as it is told. */
class Server {
  got: ViewerEvent[] = [];
  requests = 0;
  failing: Trouble | null = null;
  /** The answer is lost after the server has it. */
  deaf = false;

  readonly send = async (events: ViewerEvent[]): Promise<void> => {
    this.requests += 1;
    if (this.failing) throw this.failing;
    const known = new Set(this.got.map(({ id }) => id));
    this.got.push(...events.filter(({ id }) => !known.has(id)));
    if (this.deaf) throw new Trouble("offline");
  };
}

let server: Server;
let storage: MemoryStorage;
let ids: number;
let awake: boolean;

function outbox(): Outbox {
  const world: OutboxWorld = {
    storage: Promise.resolve(storage), send: server.send, clock: () => Date.now(), id: () => `id${ids++}`, awake: () => awake,
  };
  return new Outbox(world);
}
const waiting = async () => (await storage.list("events")).length;
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  [server, storage, ids, awake] = [new Server(), new MemoryStorage(), 0, true];
});

describe("the queue of events", () => {
  it("sends what happened in one burst, in order, when nothing more happens", async () => {
    const queue = outbox();
    for (const slot of ["a", "b", "c"]) {
      queue.add(slot, "impression");
      await vi.advanceTimersByTimeAsync(PAUSE_MS - 1);
    }
    expect(server.requests).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(server.requests).toBe(1);
    expect(server.got.map(({ slot }) => slot)).toEqual(["a", "b", "c"]);
    expect(server.got[0]).toEqual({ id: "id0", slot: "a", type: "impression", at: "2026-11-23T18:00:00.000Z" });
    expect(await waiting()).toBe(0);
  });

  it("survives a restart, and an event whose answer was lost is the same event again", async () => {
    const first = outbox();
    first.add("a", "dwell", 1200);
    server.deaf = true;
    await expect(first.flush()).rejects.toThrow(Trouble);
    server.deaf = false;
    await outbox().flush();
    expect(server.requests).toBe(2);
    expect(server.got).toHaveLength(1);
    expect(await waiting()).toBe(0);
  });

  it("keeps everything while there is no connection, the newest when there is no more room", async () => {
    const queue = outbox();
    server.failing = new Trouble("offline");
    for (let n = 0; n < KEPT + 5; n += 1) {
      vi.setSystemTime(NOW + n);
      queue.add(`s${n}`, "impression");
    }
    await settle();
    await expect(queue.flush()).rejects.toThrow(Trouble);
    server.failing = null;
    await queue.flush();
    expect(server.got).toHaveLength(KEPT);
    expect(server.got.at(-1)?.slot).toBe(`s${KEPT + 4}`);
    expect(server.requests).toBe(1 + KEPT / BATCH);
  });

  it("drops a batch that is refused for good and goes on with the next", async () => {
    const queue = outbox();
    queue.add("bad", "impression");
    await settle();
    server.failing = new Trouble("trouble", 400);
    await queue.flush();
    server.failing = null;
    queue.add("good", "impression");
    await settle();
    await queue.flush();
    expect(server.got.map(({ slot }) => slot)).toEqual(["good"]);
  });

  it("comes again after Retry-After, and not for a viewer whom the server does not know", async () => {
    const queue = outbox();
    queue.add("a", "tap");
    await settle();
    server.failing = new Trouble("trouble", 503, 30);
    await expect(queue.flush()).rejects.toThrow();
    server.failing = null;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(server.got).toHaveLength(1);
    queue.add("b", "tap");
    await settle();
    server.failing = new Trouble("gone", 401);
    await expect(queue.flush()).rejects.toThrow();
    expect(await waiting()).toBe(1);
  });

  it("leaves at once with the page, and never counts twice what the next start sends too", async () => {
    const queue = outbox();
    queue.add("a", "impression");
    server.deaf = true; // the page is gone before the answer comes
    queue.farewell();
    await settle();
    server.deaf = false;
    await outbox().flush();
    expect(server.got).toHaveLength(1);
  });

  it("sets no timer while nobody looks", async () => {
    awake = false;
    outbox().add("a", "impression");
    await settle();
    expect(vi.getTimerCount()).toBe(0);
    awake = true;
    const queue = outbox();
    queue.add("b", "impression");
    queue.farewell();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("sends nothing in the name of a viewer who is gone", async () => {
    const queue = outbox();
    queue.add("a", "impression");
    queue.close();
    queue.add("b", "impression");
    await queue.flush();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.requests).toBe(0);
  });
});
