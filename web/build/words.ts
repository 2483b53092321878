/**
 * Message catalogues (ICU MessageFormat, one JSON file a language) become one module a language:
 * a text without places stays a string, another becomes a function of its values and of `Tools`.
 * So nothing of MessageFormat is parsed on the phone.
 *
 *   import { catalogues } from "virtual:words";   // { hi: () => import(…), … }
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, type SelectCase, type Token } from "@messageformat/parser";
import type { Plugin } from "vite";

const ALL = "virtual:words";
const ONE = "virtual:words/";

/** Texts of another application that this one says too. */
export interface Borrowed { folder: string; keys: readonly string[] }

type Catalogue = Record<string, string>;
const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Catalogue;

export function words(folder: string, borrowed?: Borrowed): Plugin {
  const codes = readdirSync(folder).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5)).sort();
  return {
    name: "words",
    resolveId: (id) => (id === ALL || id.startsWith(ONE) ? `\0${id}` : undefined),
    load(id) {
      if (id === `\0${ALL}`) {
        return `export const catalogues = {${codes.map((code) => `${code}: () => import("${ONE}${code}")`).join(", ")}};`;
      }
      if (!id.startsWith(`\0${ONE}`)) return undefined;
      const name = `${id.slice(ONE.length + 1)}.json`;
      const path = join(folder, name);
      this.addWatchFile(path);
      const other = borrowed ? read(join(borrowed.folder, name)) : {};
      const taken = Object.fromEntries((borrowed?.keys ?? []).map((key) => [key, other[key] as string]));
      return `export default {${compiled({ ...taken, ...read(path) })}};`;
    },
  };
}

/** The catalogue as the inside of an object literal. Raises for what is no ICU message. */
export function compiled(catalogue: Catalogue): string {
  return Object.entries(catalogue).map(([key, text]) => `${key}: ${message(key, text)}`).join(",\n");
}

function message(key: string, text: string): string {
  try {
    const tokens = parse(text, { cardinal: ["zero", "one", "two", "few", "many", "other"] });
    const plain = tokens.every((token) => token.type === "content");
    return plain ? joined(tokens) : `(v, t) => ${joined(tokens)}`;
  } catch (error) {
    throw new Error(`${key}: ${JSON.stringify(text)} is no ICU message: ${String(error)}`);
  }
}

function joined(tokens: readonly Token[], counted = ""): string {
  return tokens.map((token) => piece(token, counted)).join(" + ") || '""';
}

/** `counted` is the value that "#" stands for. */
function piece(token: Token, counted: string): string {
  switch (token.type) {
    case "content": return JSON.stringify(token.value);
    case "argument": return `t.value(v.${token.arg})`;
    case "octothorpe": return `t.value(v.${counted})`;
    case "plural": return `t.plural(v.${token.arg}, {${cases(token.cases, token.arg)}})`;
    case "select": return `t.select(v.${token.arg}, {${cases(token.cases, counted)}})`;
    default: throw new Error(`${token.type} is not used here`);
  }
}

function cases(all: readonly SelectCase[], counted: string): string {
  return all.map(({ key, tokens }) => `${JSON.stringify(key)}: ${joined(tokens, counted)}`).join(", ");
}
