/** The language whose type a text needs, by the script of its first letter; for texts that come without one. */

const BLOCKS = ["hi", "bn", "pa", "gu", "or", "ta", "te", "kn", "ml"]; // of 128 characters each, from U+0900

export function scriptOf(text: string): string | undefined {
  const [letter] = text.match(/\p{L}/u) ?? [];
  const point = letter?.codePointAt(0) ?? 0;
  if (point >= 0x600 && point < 0x780) return "ur";
  if (point >= 0x900 && point < 0xd80) return BLOCKS[(point - 0x900) >> 7];
  return letter ? "en" : undefined;
}
