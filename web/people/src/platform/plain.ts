/** Refusals in plain words. */

import { Refusal } from "../../../studio/src/platform/api.ts";
import { hasText, say } from "../words/index.ts";

/** Why a call was refused. Raises what is no refusal. */
export function troubleText(problem: unknown): string {
  if (!(problem instanceof Refusal)) throw problem;
  if (problem.code === "offline") return say("offline");
  if (problem.status === 429) return say("trouble_too_many", { n: Math.max(1, Math.ceil(problem.waitS / 60)) });
  const key = `trouble_${problem.code}`;
  return say(hasText(key) ? key : "trouble");
}
