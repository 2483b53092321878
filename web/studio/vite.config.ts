import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { fonts } from "../build/fonts.ts";
import { precompress } from "../build/precompress.ts";
import { words } from "../build/words.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const built = at("../../jhalak/api/built/studio");

export default defineConfig({
  root: at("."),
  base: "/studio/",
  plugins: [fonts(), words(at("./src/words/messages")), svelte({ configFile: at("../svelte.config.js") }), precompress(built)],
  build: { outDir: built, emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2022" },
  // `npx vite -c studio/vite.config.ts` beside a running `jhalak serve`; JHALAK names another address.
  server: { proxy: { "^/(v1|video)/": process.env["JHALAK"] ?? "http://127.0.0.1:8787" } },
});
