/** What the server answers, as docs/api.md describes it. */

export interface Art { topic: string; seed: string }
export interface Variant { src: string; width: number; height: number; bytes: number }

export interface Picture {
  art: Art;
  variants?: Variant[];
  /** Too wide to be cropped: stands uncropped over its own colours. */
  whole?: boolean;
  placeholder?: string;
  colours?: string[];
  scrim?: number[];
  alt?: string;
}

export interface Card {
  slot: string;
  item: string;
  story?: string;
  headline: string;
  summary?: string;
  language?: string;
  topic: string;
  publisher?: string | null;
  image?: Picture;
  url?: string | null;
  why?: string;
  show_from: string;
  show_until: string;
}

/** A card that the device holds already, under a new slot and at a new time. */
export interface CardRef { slot: string; item: string; ref: true; show_from: string; show_until: string }

export type Level = "full" | "narrow" | "unpersonalised" | "cached" | "popular" | "static" | "exhausted";

export interface EditionAnswer {
  edition: string;
  valid_from: string;
  valid_until: string;
  level: Level;
  cards: (Card | CardRef)[];
  recalled: string[];
  /** Recalls up to this number are accounted for; ask for later ones. */
  recalls_since?: number;
  picture_bytes?: number;
  bytes: number;
}
export interface Edition extends EditionAnswer { cards: Card[] }

export interface Rendition {
  /** Relative to the item's `at`. */
  src: string;
  height: number;
  width?: number | null;
  bitrate: number;
  /** Bytes that hold the first two seconds. */
  head_bytes?: number | null;
  type: string;
}
/** A video, or a card in its place: without renditions. */
export interface FeedItem {
  slot: string;
  item: string;
  title: string;
  language?: string;
  topic: string;
  creator?: string | null;
  duration_s: number | null;
  /** Where a creator's files lie; null for a publisher's. */
  at?: string | null;
  /** A thumbhash in base 64. */
  placeholder?: string | null;
  /** What the viewer is told: `ai`, `sensitive`. */
  labels?: string[];
  poster: Picture & { src?: string; width?: number; height?: number };
  renditions: Rendition[];
  /** Which part of which series it is; `next`: the part after it that the viewer may see. */
  series?: Part | null;
  /** Where the viewer left it. */
  resume_ms?: number;
  why?: string;
  /** What it was made with. */
  of?: { kind: "duet" | "stitch" | "sound"; video: string; handle: string } | null;
}

/** A channel that is offered before there is a viewer. */
export interface Offered { channel: string; topic: string; names: Record<string, string>; items: Record<string, number> }
/** A channel as a viewer has it. */
export interface Channel { channel: string; name: string; items: number; followed: boolean }

export interface Part { series: string; part: number; parts: number; next: string | null }

export interface Topic { id: string; colour: string; sensitive?: boolean; names: Record<string, string> }

export type EventType = "impression" | "dwell" | "tap" | "play" | "complete" | "share" | "report" | "undo";
export interface ViewerEvent {
  id: string;
  slot: string;
  type: EventType;
  at: string;
  value?: number | string;
  ranges?: [number, number][];
}

export type AgeBand = "under13" | "13-17" | "18-24" | "25-34" | "35-49" | "50+";
export type Purpose = "personalisation" | "measurement" | "profiled_ads";
export type Verb = "likes" | "saves" | "follows" | "hides" | "blocks" | "mutes";
export type Kind = "item" | "creator" | "topic" | "channel";
