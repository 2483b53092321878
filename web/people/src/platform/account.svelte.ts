/**
 * Who uses this browser: the viewer who watches (a token, shared with the viewer's app), and the
 * account that is signed in (a cookie that no script reads). An account has a viewer of its own,
 * which takes the place of the one before when somebody signs in.
 */

import { forgetAll, load, save } from "../../../viewer/src/platform/storage.ts";
import { forgetDraft } from "./draft.ts";
import { UNREAD } from "../../../viewer/src/platform/unread.svelte.ts";
import { preferred } from "../../../viewer/src/platform/locale.ts";
import { ask, Refusal } from "../../../studio/src/platform/api.ts";
import type { Me, Viewer } from "./types.ts";

/** Whoever came by a link, before they chose anything: a viewer who agreed to nothing. */
const GUEST = "guest";
interface Token { viewer: string; token: string }

class Account {
  /** null: nobody is signed in. */
  me = $state.raw<Me | null>(null);
  #viewer = $state.raw<Viewer | null>(null);
  guest = false;

  get token(): string {
    return this.#viewer?.token ?? "";
  }

  get languages(): string[] {
    return this.#viewer?.languages ?? [];
  }

  /** What this browser holds. */
  async restore(): Promise<void> {
    const own = await load<Viewer>("viewer");
    this.#viewer = own ?? await load<Viewer>(GUEST) ?? null;
    this.guest = !own;
  }

  /** Is there a session from before? Without an answer there is none. */
  async resume(): Promise<void> {
    this.me = await ask<Me>("GET", "/v1/creators/me").catch(() => null);
    // From now on the viewer's app asks what was told.
    if (this.me && await load<number>(UNREAD) === undefined) await save(UNREAD, 0);
  }

  /** A call of the account; who is not signed in any more is told so. Raises Refusal. */
  async mine<T>(method: string, path: string, body?: unknown): Promise<T | null> {
    try {
      return await ask<T>(method, path, body);
    } catch (refusal) {
      if (refusal instanceof Refusal && refusal.status === 401) this.me = null;
      throw refusal;
    }
  }

  /** A call of the viewer, who is made where there is none yet. Raises Refusal. */
  async seen<T>(method: string, path: string, body?: unknown): Promise<T | null> {
    if (!this.#viewer) await this.#begin();
    try {
      return await ask<T>(method, path, body, this.token);
    } catch (refusal) {
      if (!(refusal instanceof Refusal && refusal.status === 401)) throw refusal;
      if (this.me) await this.entered(false); // other sessions ended, and the token with them
      else if (this.guest) await this.#begin();
      else throw refusal;
      return ask<T>(method, path, body, this.token);
    }
  }

  async #begin(): Promise<void> {
    const languages = [preferred()];
    const made = await ask<Token>("POST", "/v1/viewers", { languages });
    if (!made) throw new Refusal("trouble");
    this.#viewer = { ...made, languages };
    this.guest = true;
    await save(GUEST, this.#viewer);
  }

  /** `join`: what this browser's viewer liked and read so far becomes the account's. Raises Refusal. */
  async entered(join: boolean): Promise<void> {
    const before = this.#viewer;
    const asked = join && before ? { join: before.token, consent: true } : { consent: false };
    const made = await ask<Token>("POST", "/v1/creators/me/viewer", asked);
    if (made) {
      const told = await ask<{ languages: string[] }>("GET", "/v1/me/preferences", undefined, made.token).catch(() => null);
      if (made.viewer !== before?.viewer) await forgetAll(); // an edition, events and choices of the viewer before
      this.#viewer = { viewer: made.viewer, token: made.token, languages: told?.languages ?? before?.languages ?? [preferred()] };
      this.guest = false;
      await save("viewer", this.#viewer);
    }
    await this.resume();
  }

  /** Is there something on this phone that could join? A guest chose nothing yet. */
  get hasTaste(): boolean {
    return this.#viewer !== null && !this.guest;
  }

  async signOut(): Promise<void> {
    await ask("DELETE", "/v1/creators/session").catch((refusal: unknown) => {
      if (!(refusal instanceof Refusal && refusal.status === 401)) throw refusal;
    });
    await this.left();
  }

  /** The account's viewer leaves this browser with it. */
  async left(): Promise<void> {
    forgetDraft();
    await forgetAll();
    this.me = null;
    this.#viewer = null;
    this.guest = true;
  }
}

export const account = new Account();
