import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { words } from "./build/words.ts";

export default defineConfig({
  plugins: [words(new URL("./viewer/src/words/messages", import.meta.url).pathname), svelte()],
  test: { include: ["{viewer,console,studio,people,shared}/**/*.test.ts"], passWithNoTests: true },
});
