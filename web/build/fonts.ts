/**
 * The app's fonts, made from Noto's when the app is built: `import "virtual:fonts.css"`.
 *
 * One file a script with the weights from 400 to 700, cut to what its languages write; a fallback
 * face of the same height for each, so that nothing moves when the font arrives. What was made is
 * kept under node_modules/.cache until the table below or a font changes (all: half a minute).
 */

/// <reference path="./subset-font.d.ts" />

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import subset from "subset-font";
import type { Plugin } from "vite";
import { FACES, FEATURES, LOCAL, spelled, type Face } from "./font_table.ts";

const require = createRequire(import.meta.url);
const CACHE = fileURLToPath(new URL("../node_modules/.cache/fonts/", import.meta.url));
const MADE_BY = ["./fonts.ts", "./font_table.ts"].map((name) => new URL(name, import.meta.url));

export function fonts(): Plugin {
  let made: Promise<string> | undefined;
  return {
    name: "fonts",
    resolveId: (id) => (id === "virtual:fonts.css" ? (made ??= styles()) : undefined),
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "assets/NOTICE.txt", source: notice() });
    },
  };
}

/** What the licence asks to stand beside the fonts: whose they are, and the licence itself. */
function notice(): string {
  const licences = [...new Set(FACES.map(({ family }) => family))]
    .map((family) => readFileSync(join(dirname(require.resolve(`@fontsource-variable/${family}/package.json`)), "LICENSE"), "utf8"));
  const owners = new Set(licences.map((text) => text.slice(0, text.indexOf("\n")).trim()));
  const first = licences[0] as string;
  return `The fonts in this folder are subsets of Noto.\n\n${[...owners].join("\n")}\n${first.slice(first.indexOf("\n"))}`;
}

const sourceOf = ({ family, script }: Face) => readFileSync(
  require.resolve(`@fontsource-variable/${family}/files/${family}-${script}-wght-normal.woff2`));

/** Makes what is not there yet; answers the path of the style sheet. */
export async function styles(): Promise<string> {
  const hash = createHash("sha256");
  for (const url of MADE_BY) hash.update(readFileSync(url));
  for (const face of FACES) hash.update(sourceOf(face));
  const folder = join(CACHE, hash.digest("hex").slice(0, 16));
  const sheet = join(folder, "fonts.css");
  if (existsSync(sheet)) return sheet;
  mkdirSync(folder, { recursive: true });
  const rules: string[] = [];
  for (const face of FACES) rules.push(await ruleOf(face, folder));
  for (const [name, { family, script }] of Object.entries(LOCAL)) rules.push(await fallbackOf(name, family, script));
  // Last and in one step: another build beside this one sees all of it or nothing.
  const part = `${sheet}.${process.pid}`;
  writeFileSync(part, rules.join("\n"));
  renameSync(part, sheet);
  return sheet;
}

async function ruleOf(face: Face, folder: string): Promise<string> {
  const [least, most] = face.weights;
  const cut = await subset(sourceOf(face), face.text, {
    targetFormat: "woff2", keepFeatures: FEATURES, noHinting: true,
    variationAxes: { wght: face.drawn ?? (least === most ? least : { min: least, max: most, default: 400 }) },
  });
  const name = `${face.family}-${face.file}.woff2`;
  writeFileSync(join(folder, name), cut);
  return `@font-face { font-family: "${face.name}"; font-weight: ${least} ${most}; font-display: swap; `
    + `src: url("./${name}") format("woff2"); unicode-range: ${spelled(face.text)}; }`;
}

/** The device's own font under the measures of ours. */
async function fallbackOf(name: string, family: string, script: string): Promise<string> {
  const local = LOCAL[name] as (typeof LOCAL)[string];
  const font = await subset(sourceOf({ family, script } as Face), "abcdefghijklmnopqrstuvwxyz", { targetFormat: "truetype", keepFeatures: [], variationAxes: { wght: 400 } });
  const { ascent, descent, width } = measured(font);
  const wider = local.width ? width / local.width : 1;
  const share = (value: number) => `${(value * 100).toFixed(1)}%`;
  return `@font-face { font-family: "${name}"; src: ${local.fonts.map((one) => `local("${one}")`).join(", ")}; `
    + `size-adjust: ${share(wider)}; ascent-override: ${share(ascent / wider)}; descent-override: ${share(descent / wider)}; line-gap-override: 0%; }`;
}

/** Ascent, descent and the mean width of the letters in a TrueType file, in ems. */
export function measured(font: Uint8Array): { ascent: number; descent: number; width: number } {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tables = new Map(Array.from({ length: view.getUint16(4) }, (_, at) => {
    const entry = 12 + at * 16;
    return [String.fromCharCode(...font.subarray(entry, entry + 4)), view.getUint32(entry + 8)] as const;
  }));
  const at = (table: string) => tables.get(table) as number;
  const em = view.getUint16(at("head") + 18);
  const glyphs = view.getUint16(at("hhea") + 34);
  const widths = Array.from({ length: glyphs - 1 }, (_, glyph) => view.getUint16(at("hmtx") + 4 * (glyph + 1)));
  return {
    ascent: view.getInt16(at("hhea") + 4) / em,
    descent: -view.getInt16(at("hhea") + 6) / em,
    width: widths.reduce((sum, one) => sum + one, 0) / Math.max(1, widths.length) / em,
  };
}
