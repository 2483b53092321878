/** What the stream of Now says, and how its seconds are put together for a drawing. */

export interface Sample {
  at_ms: number;
  span_s: number;
  feeds: number;
  cpu_ms: number | null;
  events: number;
  rejected: number;
  failures: number;
  levels: Record<string, number>;
  parts: Record<string, number>;
  silent_s: number | null;
}

export interface Stage {
  surface: string;
  kind: string;
  stage: string;
  calls: number;
  failures: number;
  p50_us: number | null;
  p99_us: number | null;
}

export interface Facts {
  live: { language: string; topic: string; items: number }[];
  rising: { language: string; title: string; topic: string }[];
  stages: Stage[];
  errors: { what: string; count: number }[];
}

export const WINDOW_MS = 900_000;
export const BUCKET_MS = 10_000;

/** In the order in which they are stacked. */
export const PARTS = ["viewer", "sources", "filters", "features and scores", "selection", "after the answer"];
export const LEVELS = ["full", "narrow", "unpersonalised", "cached", "popular", "static", "exhausted"];

/** Samples kept: the newest WINDOW_MS of them. */
export function kept(samples: Sample[]): Sample[] {
  const last = samples.at(-1)?.at_ms ?? 0;
  return samples.filter((one) => one.at_ms > last - WINDOW_MS);
}

const sums = (all: Record<string, number>[], weights: number[]): Record<string, number> => {
  const found: Record<string, number> = {};
  all.forEach((one, i) => {
    for (const [key, value] of Object.entries(one)) found[key] = (found[key] ?? 0) + value * (weights[i] ?? 0);
  });
  return found;
};
const scaled = (one: Record<string, number>, by: number): Record<string, number> =>
  Object.fromEntries(Object.entries(one).map(([key, value]) => [key, by ? value / by : 0]));

/** One sample that says of many what they say together: what is of a slate weighs by slates. */
export function together(samples: Sample[]): Sample | null {
  const last = samples.at(-1);
  if (!last) return null;
  const spans = samples.map((one) => one.span_s);
  const slates = samples.map((one) => one.feeds * one.span_s);
  const span = spans.reduce((a, b) => a + b, 0);
  const all = slates.reduce((a, b) => a + b, 0);
  const rate = (of: (one: Sample) => number): number => samples.reduce((sum, one) => sum + of(one) * one.span_s, 0) / span;
  return {
    at_ms: last.at_ms, span_s: span, silent_s: last.silent_s,
    feeds: rate((one) => one.feeds), events: rate((one) => one.events),
    rejected: rate((one) => one.rejected), failures: rate((one) => one.failures),
    cpu_ms: all ? samples.reduce((sum, one, i) => sum + (one.cpu_ms ?? 0) * (slates[i] ?? 0), 0) / all : null,
    levels: scaled(sums(samples.map((one) => one.levels), spans), span),
    parts: scaled(sums(samples.map((one) => one.parts), slates), all),
  };
}

/** Samples put together by BUCKET_MS, oldest first; a stretch without any is left out. */
export function buckets(samples: Sample[]): Sample[] {
  const by = new Map<number, Sample[]>();
  for (const one of samples) {
    const key = Math.floor(one.at_ms / BUCKET_MS);
    by.set(key, [...(by.get(key) ?? []), one]);
  }
  return [...by.values()].flatMap((some) => together(some) ?? []);
}

/** The share of slates that were answered at their best: ranked, and for the viewer where wished. */
export function personal(one: Sample): number | null {
  const all = Object.values(one.levels).reduce((a, b) => a + b, 0);
  return all ? (one.levels.full ?? 0) / all : null;
}
