/** The ways in. Each leaves the session's cookie, and raises Refusal where the server does not want to. */

import { ask } from "../../../studio/src/platform/api.ts";
import { proven, type Options } from "./passkey.ts";

export const signInByPassword = (handle: string, password: string, even_suspended = false) =>
  ask("POST", "/v1/creators/session", { handle, password, ...(even_suspended ? { even_suspended } : {}) });

export const signInByCode = (handle: string, code: string, password: string) => ask("POST", "/v1/creators/session/recovery", { handle, code, password });

/** Raises DOMException where no passkey was chosen. */
export async function signInByPasskey(): Promise<void> {
  const options = await ask<Options>("POST", "/v1/creators/session/passkey/options", {});
  await ask("POST", "/v1/creators/session/passkey", { credential: await proven(options) });
}

export interface NewAccount {
  handle: string;
  password: string;
  name: string;
  birth_year: number;
  languages: string[];
  /** Token of this browser's viewer, whose taste becomes the account's; its owner wants that. */
  join?: string;
  consent?: boolean;
}

/** The recovery codes of the new account: they are told once. */
export async function signUp(account: NewAccount): Promise<string[]> {
  const made = await ask<{ recovery_codes?: string[] }>("POST", "/v1/creators", account);
  return made?.recovery_codes ?? [];
}
