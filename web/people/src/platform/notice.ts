/** What a notification says, and where it leads. */

import type { Notice } from "./types.ts";

/** Each can be turned off. */
export const CHOSEN = [
  "like", "follow", "follow_request", "follow_accepted", "comment", "reply", "mention", "duet", "stitch", "sound",
  "part",
] as const;
/** What Jhalak owes to say. */
const OWED = ["report_decided", "taken_down", "appeal_decided", "strike", "suspended"] as const;
export type NoticeKind = (typeof CHOSEN)[number] | (typeof OWED)[number];

const RULED: readonly NoticeKind[] = ["taken_down", "appeal_decided", "strike", "suspended"];

/** Where one goes to see what it is about; "" nowhere. */
export function leadsTo({ kind, subject, about, people }: Notice): string {
  if (kind === "report_decided") return "reports";
  if (RULED.includes(kind)) return "standing";
  if (kind === "follow_request") return "requests";
  if (kind === "follow" || kind === "follow_accepted") return people[0] ? `@${people[0].handle}` : "";
  const video = about["video"] ?? subject;
  return video ? `v/${video}` : "";
}

/** How many there are beside those who are named; of a new part the parts are counted. */
export const others = ({ kind, n, people }: Pick<Notice, "kind" | "n" | "people">): number =>
  kind === "part" ? 0 : Math.max(0, n - Math.min(people.length, 1));

/** A title in a sentence: it may be of another script, and the sentence keeps its own direction. */
export const isolated = (text: string): string => `\u2068${text}\u2069`;
