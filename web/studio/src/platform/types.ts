/** What the server says of a creator and their videos, as docs/api.md describes it. */

export interface Quota { videos_left_today: number; bytes_left_today: number; most_bytes: number; most_s: number }
export interface Creator { handle: string; name: string; created_ms: number; quota: Quota }

export type Rights = "own" | "licensed" | "other";
export type VideoState = "waiting" | "held" | "draft" | "live" | "refused" | "removed";

/** How a video can be made with another one. */
export const USES = ["duet", "stitch", "sound"] as const;
export type UseKind = typeof USES[number];
export interface Made { kind: UseKind; video: string }
/** With whose it was then: the attribution stays when that goes. */
export interface Use extends Made { handle: string; title: string }
export interface Sharing {
  audience: "everyone" | "followers";
  /** "": as for all of one's videos. */
  comments: "" | "everyone" | "followers" | "off";
  duet: boolean;
  stitch: boolean;
  sound: boolean;
}

/** What is heard in a video; `own`: its creator brought it, names it, and says who may use it. */
export interface Heard { sound: string; title: string; named: boolean; handle: string; own: boolean; open: boolean; down: string }

export interface Video extends Sharing {
  id: string;
  state: VideoState;
  progress: number;
  reason: string;
  caption: string;
  language: string;
  topic: string;
  rights: Rights;
  labels: string[];
  of: Use | null;
  heard: Heard | null;
  duration_s: number | null;
  poster: string | null;
  /** A film of it for its creator, once it has passed. */
  preview: string | null;
  /** `later`: at `publish_ms`. */
  publish: "now" | "draft" | "later";
  publish_ms: number;
  created_ms: number;
  complete: boolean;
  /** Hours until its first viewers have seen it; null: they have. */
  waits_h: number | null;
}

/** What is said of a video before it is uploaded; undefined: not said yet. */
export interface Told {
  caption: string;
  language: string;
  topic: string;
  ai?: boolean | undefined;
  sensitive?: boolean | undefined;
  rights?: Rights | undefined;
  /** Seconds; below 0: the best frame. */
  cover_s: number;
  shared: Sharing;
  made?: Made | undefined;
  /** `now`, `draft`, or a time with its zone. */
  publish: string;
}

export const CAPTION = 2200;
