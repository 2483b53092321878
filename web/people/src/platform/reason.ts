/** Codes of reasons in plain words. */

import { hasText, say } from "../words/index.ts";

export function reasonText(code: string): string {
  const [what, of] = code.split(":");
  if (what === "sound" && of) return say("reasonSound", { reason: reasonText(of) });
  const key = `report_${code}`;
  return say(hasText(key) ? key : "report_other");
}
