/** How scripts that a phone fetches are made small. */

import type { Plugin } from "vite";

export const SMALL = { module: true, ecma: 2020, compress: { passes: 4, pure_getters: true, unsafe_arrows: true, unsafe_comps: true, keep_fargs: false } } as const;

const STATE = "export let hydrating = false;";
const TURN = "\thydrating = value;\n";

/**
 * Nothing here is drawn by a server first: Svelte's code that takes over such pages is left out (1.2 KB gzipped).
 * What it is guarded by becomes a constant, and the minifier drops the rest.
 */
export function onlyMounted(): Plugin {
  return {
    name: "only-mounted",
    apply: "build",
    transform(code, id) {
      if (!/svelte\/src\/internal\/client\/dom\/hydration\.js$/.test(id)) return undefined;
      if (!code.includes(STATE) || !code.includes(TURN)) throw new Error("Svelte's hydration.js is not as it was");
      return { code: code.replace(STATE, "export const hydrating = false;").replace(TURN, ""), map: null };
    },
  };
}

const PROXY = "export function proxy(value) {\n";

/**
 * State is replaced, never changed in place, so that Svelte's code that watches inside objects is left out (1 KB
 * gzipped). All of it must be `$state.raw`.
 */
export function replacedState(): Plugin {
  return {
    name: "replaced-state",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (/\/viewer\/src\/.*svelte/.test(id) && /\$state[(<]/.test(code)) throw new Error(`${id}: $state would not see what changes inside; write $state.raw and replace it`);
      if (!/svelte\/src\/internal\/client\/proxy\.js$/.test(id)) return undefined;
      if (!code.includes(PROXY)) throw new Error("Svelte's proxy.js is not as it was");
      return { code: code.replace(PROXY, `${PROXY}\treturn value;\n}\nfunction unused(value) {\n`), map: null };
    },
  };
}
