/**
 * Which file of a video to play: by what this browser plays, its screen, its network, and whether
 * the viewer saves data. Chosen once a video, so that what is fetched ahead is what is played.
 */

import { saver } from "./budget.ts";
import { isOurs, trust, USUAL } from "./prefetch.ts";
import type { FeedItem, Picture, Rendition } from "./types.ts";

export interface Source { src: string; lines: number; bitrate: number; headBytes: number; playlist: boolean }

export interface Conditions {
  saving: boolean;
  /** Pixels of the screen's short side. */
  lines: number;
  /** Kilobits a second that the network brings; 0: not known. */
  kbits: number;
  plays(type: string): boolean;
}

const MOST_LINES = 720;
const WIDE = 0.7; // a phone is 0.45 to 0.56
/** Of what the network brings, what a video may take. */
const SHARE = 0.7;
/** Longer ones, on a network that is not known, change their size while they play. */
const LONG_S = 60;
const LEAST_MEASURED_MS = 20; // shorter: it came from the browser's cache

let measured = 0;

/** `bytes` took `ms` to come. */
export function measure(bytes: number, ms: number): void {
  if (ms < LEAST_MEASURED_MS) return;
  const kbits = (bytes * 8) / ms;
  measured = measured ? measured * 0.7 + kbits * 0.3 : kbits;
}

const known = new Map<string, boolean>();
function plays(type: string): boolean {
  const answer = known.get(type) ?? document.createElement("video").canPlayType(type) !== "";
  known.set(type, answer);
  return answer;
}

/** As it is here and now. */
export function here(): Conditions {
  const { connection } = navigator as { connection?: { downlink?: number } };
  return {
    saving: saver(), plays, kbits: measured || (connection?.downlink ?? 0) * 1000,
    lines: Math.min(screen.width, screen.height) * devicePixelRatio,
  };
}

/** Where a file of `item` lies; undefined where that is not ours to load. */
export function addressOf({ at }: FeedItem, src: string): string | undefined {
  if (!at) return isOurs(src) ? src : undefined;
  const base = new URL(at, location.href); // said by our own server
  const { href } = new URL(src, base);
  if (!href.startsWith(base.href)) return undefined;
  trust(at);
  return href;
}

/** The still picture of `item`. */
export function posterOf(item: FeedItem): Picture {
  const { poster, placeholder } = item;
  const src = poster.src ? addressOf(item, poster.src) : undefined;
  if (!src) return poster;
  const { width = 1, height = 1 } = poster;
  return { placeholder: placeholder ?? "", ...poster, variants: [{ src, width: Math.min(width, USUAL), height, bytes: 1 }] };
}

/** Wider than a phone: it stands whole. */
export const isWhole = ({ renditions: [one] }: FeedItem): boolean => (one?.width ?? 0) > (one?.height ?? 0) * WIDE;

const isPlaylist = ({ type }: Rendition) => /mpegurl/i.test(type);

/** What to try, one after the other: the best for here, what adapts, the smallest. */
export function ladder(item: FeedItem, { saving, lines, kbits, plays: can }: Conditions): Source[] {
  const all = item.renditions.flatMap((one): Source[] => {
    const src = addressOf(item, one.src);
    if (!src || (one.type && !can(one.type))) return [];
    const { bitrate, height } = one;
    return [{ src, lines: Math.min(one.width ?? height, height), bitrate, headBytes: one.head_bytes ?? 0, playlist: isPlaylist(one) }];
  });
  // Of two with the same lines the lighter one, last.
  const files = all.filter(({ playlist }) => !playlist).sort((a, b) => a.lines - b.lines || b.bitrate - a.bitrate);
  const lists = saving ? [] : all.filter(({ playlist }) => playlist);
  const fits = files.filter((file) => file.lines <= Math.min(lines, MOST_LINES) && (!kbits || file.bitrate <= kbits * 1000 * SHARE));
  const best = (saving ? undefined : fits.at(-1)) ?? files[0];
  const adapts = !kbits && (item.duration_s ?? 0) > LONG_S;
  const order = adapts ? [...lists, best, files[0]] : [best, ...lists, files[0]];
  return [...new Set(order)].filter((one) => one !== undefined);
}

const chosen = new WeakMap<FeedItem, Source[]>();

/** What to try for `item`, best first; [] for a card. */
export function sourcesOf(item: FeedItem): Source[] {
  const found = chosen.get(item) ?? ladder(item, here());
  chosen.set(item, found);
  return found;
}
