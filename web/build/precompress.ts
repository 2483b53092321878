/** Writes NAME.br and NAME.gz beside each built file that gets smaller, so that no server ever
 * compresses while somebody waits. */

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const WORTH = /\.(html|js|css|json|svg|webmanifest|txt)$/;

export function precompress(folder: string): Plugin {
  return {
    name: "precompress",
    apply: "build",
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        const path = join(folder, name);
        if (!WORTH.test(name) || !statSync(path).isFile()) continue;
        const plain = readFileSync(path);
        const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
        for (const [ending, made] of [["br", brotliCompressSync(plain, brotli)], ["gz", gzipSync(plain, { level: 9 })]] as const) {
          if (made.length < plain.length) writeFileSync(`${path}.${ending}`, made);
        }
      }
    },
  };
}
