import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { fonts } from "../build/fonts.ts";
import { precompress } from "../build/precompress.ts";
import { words } from "../build/words.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const built = at("../../jhalak/api/built/viewer");

/** What is fetched when it is first opened; all else is one file, which compresses better than many. */
const LATER = /messages|screens\/(Feed|Me|Reader|Why|me\/|reel)|platform\/(ahead|entry|films|ladder|share|video_budget|watched)/;

export default defineConfig({
  root: at("."),
  plugins: [fonts(), words(at("./src/words/messages")), svelte({ configFile: at("../svelte.config.js") }), precompress(built)],
  build: {
    outDir: built,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "app", test: (id: string) => /\/(src|shared|svelte)\//.test(id) && !LATER.test(id) }] } } },
  },
  // `npx vite -c viewer/vite.config.ts` beside a running `jhalak serve`; JHALAK names another address.
  server: { proxy: { "^/(v1|media)/": process.env["JHALAK"] ?? "http://127.0.0.1:8787" } },
});
