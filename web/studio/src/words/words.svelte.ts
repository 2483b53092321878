/** The studio's words: `say("upload")` in templates follows the language. */

import { catalogues } from "virtual:words";
import { directionOf, preferred } from "../../../viewer/src/platform/locale.ts";
import { toolsFor, type Message, type Values } from "../../../viewer/src/words/tools.ts";
import type english from "./messages/en.json";

export type Key = keyof typeof english;

const KEPT = "jhalak.studio.language";
let catalogue = $state.raw<Partial<Record<Key, Message>>>({});
let tools = toolsFor("en");

class Words {
  language = $state("en");
}
export const words = new Words();
/** The languages in which there are words. */
export const SPOKEN: readonly string[] = Object.keys(catalogues);

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // storage is off: the browser's it is
  }
}

/** Turns the studio to `language`; to the one chosen before, or the browser's, when none is named. */
export async function loadWords(language = kept() ?? preferred()): Promise<void> {
  const code = SPOKEN.includes(language) ? language : "en";
  const found = await (catalogues[code] as () => Promise<{ default: Record<Key, Message> }>)();
  catalogue = found.default;
  tools = toolsFor(code);
  words.language = code;
  document.documentElement.lang = code;
  document.documentElement.dir = directionOf(code);
}

export async function chooseLanguage(language: string): Promise<void> {
  await loadWords(language);
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // It holds until the page is left.
  }
}

/** The text of `key`, its places filled from `values`. */
export function say(key: Key, values: Values = {}): string {
  const message = catalogue[key];
  if (message === undefined) return "";
  return typeof message === "string" ? message : message(values, tools);
}

/** Is there a text of that name? */
export const hasText = (key: string): key is Key => key in catalogue;
