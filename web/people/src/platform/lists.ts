/** Series and lists of videos, as docs/api.md describes them. */

import { account } from "./account.svelte.ts";
import type { FeedItem, Person } from "./types.ts";

export interface OwnList { id: string; title: string; public: boolean; n: number; has: boolean }
export interface OwnLists { playlists: OwnList[]; may_be_public: boolean }
export interface ListPage {
  id: string; title: string; public: boolean; own: boolean; person: Person; n: number;
  /** Entries that the reader may not see. */
  unavailable: number;
  items: { place: number; video: FeedItem }[];
  next: number | null;
}
export interface SeriesPage {
  id: string; title: string; about: string; language: string; finished: boolean; parts: number; unavailable: number; person: Person;
  items: { part: number; video: FeedItem }[];
  next: number | null;
}

const OWN = "/v1/creators/me/playlists";
const entry = (list: string, video: string) => `${OWN}/${list}/videos/${encodeURIComponent(video)}`;

/** All raise Refusal. */
export const myLists = (video = "") => account.mine<OwnLists>("GET", video ? `${OWN}?video=${encodeURIComponent(video)}` : OWN);
export const makeList = (title: string) => account.mine<OwnList>("POST", OWN, { title });
export const changeList = (list: string, said: { title?: string; public?: boolean }) => account.mine<OwnList>("PATCH", `${OWN}/${list}`, said);
export const eraseList = (list: string) => account.mine("DELETE", `${OWN}/${list}`);
export const putIn = (list: string, video: string, place?: number) => account.mine("PUT", entry(list, video), place === undefined ? {} : { place });
export const takeOut = (list: string, video: string) => account.mine("DELETE", entry(list, video));
export const listPage = (list: string, after = 0) => account.seen<ListPage>("GET", `/v1/playlists/${encodeURIComponent(list)}?after=${after}`);
export const seriesPage = (series: string, after = 0) => account.seen<SeriesPage>("GET", `/v1/series/${encodeURIComponent(series)}?after=${after}`);
