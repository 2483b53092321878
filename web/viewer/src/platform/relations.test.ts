import { describe, expect, it } from "vitest";
import { Trouble } from "./client.ts";
import { Relations } from "./relations.svelte.ts";

const card = { item: "i/1", topic: "sport", publisher: "A & B" };

/** Relations over a server that writes down what it is asked, and fails as it is told. */
function world() {
  const asked: string[] = [];
  const failing: { now: Trouble | null } = { now: null };
  const relations = new Relations(async (method, path) => {
    if (failing.now) throw failing.now;
    asked.push(`${method} ${path}`);
  });
  return { asked, failing, relations };
}

describe("what the viewer says", () => {
  it("holds at once and reaches the server with its slot; undone it is gone", async () => {
    const { asked, relations } = world();
    await relations.set("hides", "creator", "A & B", true, "slot1");
    expect(relations.hides(card)).toBe(true);
    await relations.set("hides", "creator", "A & B", false, "slot1");
    expect(relations.hides(card)).toBe(false);
    expect(asked).toEqual(["PUT /v1/me/hides/creator/A%20%26%20B?slot=slot1", "DELETE /v1/me/hides/creator/A%20%26%20B?slot=slot1"]);
  });

  it("waits without a connection; only the last word is sent", async () => {
    const { asked, failing, relations } = world();
    failing.now = new Trouble("offline");
    await relations.set("hides", "topic", "sport", true);
    await relations.set("likes", "item", "i/1", true);
    await relations.set("hides", "topic", "sport", false);
    expect(relations.hides(card)).toBe(false);
    failing.now = null;
    await relations.flush();
    expect(asked).toEqual(["PUT /v1/me/likes/item/i%2F1", "DELETE /v1/me/hides/topic/sport"]);
    await relations.flush();
    expect(asked).toHaveLength(2);
  });

  it("does not ask again for what the server will never take, and takes over what it knows", async () => {
    const { asked, failing, relations } = world();
    failing.now = new Trouble("trouble", 404);
    await relations.set("saves", "item", "gone", true);
    failing.now = null;
    await relations.flush();
    expect(asked).toEqual([]);
    await relations.learn([{ verb: "blocks", kind: "item", id: "i/1" }], relations.changes);
    expect([relations.hides(card), relations.has("saves", "item", "gone")]).toEqual([true, false]);
  });

  it("keeps what was said while the server was asked", async () => {
    const { relations } = world();
    await relations.set("likes", "item", "old", true);
    await relations.set("follows", "channel", "comedy", true);
    const { changes } = relations; // asked now; the answer comes when more was said, and sent
    const answer = [{ verb: "likes", kind: "item", id: "old" }, { verb: "follows", kind: "channel", id: "comedy" }, { verb: "saves", kind: "item", id: "brief" }] as const;
    await relations.set("likes", "item", "new", true);
    await relations.set("follows", "channel", "comedy", false);
    await relations.set("saves", "item", "brief", true);
    await relations.set("saves", "item", "brief", false);
    await relations.learn(answer, changes);
    expect([relations.has("likes", "item", "old"), relations.has("likes", "item", "new")]).toEqual([true, true]);
    expect([relations.has("follows", "channel", "comedy"), relations.has("saves", "item", "brief")]).toEqual([false, false]);
    await relations.learn([], relations.changes);
    expect(relations.has("likes", "item", "new")).toBe(false);
  });
});
