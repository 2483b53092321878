export interface Cell { name: string; shown: number; yes: Record<string, number> }

export interface Surface {
  served: number;
  tried: number;
  position: Cell[];
  language: Cell[];
  topic: Cell[];
  age: Cell[];
}

export interface Point { rows: number; expected: number; happened: number }
export interface Curve { surface: string; language: string; head: string; points: Point[] }

export interface Lately {
  minutes: number;
  examples: number;
  moved: number;
  weights: { feature: string; action: string; before: number; now: number }[];
  of: { language: string; topic: string; shown: number; engaged: number; regretted: number }[];
  items: { id: string | null; title: string | null; topic: string | null; language: string | null; shown: number; engaged: number; regretted: number }[];
}

export interface Learning {
  told: { at_ms: number; told_ms: number; records: number; examples: number; windows: Record<string, Record<string, Surface>>; curves: Curve[]; lately: Lately } | null;
  least_viewers: number;
  model: number;
  learner_alive_ms: number;
  exploration: number;
  wait: { trials: number; impressions: number; new_item_h: number | null; all_h: number | null; impressions_a_day: number };
  coverage: { language: string; live: number; shown: number; gini: number }[];
}

/** Shares are null of nothing. */
export interface Fairness {
  at_ms: number; days: number; videos: number; creators: number; impressions: number; gini: number | null;
  newness: { age: string; creators: number; impressions: number; share: number | null }[];
  languages: { language: string; creators: number; impressions: number; gini: number | null; top_tenth: number | null }[];
  exploration: { impressions: number; share: number | null; videos: number; earned: number; earned_share: number | null; needed: number };
}

export interface Replay {
  number: number;
  at_ms: number;
  name: string;
  log: string;
  reported: number | null;
  report_from: string | null;
  labels: Record<string, Record<string, number>>;
}

export const HEADS = ["tap", "long", "complete", "like", "share", "follow", "hide", "report"];

export interface Rate { name: string; shown: number; rate: number; low: number; high: number }

const Z = 1.96;

/** The rate of an action with Wilson's 95 % interval. */
export function rate(cell: Cell, head: string): Rate {
  const n = cell.shown;
  const p = Math.min((cell.yes[head] ?? 0) / n, 1);
  const middle = (p + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n * n));
  return { name: cell.name, shown: n, rate: p, low: Math.max(middle - half, 0), high: middle + half };
}

export const TITLES: Record<string, string> = {
  tap: "Taps", long: "Long looks", complete: "Watched to the end", like: "Likes and saves",
  share: "Shares", follow: "Follows", hide: "Hides and blocks", report: "Reports",
};
