/** A creator's series, as docs/api.md describes them. */

export interface Series {
  id: string;
  title: string;
  about: string;
  language: string;
  finished: boolean;
  /** Ids; the first is part 1. */
  videos: string[];
}

/** `all` with the one at `at` moved by so many places; itself where that leads out of it. */
export function moved<T>(all: readonly T[], at: number, by: number): T[] {
  const to = at + by;
  const next = [...all];
  if (to < 0 || to >= all.length) return next;
  next.splice(to, 0, ...next.splice(at, 1));
  return next;
}
