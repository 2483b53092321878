/** When a video is to be seen, in the creator's own time; the server keeps UTC. */

import { dateText, localeOf, numberText } from "../../../viewer/src/platform/locale.ts";

export const SOONEST_MS = 60_000;
export const LATEST_MS = 90 * 86_400_000;
const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]] as const;
type Unit = typeof UNITS[number][0];

/** Words, of one and of several, for languages whose times common browsers leave out; and what comes "3 days" later. */
const WORDS: Record<string, Record<Unit, readonly [string, string]> & { later: string }> = {
  pa: { minute: ["ਮਿੰਟ", "ਮਿੰਟ"], hour: ["ਘੰਟਾ", "ਘੰਟੇ"], day: ["ਦਿਨ", "ਦਿਨ"], later: "ਬਾਅਦ" },
  or: { minute: ["ମିନିଟ୍", "ମିନିଟ୍"], hour: ["ଘଣ୍ଟା", "ଘଣ୍ଟା"], day: ["ଦିନ", "ଦିନ"], later: "ପରେ" },
};

function counted(n: number, unit: Unit, language: string): string {
  const own = WORDS[language];
  if (own) return `${numberText(n, language)} ${own[unit][n === 1 ? 0 : 1]}`;
  return new Intl.NumberFormat([localeOf(language), "en"], { style: "unit", unit, unitDisplay: "long" }).format(n);
}

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
  const n = Math.round(left / each), own = WORDS[language];
  if (own) return `${counted(n, unit, language)} ${own.later}`;
  return new Intl.RelativeTimeFormat([localeOf(language), "en"], { numeric: "always" }).format(n, unit);
}

/** "Sat, 5 Dec, 6:30 pm": with morning or evening, which a time to come must not leave open. */
export function dueText(at: Date, language: string): string {
  if (language in WORDS) return `${dateText(at, language)}, ${at.toTimeString().slice(0, 5)}`;
  return new Intl.DateTimeFormat([localeOf(language), "en"], { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }).format(at);
}

/** How far apart several may be scheduled; 0: all at once. */
export const APART_S = [0, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 2 * 86_400, 7 * 86_400] as const;

/** "30 minutes", "1 day", in the words of that language. */
export function spanText(seconds: number, language: string): string {
  const [unit, each] = UNITS.find(([, size]) => seconds * 1000 >= size) ?? ["minute", 60_000];
  return counted(seconds * 1000 / each, unit, language);
}

/** When the last of `n` is due, milliseconds; 0 where it would be more than 90 days ahead, or the first has no time. */
export function lastOf(first: string, n: number, everyS: number, now = Date.now()): number {
  const at = Date.parse(first) + Math.max(n - 1, 0) * everyS * 1000;
  return at - now <= LATEST_MS ? at : 0;
}

/** What the browser takes for the creator's time zone: "Asia/Kolkata". */
export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
