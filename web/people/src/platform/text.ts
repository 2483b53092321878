/** How long what one writes may be, counted as the server counts: by what is read as one letter, whatever its script. */

export const TEXT = 1000;
/** Of a name, and of what one says of oneself. */
export const NAME = 40, ABOUT = 300;
/** More code units than letters have in a text of any script: a field takes that many, then letters are counted. */
export const UNITS = 6;

/** Without one (older browsers) code points are counted: that allows less, never more. */
const letters = "Segmenter" in Intl ? new Intl.Segmenter("und", { granularity: "grapheme" }) : null;

export function leftOf(text: string, most = TEXT): number {
  const sent = text.normalize("NFC");
  return most - [...letters?.segment(sent) ?? sent].length;
}
