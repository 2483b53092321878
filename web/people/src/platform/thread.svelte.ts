/** The comments of one video as they stand on the screen. */

import { ask } from "../../../studio/src/platform/api.ts";
import { account } from "./account.svelte.ts";
import type { CommentPage, CommentRow } from "./types.ts";

export type Order = "best" | "newest";
export type Which = "mine" | "all";

export class Thread {
  list = $state.raw<CommentRow[]>([]);
  /** Replies that were unfolded, by the comment that they stand below. */
  replies = $state.raw<ReadonlyMap<string, CommentRow[]>>(new Map());
  order = $state<Order>("best");
  which = $state<Which>("all");
  total = $state(0);
  /** May one comment? "": yes, or not known yet; else who may. */
  closed = $state<"" | "off" | "followers">("");
  own = $state(false);
  /** null: there is no more; undefined: not asked yet. */
  next = $state<string | null | undefined>(undefined);

  constructor(readonly video: string) {}

  get #path(): string {
    return `/v1/videos/${encodeURIComponent(this.video)}/comments`;
  }

  /** From the beginning, as it is now asked for. Raises Refusal. */
  async load(): Promise<void> {
    this.next = undefined;
    await this.more();
  }

  /** The next page. Raises Refusal. */
  async more(): Promise<void> {
    const asked = new URLSearchParams({ order: this.order });
    if (this.which === "all") asked.set("languages", "all");
    if (this.next) asked.set("after", this.next);
    const page = await account.seen<CommentPage>("GET", `${this.#path}?${asked}`);
    const before = this.next ? this.list : [];
    this.list = [...before, ...(page?.comments ?? []).filter(({ id }) => before.every((one) => one.id !== id))];
    this.next = page?.next ?? null;
    if (before.length) return;
    this.total = page?.count ?? 0;
  }

  /** Raises Refusal. */
  async unfold(parent: string): Promise<void> {
    const page = await account.seen<CommentPage>("GET", `/v1/comments/${encodeURIComponent(parent)}/replies`);
    this.replies = new Map(this.replies).set(parent, page?.comments ?? []);
  }

  /** `answers`: the comment that it answers; it stands below the one that begins the thread. Raises Refusal. */
  async send(text: string, answers: CommentRow | undefined, root: string): Promise<CommentRow | null> {
    const made = await ask<CommentRow>("POST", this.#path, answers ? { text, to: answers.id } : { text });
    if (!made) return null;
    if (!root) {
      if (this.list.some(({ id }) => id === made.id)) return made; // the same was said a moment ago
      this.list = [made, ...this.list];
    }
    this.total += made.state === "shown" ? 1 : 0;
    if (!root) return made;
    await this.unfold(root);
    this.#change(root, (one) => ({ ...one, replies: this.replies.get(root)?.length ?? one.replies }));
    return made;
  }

  /** Raises Refusal. */
  async edit(comment: CommentRow, text: string): Promise<void> {
    const made = await account.mine<CommentRow>("PATCH", this.#at(comment), { text });
    if (made) this.#change(comment.id, () => made);
  }

  /** Raises Refusal. */
  async remove(comment: CommentRow): Promise<void> {
    await account.mine("DELETE", this.#at(comment));
    this.drop(({ id }) => id === comment.id);
    await this.recount();
  }

  /** Raises Refusal. */
  async like(comment: CommentRow): Promise<void> {
    const on = !comment.liked;
    const turn = (liked: boolean) => this.#change(comment.id, (one) => ({
      ...one, liked, likes: one.likes + (liked ? 1 : -1), by_creator: this.own ? liked : one.by_creator,
    }));
    turn(on);
    try {
      await account.mine(on ? "PUT" : "DELETE", `${this.#at(comment)}/like`);
    } catch (refusal) {
      turn(!on);
      throw refusal;
    }
  }

  /** Raises Refusal. */
  async pin(comment: CommentRow): Promise<void> {
    await account.mine(comment.pinned ? "DELETE" : "PUT", `${this.#at(comment)}/pin`);
    await this.load();
  }

  /** Out of sight: those that `gone` picks, such as all of somebody who was muted. */
  drop(gone: (comment: CommentRow) => boolean): void {
    this.list = this.list.filter((one) => !gone(one));
    this.replies = new Map([...this.replies].map(([root, all]) => [root, all.filter((one) => !gone(one))]));
  }

  async recount(): Promise<void> {
    const page = await account.seen<CommentPage>("GET", `${this.#path}?limit=5`).catch(() => null);
    if (page) this.total = page.count;
  }

  #at(comment: CommentRow): string {
    return `/v1/comments/${encodeURIComponent(comment.id)}`;
  }

  #change(id: string, turn: (before: CommentRow) => CommentRow): void {
    const turned = (all: CommentRow[]) => all.map((one) => (one.id === id ? turn(one) : one));
    this.list = turned(this.list);
    this.replies = new Map([...this.replies].map(([root, all]) => [root, turned(all)]));
  }
}
