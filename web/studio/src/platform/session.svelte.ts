/** Who is signed in to the studio. */

import { ask, Refusal } from "./api.ts";
import type { Creator } from "./types.ts";

class Session {
  /** null: nobody. */
  creator = $state.raw<Creator | null>(null);

  /** Is there a session? Raises Refusal where nobody says: what was known stays. */
  async resume(): Promise<void> {
    this.creator = await ask<Creator>("GET", "/v1/creators/me").catch((refusal: unknown) => {
      if (refusal instanceof Refusal && refusal.status === 401) return null;
      throw refusal;
    });
  }

  /** Raises Refusal. */
  async signIn(handle: string, password: string): Promise<void> {
    await ask("POST", "/v1/creators/session", { handle, password });
    await this.resume();
  }

  /** Makes an account; its recovery codes, which are told once. Who has them goes on by `resume`. Raises Refusal. */
  async signUp(account: { handle: string; password: string; birth_year: number; languages: string[] }): Promise<string[]> {
    const made = await ask<{ recovery_codes: string[] }>("POST", "/v1/creators", account);
    return made?.recovery_codes ?? [];
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
