/** How long ago something was, short: "5 min"; after a week its date. */

import { momentText } from "../../../viewer/src/platform/locale.ts";
import { say, words } from "../words/index.ts";

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR, WEEK = 7 * DAY;

export type Ago = { unit: "now" | "date" } | { unit: "minutes" | "hours" | "days"; n: number };

export function agoOf(ms: number): Ago {
  if (ms < MINUTE) return { unit: "now" };
  if (ms < HOUR) return { unit: "minutes", n: Math.floor(ms / MINUTE) };
  if (ms < DAY) return { unit: "hours", n: Math.floor(ms / HOUR) };
  return ms < WEEK ? { unit: "days", n: Math.floor(ms / DAY) } : { unit: "date" };
}

export function agoText(at_ms: number, now = Date.now()): string {
  const ago = agoOf(now - at_ms);
  if (ago.unit === "date") return momentText(new Date(at_ms), words.language);
  return say(`ago_${ago.unit}`, "n" in ago ? { n: ago.n } : {});
}
