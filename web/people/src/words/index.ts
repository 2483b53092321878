/** `say("comments")` in templates: it follows the language. The viewer's app's tools over catalogues of our own. */

import { words } from "../../../viewer/src/words/words.svelte.ts";
import type { Values } from "../../../viewer/src/words/tools.ts";
import type { BORROWED } from "./borrowed.ts";
import type english from "./messages/en.json";

export { words };
export type Key = keyof typeof english | (typeof BORROWED)[number];

// build/words.ts puts these catalogues in the place of the viewer's.
const ours = words as unknown as { say(key: Key, values?: Values): string };

export const load = (language: string): Promise<void> => words.load(language);
export const say = (key: Key, values?: Values): string => ours.say(key, values);
/** Is there a text of that name? A code of the server that has none is told in general words. */
export const hasText = (key: string): key is Key => ours.say(key as Key) !== "";
