import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { early } from "../build/early.ts";
import { fonts } from "../build/fonts.ts";
import { precompress } from "../build/precompress.ts";
import { onlyMounted, replacedState, SMALL } from "../build/small.ts";
import { words } from "../build/words.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const built = at("../../jhalak/api/built/viewer");

/** What is fetched when it is first wanted; all else is one file, which compresses better than many. */
const LATER = /messages|screens\/(Me|me\/)|shared\/art/;
const WATCHED = /screens\/(Feed|Channels|Reader|Why|more|reel)|platform\/(ahead|entry|films|ladder|people|share|watched)|parts\/(Film|Slide)/;
const ours = (id: string) => /\/(src|shared|svelte)\//.test(id) && !LATER.test(id);

export default defineConfig({
  root: at("."),
  plugins: [fonts(), words(at("./src/words/messages")), svelte({ configFile: at("../svelte.config.js") }), onlyMounted(), replacedState(), early("pens"), precompress(built)],
  build: {
    outDir: built,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    minify: "terser", // 2 % smaller than Vite's own
    terserOptions: SMALL,
    rolldownOptions: { output: { codeSplitting: { groups: [
      { name: "app", test: (id: string) => ours(id) && !WATCHED.test(id) },
      { name: "more", test: (id: string) => ours(id) && WATCHED.test(id) },
    ] } } },
  },
  // `npx vite -c viewer/vite.config.ts` beside a running `jhalak serve`; JHALAK names another address.
  server: { proxy: { "^/(v1|media)/": process.env["JHALAK"] ?? "http://127.0.0.1:8787" } },
});
