/** What is heard in videos. */

import { say } from "../words/index.ts";

/** What a video has of its sound. */
export interface Heard { sound: string; title: string; named: boolean; handle: string | null }

/** A sound by itself. */
export interface Sound extends Heard {
  duration_s: number;
  videos: number;
  may_use: boolean;
  own: boolean;
  video: string | null;
  file: string | null;
}

/** As its owner named it, else whose it is, in the reader's language. */
export const nameOf = (sound: Heard): string => (sound.named || !sound.handle ? sound.title : say("of_sound", { name: `@${sound.handle}` }));
