/** What the server says of the catalogue. */

export interface Art {
  topic: string;
  seed: string;
}

export interface Item {
  item: string;
  kind: string;
  language: string;
  topic: string;
  title: string;
  publisher: string;
  published_ms: number;
  reviewed: boolean;
  sensitive: boolean;
  unsafe: string[];
  picture: { art: Art; variants?: { src: string; width: number; height: number }[]; alt?: string };
}

export interface Count {
  name: string;
  items: number;
}

export interface Slice {
  total: number;
  page: number;
  pages: number;
  items: Item[];
  recalled?: { seq: number; item: string; at_ms: number }[];
  languages: Count[];
  topics: Count[];
  publishers: Count[];
}

export interface Progress {
  seq: number;
  catalogue_seq: number;
  here: boolean;
  followed: boolean;
  at_ms: number;
  phones_by_ms: number;
}

/** How far a recall has come with the editions that phones were given before. */
export interface Recalled {
  served_after: number;
  editions_before: number;
  editions_out: number;
  last_until_ms: number;
  slates_looked_through: number;
}

/** What is heard in a video. */
export interface Heard {
  sound: string;
  title: string;
  handle: string;
  videos: number;
  /** May others use it? */
  open: boolean;
  /** Why it was taken down; "": it was not. */
  down: string;
  created_ms: number;
}

/** A story that several live items tell. */
export interface Story {
  story: string;
  language: string;
  members: number;
  publishers: number;
  items: { item: string; title: string; publisher: string; topic: string; published_ms: number }[];
}

export interface Whole extends Item {
  status: string;
  summary: string;
  url: string;
  expires_ms: number;
  trial: { shown: number; of: number; wait_h: number | null } | null;
  counts: { shown: number; worth: number } | null;
  story: Item[];
  recall: Progress | null;
}

export interface Rising extends Item {
  place: number;
  sources: number;
  items: number;
}

export interface Source {
  url: string;
  status: string;
  tier: string;
  title: string;
  last_success_ms: number;
  delay_s: number | null;
  entries_a_day: number;
  failures: number;
  error: string;
  new: number;
  updated: number;
  duplicate: number;
  rejected: number;
}

/** The part of an address behind `?`, of what was chosen. */
export const query = (chosen: Record<string, string | number>): string =>
  new URLSearchParams(Object.entries(chosen).filter(([, value]) => value !== "" && value !== 0).map(([key, value]) => [key, String(value)])).toString();
