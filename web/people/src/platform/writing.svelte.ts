/** What is being written under a video: a comment, an answer, or a change of one. */

import { Refusal } from "../../../studio/src/platform/api.ts";
import { account } from "./account.svelte.ts";
import { keepDraft } from "./draft.ts";
import { signInFirst } from "./entering.ts";
import { troubleText } from "./plain.ts";
import type { Thread } from "./thread.svelte.ts";
import type { CommentRow } from "./types.ts";

export class Writing {
  text = $state("");
  busy = $state(false);
  trouble = $state("");
  /** The comment that is answered, and the one that begins its thread. */
  to = $state.raw<CommentRow | undefined>(undefined);
  #root = "";
  changed = $state.raw<CommentRow | undefined>(undefined);

  constructor(private readonly thread: Thread) {}

  answer(comment: CommentRow, root: string): void {
    this.changed = undefined;
    this.to = comment;
    this.#root = root;
  }

  change(comment: CommentRow): void {
    this.to = undefined;
    this.changed = comment;
    this.text = comment.text;
  }

  cancel(): void {
    if (this.changed) this.text = "";
    this.to = this.changed = undefined;
    this.trouble = "";
  }

  /** Who is not signed in signs in first, and finds the words again. */
  async send(): Promise<void> {
    if (!account.me) return this.#signIn();
    this.busy = true;
    this.trouble = "";
    try {
      if (this.changed) await this.thread.edit(this.changed, this.text.trim());
      else await this.thread.send(this.text.trim(), this.to, this.to ? this.#root : "");
      this.text = "";
      this.cancel();
    } catch (problem) {
      if (problem instanceof Refusal && problem.status === 401) this.#signIn();
      else this.trouble = troubleText(problem);
    } finally {
      this.busy = false;
    }
  }

  #signIn(): void {
    keepDraft({ video: this.thread.video, text: this.text });
    signInFirst();
  }
}
