/** The contact sheet of `jhalak items sheet`: one script and one style that go into an HTML file. */

import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { words } from "../build/words.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at("."),
  publicDir: false,
  plugins: [words(at("./src/words/messages")), svelte({ configFile: at("../svelte.config.js") })],
  build: {
    outDir: at("../../jhalak/api/built/contact"),
    emptyOutDir: true,
    target: "es2022",
    lib: { entry: at("./contact/main.ts"), formats: ["iife"], name: "contact", fileName: () => "contact.js", cssFileName: "contact" },
  },
});
