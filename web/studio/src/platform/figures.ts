/** Figures as the server tells them (docs/studio.md). null: fewer people than may be told of. */

import { LANGUAGES, localeOf } from "../../../viewer/src/platform/locale.ts";

export const PEOPLE = ["viewers", "players", "completed", "rewatched", "liked", "saved", "shared", "followed", "hid", "reported"] as const;
export type Count = typeof PEOPLE[number] | "impressions" | "plays" | "watch_ms";
export type Numbers = Record<Count, number | null>;
export type Day = Numbers & { day: string };
export interface Part { name: string; viewers: number }
export interface Second { viewers: number | null; played: number | null }
export interface Limit { code: string; about: string | null; n: number | null; of: number | null; others: number | null; hours: number | null }

export interface VideoFigures {
  video: string; least: number; told_ms: number; duration_s: number | null;
  numbers: Numbers; sources: Part[]; languages: Part[]; hours: Part[]; curve: Second[]; days: Day[]; limits: Limit[];
}
export interface CreatorFigures { least: number; videos: number; days: Day[] }

/** A language's name in another one; its own where the browser does not know that one, the code where it has none. */
export function languageName(code: string, shown: string): string {
  const own = LANGUAGES.find((one) => one.code === code)?.name;
  if (own && !Intl.DisplayNames.supportedLocalesOf(localeOf(shown)).length) return own;
  return new Intl.DisplayNames([localeOf(shown), "en"], { type: "language" }).of(code) ?? code;
}

/** Seconds that a player watched on average; null: not to be told. */
export const meanSeconds = ({ watch_ms, players }: Numbers): number | null =>
  watch_ms === null || !players ? null : watch_ms / players / 1000;

/** The hours of a day in their order, others last. */
export const byHour = (parts: Part[]): Part[] =>
  [...parts].sort((a, b) => (Number(a.name) - Number(b.name)) || (a.name === "others" ? 1 : -1));

/** The points of a curve over `width` x `height`, the first second at the left; none for no more than one second. */
export function line(values: (number | null)[], most: number, width: number, height: number): string {
  if (values.length < 2 || most <= 0) return "";
  const step = width / (values.length - 1);
  return values.map((value, i) => `${round(i * step)},${round(height - ((value ?? 0) / most) * height)}`).join(" ");
}

const round = (value: number) => Math.round(value * 10) / 10;
