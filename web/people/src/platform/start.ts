/** What must be there before the first screen: the words, who asks, and who is signed in. */

import { preferred } from "../../../viewer/src/platform/locale.ts";
import { load } from "../words/index.ts";
import { account } from "./account.svelte.ts";

let started: Promise<void> | undefined;

export function start(): Promise<void> {
  return started ??= begin();
}

async function begin(): Promise<void> {
  await account.restore();
  await Promise.all([
    load(account.languages[0] ?? preferred()).catch(() => load("en")),
    account.resume(),
  ]);
}
