/** Which fonts the app carries, and what each is cut to. */

export interface Face {
  /** As style sheets call it. */
  name: string;
  /** The package under @fontsource-variable, and which of its files. */
  family: string;
  script: string;
  /** Tells files of one family apart. */
  file: string;
  text: string;
  /** As style sheets ask for it. */
  weights: readonly [number, number];
  /** The one weight that is drawn for all of them; without it, each is. */
  drawn?: number;
}

const letters = (...ranges: [number, number][]): string => ranges
  .flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at))).join("");

/** Joiners and the dotted circle belong to the script they stand in. */
const JOINED = "\u200c\u200d\u25cc";
const DANDAS = "\u0964\u0965";
const LATIN = `${letters([0x20, 0x7e], [0xa0, 0xff])}\u2010\u2011\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u2020\u2022\u2026\u2030\u2032\u2033\u2039\u203a\u20ac\u20b9\u2122\u2190\u2192\u2212\u00d7\u2248`;
/** What Urdu writes, with the Arabic forms that feeds put in their place; the rest of Arabic would
 * make the font half as large again, and so would a second weight. */
const URDU = `${letters([0x60c, 0x60c], [0x61b, 0x61b], [0x61f, 0x61f], [0x621, 0x63a], [0x641, 0x652], [0x654, 0x654], [0x66a, 0x66c], [0x6f0, 0x6f9])}\u0670\u0679\u067e\u0686\u0688\u0691\u0698\u06a9\u06af\u06ba\u06be\u06c1\u06c2\u06c3\u06cc\u06d2\u06d3\u06d4\u0600\u0601\u060d\u0614 `;

const indic = (name: string, script: string, first: number): Face => ({
  name: `Noto Sans ${name}`, family: `noto-sans-${script}`, script, file: "text",
  text: letters([first, first + 0x7f]) + DANDAS + JOINED, weights: [400, 700],
});
/** Clocks are lighter than any text. */
const clock = (name: string, script: string, zero: number): Face => ({
  ...indic(name, script, 0), file: "clock", text: letters([zero, zero + 9]), weights: [300, 300],
});

export const FACES: readonly Face[] = [
  { name: "Noto Sans", family: "noto-sans", script: "latin", file: "latin", text: LATIN, weights: [300, 700] },
  { name: "Noto Nastaliq Urdu", family: "noto-nastaliq-urdu", script: "arabic", file: "text", text: URDU, weights: [400, 700], drawn: 550 },
  indic("Devanagari", "devanagari", 0x900), clock("Devanagari", "devanagari", 0x966),
  indic("Bengali", "bengali", 0x980), clock("Bengali", "bengali", 0x9e6),
  indic("Gurmukhi", "gurmukhi", 0xa00), indic("Gujarati", "gujarati", 0xa80), indic("Oriya", "oriya", 0xb00),
  indic("Tamil", "tamil", 0xb80), indic("Telugu", "telugu", 0xc00), indic("Kannada", "kannada", 0xc80),
  indic("Malayalam", "malayalam", 0xd00),
];

/** OpenType features that shape a script; ornaments and vertical forms are left out. */
export const FEATURES: string[] = (
  "ccmp locl nukt akhn rphf rkrf pref blwf half abvf pstf vatu cjct init medi fina isol pres blws abvs psts haln "
  + "rclt calt liga rlig clig kern curs mark mkmk dist abvm blwm tnum"
).split(" ");

/**
 * The device's fonts that stand in until ours is there. `width`: the mean width of their letters
 * a to z in ems, from their published metrics; left out where they draw our design already.
 */
export const LOCAL: Record<string, { family: string; script: string; fonts: string[]; width?: number }> = {
  "Noto Sans Roboto": { family: "noto-sans", script: "latin", fonts: ["Roboto", "Roboto Regular"], width: 0.499 },
  "Noto Sans Arial": { family: "noto-sans", script: "latin", fonts: ["Arial", "Liberation Sans", "Helvetica"], width: 0.488 },
  ...Object.fromEntries(["Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam"].map((name) => [
    `Noto Sans ${name} Local`,
    { family: `noto-sans-${name.toLowerCase()}`, script: name.toLowerCase(), fonts: [`Noto Sans ${name} UI`, `Noto Sans ${name}`, "Nirmala UI"] },
  ])),
};

/** The characters of `text` as CSS writes them: "U+20-7E, U+A0". */
export function spelled(text: string): string {
  const points = [...new Set([...text].map((letter) => letter.codePointAt(0) as number))].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const point of points) {
    const last = ranges.at(-1);
    if (last && point === last[1] + 1) last[1] = point;
    else ranges.push([point, point]);
  }
  const hex = (point: number) => point.toString(16).toUpperCase();
  return ranges.map(([from, to]) => (from === to ? `U+${hex(from)}` : `U+${hex(from)}-${hex(to)}`)).join(", ");
}
