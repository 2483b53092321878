/** Where somebody goes who signed in: back to what they wanted to do. */

import { router } from "./router.svelte.ts";

const KEY = "jhalak.after";

/** Signs in first, then comes back to where one is. */
export function signInFirst(): void {
  try {
    sessionStorage.setItem(KEY, router.path);
  } catch {
    // Storage is off: then they find their way by themselves.
  }
  router.go("sign");
}

/** Whoever is in goes on to `next`, or to where they came from. */
export function goOn(next = ""): void {
  let path = next;
  try {
    path ||= sessionStorage.getItem(KEY) ?? "";
    if (path !== "welcome") sessionStorage.removeItem(KEY);
  } catch {
    // As above.
  }
  router.replace(path);
}
