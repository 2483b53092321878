/** Notifications while the browser is closed, where the server offers them: by a worker of our own. */

import { secure } from "./secure.ts";
import { account } from "./account.svelte.ts";
import { bytesOf } from "./passkey.ts";

const PATH = "/v1/creators/me/push";
const SCOPE = "/people/";

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
    if (held) {
      await account.mine("DELETE", PATH, { endpoint: held.endpoint });
      await held.unsubscribe();
    }
    return false;
  }
  if (await Notification.requestPermission() !== "granted") return false;
  const offered = await account.mine<{ public_key: string }>("GET", PATH);
  if (!offered?.public_key) return false;
  await navigator.serviceWorker.register("/people/push.js", { scope: SCOPE });
  const worker = await navigator.serviceWorker.ready;
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(offered.public_key) });
  await account.mine("POST", PATH, made.toJSON());
  return true;
}
