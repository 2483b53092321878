/** When a video is to be seen, in the creator's own time; the server keeps UTC. */

import { localeOf } from "../../../viewer/src/platform/locale.ts";

export const SOONEST_MS = 60_000;
export const LATEST_MS = 90 * 86_400_000;
const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]] as const;

/** As a field of type `datetime-local` has it: "2026-11-29T18:30". */
export function fieldOf(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** A field's time with its zone; "" where it says none, or one that is too soon or too late. */
export function timeOf(field: string, now = Date.now()): string {
  const at = new Date(field).getTime();
  const ahead = at - now;
  return ahead >= SOONEST_MS && ahead <= LATEST_MS ? new Date(at).toISOString() : "";
}

/** "in 3 days", in the words of that language; the last minute is "in 1 minute". */
export function leftText(leftMs: number, language: string): string {
  const left = Math.max(leftMs, 60_000);
  const [unit, each] = UNITS.find(([, size]) => left >= 2 * size) ?? ["minute", 60_000];
  return new Intl.RelativeTimeFormat([localeOf(language), "en"], { numeric: "always" }).format(Math.round(left / each), unit);
}

/** "Sat, 5 Dec, 6:30 pm": with morning or evening, which a time to come must not leave open. */
export const dueText = (at: Date, language: string): string =>
  new Intl.DateTimeFormat([localeOf(language), "en"], { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }).format(at);

/** What the browser takes for the creator's time zone: "Asia/Kolkata". */
export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
