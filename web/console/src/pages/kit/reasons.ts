/** Why something is against the rules: the codes of reports (jhalak/trust/reasons.py), in words. */

const WORDS = {
  spam: "spam",
  violence: "violence",
  sexual: "sexual",
  hate: "hate",
  false: "false, may do harm",
  illegal: "against the law",
  child_safety: "a child is not safe",
  copyright: "somebody else's work",
  other: "something else",
  harassment: "harassment",
  impersonation: "pretends to be somebody",
  self_harm: "self-harm",
  privacy: "tells private things",
} as const;

export type Reason = keyof typeof WORDS;

export const REASONS: Readonly<Record<string, string>> = WORDS;

/** What a page offers, each code with its words, in the order of their keys: 1 to 9, then none. */
export const keyed = (...codes: Reason[]): [code: Reason, words: string][] => codes.map((code) => [code, WORDS[code]]);

/** `CODE N`, as reports are counted, in words; `more`: codes of the page's own. */
export function counted(line: string, more: Readonly<Record<string, string>> = {}): string {
  const [code = "", count] = line.split(" ");
  const words = REASONS[code] ?? more[code] ?? code.replaceAll("_", " ");
  return count ? `${words}, ${count} ${count === "1" ? "report" : "reports"}` : words;
}
