/**
 * `await load("hi")`, then `say("lessened", { topic })` in templates: it follows the language.
 *
 * Texts stand in messages/LANGUAGE.json as ICU MessageFormat; build/words.ts compiles them.
 */

import { words, type Key } from "./words.svelte.ts";
import type { Values } from "./tools.ts";

export { words, type Key };

export const load = (language: string): Promise<void> => words.load(language);
export const say = (key: Key, values?: Values): string => words.say(key, values);
