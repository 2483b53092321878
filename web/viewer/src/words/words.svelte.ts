/** The app's words in the viewer's language; each language's catalogue is loaded when it is wanted. */

import { catalogues } from "virtual:words";
import { CODES, directionOf } from "../platform/locale.ts";
import type english from "./messages/en.json";
import { toolsFor, type Message, type Tools, type Values } from "./tools.ts";

export type Key = keyof typeof english;
type Catalogue = Record<Key, Message>;

class Words {
  /** The language whose catalogue is in use; "" before the first is there. */
  language = $state.raw("");
  #catalogue = $state.raw<Partial<Catalogue>>({});
  #tools: Tools = toolsFor("en");

  readonly direction = $derived(directionOf(this.language));

  /**
   * Loads the catalogue of `language` (of English for one that Jhalak does not speak) and turns the
   * document to it. Raises where it cannot be had: then the one in use stays.
   */
  async load(language: string): Promise<void> {
    const code = CODES.includes(language) ? language : "en";
    if (code !== this.language) {
      const catalogue = (await (catalogues[code] as () => Promise<{ default: Catalogue }>)()).default;
      this.#tools = toolsFor(code);
      this.#catalogue = catalogue;
      this.language = code;
      remember(code);
    }
    document.documentElement.lang = code;
    document.documentElement.dir = directionOf(code);
  }

  /** The text of `key`, its places filled from `values`; "" before a catalogue is there. */
  say(key: Key, values: Values = {}): string {
    const message = this.#catalogue[key];
    if (message === undefined) return "";
    return typeof message === "string" ? message : message(values, this.#tools);
  }
}

/** For build/early.ts, at the next start. */
function remember(code: string): void {
  try {
    localStorage["language"] = code;
  } catch {
    // Storage is off: the browser's language is asked for first.
  }
}

export const words = new Words();
