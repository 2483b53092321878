/** Notifications while the browser is closed, where the server offers them: by a worker of our own. */

import { secure } from "./secure.ts";
import { account } from "./account.svelte.ts";
import { CHOSEN } from "./notice.ts";
import { bytesOf } from "./passkey.ts";
import { say } from "../words/index.ts";

const PATH = "/v1/creators/me/push";
const SCOPE = "/people/";
/** Where the worker finds its words (sw/push.ts). */
const WORDS = "/people/words.json";

export const pushes = (): boolean => secure() && "PushManager" in window;

async function subscription(): Promise<PushSubscription | null> {
  const worker = pushes() ? await navigator.serviceWorker.getRegistration(SCOPE) : undefined;
  return (worker?.scope.endsWith(SCOPE) ? await worker.pushManager.getSubscription() : null) ?? null;
}

/** Is this browser told? */
export const pushOn = (): Promise<boolean> => subscription().then((held) => held !== null, () => false);

/** Is it on then? False where the viewer or the browser does not want to. Raises Refusal, DOMException. */
export async function turnPush(on: boolean): Promise<boolean> {
  if (!on) {
    const held = await subscription();
    if (held) await forget(held);
    return false;
  }
  if (await Notification.requestPermission() !== "granted") return false;
  const offered = await account.mine<{ key: string }>("GET", PATH);
  if (!offered?.key) return false;
  await navigator.serviceWorker.register("/people/push.js", { scope: SCOPE });
  await tellWords();
  const worker = await navigator.serviceWorker.ready;
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(offered.key) });
  await account.mine("POST", PATH, made.toJSON());
  return true;
}

/** Asked again it is the same one, whose id is then known. */
async function forget(held: PushSubscription): Promise<void> {
  const known = await account.mine<{ id: string }>("POST", PATH, held.toJSON());
  if (known) await account.mine("DELETE", `${PATH}/${encodeURIComponent(known.id)}`);
  await held.unsubscribe();
}

/** What is pushed is a kind and a number: the words for it lie on this device, in its language. */
async function tellWords(): Promise<void> {
  const texts = Object.fromEntries(CHOSEN.map((kind) => [kind, say(`kind_${kind}`)]));
  const held = await caches.open("people");
  await held.put(WORDS, new Response(JSON.stringify({ ...texts, "": say("notifications") })));
}
