/** What the server says of people and what they say to one another, as docs/api.md describes it. */

import type { FeedItem, Part } from "../../../viewer/src/platform/types.ts";
import type { NoticeKind } from "./notice.ts";
import type { Heard } from "./sound.ts";

export interface Viewer { viewer: string; token: string; languages: string[] }

/** Who is signed in. */
export interface Me {
  handle: string;
  name: string;
  about: string;
  private: boolean;
  /** Known to be 16 or more. */
  may_be_public: boolean;
  verified: boolean;
  created_ms: number;
  recovery_codes_left: number;
}

export interface Person { handle: string; name: string; verified?: boolean }

/** A person as the viewer who asks sees them. */
export interface Profile extends Person {
  about: string;
  private: boolean;
  followers: number;
  following: number;
  likes: number;
  videos: number;
  follows: "no" | "asked" | "yes";
  blocks: boolean;
  mutes: boolean;
  /** It is the asker's own account. */
  own: boolean;
}

/** A video in a grid: what a slide of the feed plays. */
export type { FeedItem };

export interface SessionRow { id: string; device: string; began_ms: number; used_ms: number; this: boolean }
export interface PasskeyRow { id: string; name: string; created_ms: number; used_ms: number }

export interface Notice {
  id: string;
  kind: NoticeKind;
  subject: string;
  about: Record<string, string>;
  /** At most two, the newest first. */
  people: Person[];
  /** How many persons did it; 0: Jhalak says it. Of a new part of a series: how many parts. */
  n: number;
  at_ms: number;
  read: boolean;
}
export interface NoticePage { notifications: Notice[]; unread: number; next: string | null }

export interface Wishes {
  kinds: Record<NoticeKind, "push" | "list" | "off">;
  quiet: { on: boolean; begin: string; end: string };
  utc_offset_min: number;
  /** Under 18 the night is quiet, whatever is chosen. */
  night_is_quiet: boolean;
  /** Does this server push at all? */
  push: boolean;
}

export interface VideoPage { items: FeedItem[]; next: string | null }

/** What a report is about. */
export interface Reported { kind: "item" | "comment" | "creator"; id: string }

export interface CommentRow {
  id: string;
  /** The comment that it stands below; null: it begins a thread. */
  thread: string | null;
  text: string;
  language: string;
  /** Only its writer is told of one that is held or removed; an erased one has no writer any more. */
  state: "shown" | "held" | "removed" | "erased";
  writer: Person | null;
  /** Handle of whom a reply answers. */
  answers: string | null;
  mentions: string[];
  likes: number;
  liked: boolean;
  /** The video's creator likes it. */
  by_creator: boolean;
  replies: number;
  pinned: boolean;
  mine: boolean;
  at: string;
  edited: string | null;
}

export interface CommentPage {
  /** Of all that are shown of the video, replies too. */
  count: number;
  comments: CommentRow[];
  next: string | null;
}

export interface CommentRules { comments: "everyone" | "followers" | "off"; words: string[] }

export interface ReportRow {
  id: string;
  kind: Reported["kind"];
  target: string;
  reason: string;
  state: "open" | "decided";
  /** upheld: it was against the rules. */
  outcome: "upheld" | "dismissed" | null;
  at_ms: number;
  due_ms: number;
}

/** What became of an appeal, or until when one may be made; 0: not any more. */
export interface AppealState { until_ms: number; state: "none" | "waiting" | "upheld" | "dismissed" }
export type Step = "warning" | "pause" | "suspension";
export type About = "strike" | "comment" | "suspension";

export interface Strike {
  id: string;
  reason: string;
  kind: string | null;
  at_ms: number;
  until_ms: number;
  lifted_ms: number;
  counts: boolean;
  meant: Step;
  appeal: AppealState;
}
export interface Standing {
  strikes: Strike[];
  counting: number;
  /** What one more means. */
  next: Step;
  paused_until_ms: number;
  suspended_ms: number;
  suspension: AppealState | null;
  removed: { comment: string; reason: string; decided_ms: number; appeal: AppealState }[];
  rules: { strike_days: number; pause_strikes: number; pause_days: number; suspend_strikes: number; at_once: string[]; appeal_days: number };
}

/** A video by itself, with what stands beside it. */
export interface VideoDetail extends FeedItem {
  own: boolean;
  /** Who may comment, and whether the viewer may. */
  comments: "everyone" | "followers" | "off";
  may_comment: boolean;
  /** What is heard in it. */
  sound: Heard | null;
  /** What the viewer may make with it. */
  uses: Use[];
  /** What it was made with; `live`: the viewer can see that one. */
  of: { kind: Use; video: string; handle: string; title: string; live: boolean } | null;
  /** Which part of which series it is. */
  series: Part | null;
}
export type Use = "duet" | "stitch" | "sound";
