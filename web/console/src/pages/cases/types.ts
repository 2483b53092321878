/** What the server says of cases. */

import { counted, keyed } from "../kit/reasons.ts";

export interface Account {
  handle: string;
  name: string;
  about: string;
  created_ms: number;
  /** 0: it is not suspended. */
  suspended_ms: number;
  /** That count now. */
  strikes: number;
  /** What one more means. */
  next: "warning" | "pause" | "suspension";
}

export interface Past {
  kind: string;
  decision: string;
  reason: string;
  at_ms: number;
}

export interface Case {
  id: string;
  kind: "comment" | "creator" | "card" | "appeal";
  target: string;
  language: string;
  /** `CODE N`, one a line; of an appeal what its owner says. */
  why: string;
  opened_ms: number;
  due_ms: number;
  /** May this operator decide it? */
  may: boolean;
  /** Has this operator said something already? */
  said: boolean;
  others_said: number;
  notes: string[];
  /** Of an appeal: what was decided. */
  of: { kind: string; reason: string; by: string[] } | null;
  shown: { text: string; language: string; video: string };
  account: Account | null;
  history: Past[];
}

export interface Queue {
  now_ms: number;
  due_soon_ms: number;
  languages: { language: string; waiting: number; due_ms: number }[];
  cases: Case[];
}

export const CODES = keyed(
  "harassment", "hate", "spam", "sexual", "violence", "child_safety", "illegal", "impersonation", "self_harm", "privacy",
  "false", "copyright", "other",
);

/** `CODE N` in words. */
export const told = (line: string): string => counted(line);

export const lines = (why: string): string[] => why.split("\n").filter(Boolean);

/** The code that was said most. */
export const likely = (one: Case): string => (one.kind === "appeal" ? "" : (lines(one.why)[0] ?? "").split(" ")[0] ?? "");

/** How a case stands in time. */
export function urgency(one: Case, queue: Queue): "overdue" | "soon" | "" {
  if (one.due_ms <= queue.now_ms) return "overdue";
  return one.due_ms - queue.now_ms <= queue.due_soon_ms ? "soon" : "";
}
