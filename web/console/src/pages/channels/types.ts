/** Channels as the console's API tells of them, and as a form holds one. */

export interface Channel {
  id: string;
  names: Record<string, string>;
  topics: string[];
  hashtags: string[];
  languages: string[];
  picked: string[];
  left_out: string[];
  hidden: boolean;
  changed: boolean;
  ships: boolean;
  items: Record<string, number>;
  newest: { item: string; title: string; language: string; topic: string; publisher: string; kind: string }[];
}

export interface Draft {
  id: string;
  names: Record<string, string>;
  topics: string[];
  hashtags: string;
  languages: string[];
  picked: string;
  left_out: string;
  hidden: boolean;
}

export const EMPTY: Draft = { id: "", names: {}, topics: [], hashtags: "", languages: [], picked: "", left_out: "", hidden: false };

export const total = (channel: Channel): number => Object.values(channel.items).reduce((sum, n) => sum + n, 0);

/** A list is typed with spaces or a line each. */
export const list = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

export const draftOf = (channel: Channel): Draft => ({
  id: channel.id, names: { ...channel.names }, topics: [...channel.topics], hashtags: channel.hashtags.map((tag) => `#${tag}`).join(" "),
  languages: [...channel.languages], picked: channel.picked.join(" "), left_out: channel.left_out.join(" "), hidden: channel.hidden,
});

/** What is sent: empty names are no names. */
export const bodyOf = (draft: Draft, why: string): Record<string, unknown> => ({
  names: Object.fromEntries(Object.entries(draft.names).filter(([, name]) => name.trim())),
  topics: draft.topics, hashtags: list(draft.hashtags), languages: draft.languages, picked: list(draft.picked),
  left_out: list(draft.left_out), hidden: draft.hidden, why,
});
