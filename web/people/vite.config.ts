import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { fonts } from "../build/fonts.ts";
import { precompress } from "../build/precompress.ts";
import { onlyMounted, SMALL } from "../build/small.ts";
import { words } from "../build/words.ts";
import { BORROWED } from "./src/words/borrowed.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const built = at("../../jhalak/api/built/people");

/** What others ask for by name: the viewer's app the sheet, browsers the worker. */
const NAMED = ["sheet", "push"];
const ENTRIES = /(main|sheet|over|own|collections)\.ts$|fonts|look\.css/;
const LATER = /messages|shared\/art/;
/** What only who is signed in sees, or is about to be; all else is one file, which compresses better than many. */
const OWN = /screens\/(?!Video|Profile)|parts\/(Row|Secret|Handle|JoinTaste|CodeList|AppealForm|Switch)|platform\/(sign|codes|passkey|push|secure|saved|notice|handle)\./;
/** What only who opens a list or a series sees. */
const LISTS = /screens\/(Lists?|Series)\.|parts\/(AddTo|Line|NewList)\.|platform\/lists\./;
const ours = (id: string) => /\/(src|shared|svelte)\//.test(id) && !LATER.test(id) && !ENTRIES.test(id);

export default defineConfig({
  root: at("."),
  base: "/people/",
  plugins: [
    fonts(), words(at("./src/words/messages"), { folder: at("../viewer/src/words/messages"), keys: BORROWED }),
    svelte({ configFile: at("../svelte.config.js") }), onlyMounted(), precompress(built),
  ],
  build: {
    outDir: built,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    minify: "terser",
    terserOptions: SMALL,
    rolldownOptions: {
      preserveEntrySignatures: "exports-only",
      input: { index: at("./index.html"), sheet: at("./src/sheet.ts"), push: at("./sw/push.ts") },
      output: {
        entryFileNames: ({ name }) => (NAMED.includes(name) ? "[name].js" : "assets/[name]-[hash].js"),
        codeSplitting: { groups: [
          { name: "app", test: (id: string) => ours(id) && !OWN.test(id) && !LISTS.test(id) },
          { name: "own", test: (id: string) => ours(id) && OWN.test(id) && !LISTS.test(id) },
          { name: "lists", test: (id: string) => ours(id) && LISTS.test(id) },
        ] },
      },
    },
  },
  // `npx vite -c people/vite.config.ts` beside a running `jhalak serve`; JHALAK names another address.
  server: { proxy: { "^/(v1|video|media)/": process.env["JHALAK"] ?? "http://127.0.0.1:8787" } },
});
