/** The service worker, built after the app: it knows the app's files by name. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";
import { precompress } from "../build/precompress.ts";
import { SMALL } from "../build/small.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const built = at("../../jhalak/api/built/viewer");
const named = (name: string) => /\.(js|css|woff2)$/.test(name);

export default defineConfig((): UserConfig => {
  const all = readdirSync(`${built}/assets`).filter(named).sort();
  const index = readFileSync(`${built}/index.html`, "utf8");
  // Words and fonts are kept when they are first used, in the languages in which they are.
  const shell = all.filter((name) => !/^[a-z]{2}-/.test(name) && !name.endsWith(".woff2"));
  const version = createHash("sha256").update(index).digest("hex").slice(0, 12);
  const files = { shell: shell.map((name) => `/assets/${name}`), all: all.map((name) => `/assets/${name}`) };
  writeFileSync(`${built}/assets/files-${version}.json`, JSON.stringify(files));
  return {
    root: at("."),
    publicDir: false,
    plugins: [precompress(built)],
    define: { VERSION: JSON.stringify(version) },
    build: {
      outDir: built,
      emptyOutDir: false,
      target: "es2022",
      minify: "terser",
      terserOptions: SMALL,
      lib: { entry: at("./sw/sw.ts"), formats: ["iife"], name: "worker", fileName: () => "sw.js" },
    },
  };
});
