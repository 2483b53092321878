/** What the server says of reviews, and the words for its codes. */

import { counted, keyed } from "../kit/reasons.ts";

export interface Video {
  id: string;
  handle: string;
  state: string;
  reason: string;
  caption: string;
  language: string;
  topic: string;
  ai: boolean;
  sensitive: boolean;
  rights: string;
  labels: string[];
  ai_mark: string;
  created_ms: number;
  live_ms: number;
  duration_s: number;
  width: number;
  height: number;
  poster: string | null;
  strip: string | null;
  /** Its lowest rung; null: its files are gone. */
  play: string | null;
}

export interface Past {
  kind: string;
  decision: string;
  by: string[];
  why: string;
  at_ms: number;
}

export interface Review {
  num: number;
  kind: "gate" | "report" | "appeal";
  language: string;
  why: string;
  opened_ms: number;
  /** May this operator decide it? */
  may: boolean;
  /** Has this operator said something already? */
  said: boolean;
  others_said: number;
  video: Video;
  originals: Video[];
  history: Past[];
}

export interface Waits {
  language: string;
  waiting: number;
  oldest_ms: number;
}

export interface Queue {
  now_ms: number;
  languages: Waits[];
  reviews: Review[];
}

export const CODES = keyed("sexual", "violence", "hate", "child_safety", "illegal", "copyright", "false", "spam", "other");

const GATE: Record<string, string> = {
  unseen: "no model looked at it",
  flat: "frames too plain to compare",
  known_bad: "looks like what was taken down",
  rights: "whose work it is was not said",
  appeal_won: "appeal was right",
};

/** A code of the gate or of reports (`CODE N`) in words. */
export function said(line: string): string {
  const [first = "", rest] = (line.split(" ")[0] ?? "").split(":");
  if (first === "sound") return `what is heard was taken down: ${(rest ?? "").replaceAll("_", " ")}`;
  if (first === "copy") return "looks like another video";
  if (first === "caption") return rest === "unchecked" ? "caption was not checked" : `caption: ${(rest ?? "").replaceAll("_", " ")}`;
  return counted(line, GATE);
}

export const reasons = (why: string): string[] => why.split("\n").filter(Boolean);

/** The code that a refusal names where nobody chooses another: the first that is doubted. */
export function likely(review: Review): string {
  if (review.kind === "appeal") return "";
  return (reasons(review.why)[0] ?? "").split(" ")[0] ?? "";
}

/** 25 s, 12 min, 5 h, 3 days: how long something waits. */
export function waited(ms: number): string {
  const s = Math.max(ms / 1000, 0);
  if (s < 90) return `${Math.round(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  return s < 129_600 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86_400)} days`;
}
