/** Refusals in plain words. */

import { Refusal } from "../../../studio/src/platform/api.ts";
import { hasText, say, type Key } from "../words/index.ts";

/** Codes that say what another text says already. */
const SAID: Readonly<Record<string, Key>> = {
  comments_off: "closedComments", followers_only: "closedFollowers", must_stay_private: "mustBePrivate", bad_passkey: "passkeyNot",
};

/** Why a call was refused. Raises what is no refusal. */
export function troubleText(problem: unknown): string {
  if (!(problem instanceof Refusal)) throw problem;
  if (problem.code === "offline") return say("offline");
  if (problem.status === 429) return say("trouble_too_many", { n: Math.max(1, Math.ceil(problem.waitS / 60)) });
  const key = SAID[problem.code] ?? `trouble_${problem.code}`;
  return say(hasText(key) ? key : "trouble");
}
