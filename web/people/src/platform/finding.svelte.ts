/** What is found while one types, and the channels for who has typed nothing. */

import type { Sound } from "./sound.ts";
import type { FeedItem } from "./types.ts";
import { account } from "./account.svelte.ts";

export interface ItemHit {
  item: string; kind: string; title: string; summary: string; language: string; topic: string; creator: string | null;
  duration_s: number | null; published: string;
}
export interface NameHit { name: string; items: number }
/** `called`: how somebody wants to be called; "" of a publisher. */
export interface CreatorHit extends NameHit { called: string; verified: boolean }
/** `sound`: null of a publisher's, which has no page. */
export interface SoundHit { name: string; sound: string | null; named: boolean; handle: string | null; items: number }
export interface Found { items: ItemHit[]; creators: CreatorHit[]; hashtags: NameHit[]; sounds: SoundHit[] }
export interface Channel { channel: string; name: string; items: number; followed: boolean }

const PAUSE_MS = 180;

/** Is there a page of its own for it? Only videos of people here have one. */
export const hasPage = (hit: { kind?: string; creator: string | null }): boolean => hit.kind !== "card" && Boolean(hit.creator?.startsWith("@"));

export const nothing = (found: Found): boolean => !found.items.length && !found.creators.length && !found.hashtags.length && !found.sounds.length;

export class Finding {
  found = $state.raw<Found | undefined>(undefined);
  channels = $state.raw<Channel[]>([]);
  shown = $state.raw<FeedItem[]>([]);
  rising = $state.raw<SoundHit[]>([]);
  channel = $state("");
  trouble = $state(false);
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Asks once the typing pauses; only the newest question is answered. */
  type(words: string): void {
    clearTimeout(this.#timer);
    const mine = ++this.#asked;
    if (!words.trim()) {
      this.found = undefined;
      return;
    }
    this.#timer = setTimeout(() => void this.#read(`/v1/search?q=${encodeURIComponent(words.slice(0, 200))}`, (said: Found) => { if (mine === this.#asked) this.found = said; }), PAUSE_MS);
  }

  async look(): Promise<void> {
    await this.#read("/v1/channels", (said: { channels: Channel[] }) => { this.channels = said.channels.filter((one) => one.items > 0); });
    await this.#read("/v1/sounds?rising=true", (said: { sounds: Sound[] }) => {
      this.rising = said.sounds.map(({ title, sound, named, handle, videos }) => ({ name: title, sound, named, handle, items: videos }));
    });
  }

  async follow(channel: Channel): Promise<void> {
    const followed = !channel.followed;
    await this.#read(`/v1/me/follows/channel/${channel.channel}`, () => {
      this.channels = this.channels.map((one) => (one.channel === channel.channel ? { ...one, followed } : one));
    }, followed ? "PUT" : "DELETE");
  }

  async open(channel: string): Promise<void> {
    this.channel = this.channel === channel ? "" : channel;
    this.shown = [];
    if (this.channel) await this.#read(`/v1/video/feed?limit=24&channel=${channel}`, (said: { items: FeedItem[] }) => { if (this.channel === channel) this.shown = said.items; });
  }

  async #read<T>(path: string, take: (said: T) => void, method = "GET"): Promise<void> {
    try {
      const said = await account.seen<T>(method, path);
      if (said) take(said);
      this.trouble = false;
    } catch {
      this.trouble = true;
    }
  }
}
