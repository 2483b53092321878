/** Codes of reasons in plain words. */

import { hasText, say } from "../words/index.ts";

export function reasonText(code: string): string {
  const key = `report_${code}`;
  return say(hasText(key) ? key : "report_other");
}
