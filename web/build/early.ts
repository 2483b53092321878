/**
 * A few bytes of script that ask for what the app will want (words in the browser's language, or in
 * the one chosen before, and for who is known the drawings too) while the app itself is still on its way.
 */

import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** `screen`: the chunk of what only a known viewer sees at once. */
export function early(screen: string): Plugin {
  return {
    name: "early",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const names = Object.keys(bundle);
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("there is no index.html to put a script into");
      const words = Object.fromEntries(names.flatMap((name) => {
        const found = /^assets\/([a-z]{2})-([\w-]{8})\.js$/.exec(name);
        return found ? [[found[1] as string, found[2] as string]] : [];
      }));
      const shown = names.filter((name) => name.startsWith(`assets/${screen}-`));
      const source = script(words, shown.map((name) => `/${name}`));
      const fileName = `assets/early-${createHash("sha256").update(source).digest("base64url").slice(0, 8)}.js`;
      this.emitFile({ type: "asset", fileName, source });
      page.source = String(page.source).replace("<script type=\"module\"", `<script async src="/${fileName}"></script>\n  $&`);
    },
  };
}

/** `words`: hashes by language; the language chosen before lies in localStorage, where that may be used. */
const script = (words: Record<string, string>, screen: readonly string[]) => `((words, screen) => {
let known;
try { known = localStorage.language } catch {}
const language = words[known] ? known : (navigator.languages || []).map(tag => tag.slice(0, 2).toLowerCase()).find(code => words[code]) || "en";
for (const href of [\`/assets/\${language}-\${words[language]}.js\`, ...known ? screen : []]) {
const link = document.createElement("link");
link.rel = "modulepreload";
link.href = href;
document.head.append(link);
}
})(${JSON.stringify(words)}, ${JSON.stringify(screen)})
`;
