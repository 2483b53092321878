/** Codes of the server in plain words. */

import { hasText, say } from "../words/words.svelte.ts";
import { Refusal } from "./api.ts";

/** What the gate says without being sure. */
const UNSURE = /^(flat|unseen|caption|unchecked)/;

/** Why a video is held, refused or removed: `copy:ID`, `codec`; "" where nothing is to be said. */
export function reasonText(reason: string): string {
  const [code = ""] = reason.split(":");
  if (!code) return "";
  if (UNSURE.test(code)) return say("reason_unsure");
  const key = `reason_${code}`;
  return say(hasText(key) ? key : "reason_rules");
}

/** Why a call was refused. */
export function troubleText(problem: unknown): string {
  if (!(problem instanceof Refusal)) throw problem;
  if (problem.status === 429) return say("trouble_too_many", { n: Math.max(1, Math.ceil(problem.waitS / 60)) });
  return codeText(problem.code);
}

export function codeText(code: string): string {
  if (code === "offline") return say("offline");
  const key = [`trouble_${code}`, `reason_${code}`].find(hasText);
  return say(key ?? "trouble");
}
