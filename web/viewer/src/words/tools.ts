/** What compiled messages call: values, plurals and choices as one language writes them. */

import { directionOf, localeOf } from "../platform/locale.ts";

export type Value = string | number;
export type Values = Record<string, Value>;
type Cases = Record<string, string>;
export type Message = string | ((values: Values, tools: Tools) => string);

export interface Tools {
  /** A number in the language's digits; a name so that its direction does not turn the sentence. */
  value(value: Value | undefined): string;
  plural(count: Value | undefined, cases: Cases): string;
  select(choice: Value | undefined, cases: Cases): string;
}

/** Letters of the other direction, and marks that would change it. */
const TURNS = {
  ltr: /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/,
  rtl: /[^\u0000-\u0040\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/,
};
const OPENED = /[\u202a-\u202e\u2066-\u2069]/g;

/** The name apart from what stands around it; what it opens by itself is taken out. */
export function isolated(text: string, direction: "ltr" | "rtl"): string {
  return TURNS[direction].test(text) ? `\u2068${text.replace(OPENED, "")}\u2069` : text;
}

export function toolsFor(code: string): Tools {
  const locale = localeOf(code);
  const direction = directionOf(code);
  // Made when they are first wanted: they are the dearest thing of a start.
  let numbers: Intl.NumberFormat | undefined;
  let rules: Intl.PluralRules | undefined;
  const written = (value: number) => (numbers ??= new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })).format(value);
  const rule = (count: number) => (rules ??= new Intl.PluralRules(locale)).select(count);
  return {
    value: (value = "") => (typeof value === "number" ? written(value) : isolated(value, direction)),
    plural: (count = 0, cases) => cases[`=${count}`] ?? cases[rule(Number(count))] ?? cases["other"] ?? "",
    select: (choice = "", cases) => cases[choice] ?? cases["other"] ?? "",
  };
}
