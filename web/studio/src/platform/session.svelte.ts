/** Who is signed in to the studio. */

import { ask, Refusal } from "./api.ts";
import type { Creator } from "./types.ts";

class Session {
  /** null: nobody. */
  creator = $state.raw<Creator | null>(null);

  /** Is there a session from before? Without an answer there is none. */
  async resume(): Promise<void> {
    this.creator = await ask<Creator>("GET", "/v1/creators/me").catch(() => null);
  }

  /** Raises Refusal. */
  async signIn(handle: string, password: string, { anew = false } = {}): Promise<void> {
    await ask("POST", anew ? "/v1/creators" : "/v1/creators/session", { handle, password });
    await this.resume();
  }

  async signOut(): Promise<void> {
    await ask("DELETE", "/v1/creators/session").catch((refusal: unknown) => {
      if (!(refusal instanceof Refusal && refusal.status === 401)) throw refusal;
    });
    this.creator = null;
  }

  /** Deletes the account and its videos. Raises Refusal. */
  async erase(): Promise<void> {
    await ask("DELETE", "/v1/creators/me");
    this.creator = null;
  }

  /** A call in the creator's name; who is not signed in any more signs in anew. Raises Refusal. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T | null> {
    try {
      return await ask<T>(method, path, body);
    } catch (refusal) {
      if (refusal instanceof Refusal && refusal.status === 401) this.creator = null;
      throw refusal;
    }
  }
}

export const session = new Session();
