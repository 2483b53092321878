/** The service worker: registered once there is something to keep, where the context is secure. */

import { secure } from "./session.svelte.ts";

const EVERY_MS = 6 * 3_600_000;
type Periodic = ServiceWorkerRegistration & { periodicSync?: { register(tag: string, options: { minInterval: number }): Promise<void> } };

let working: Promise<boolean> | undefined;

/** Resolves when the worker answers for this page, to whether one does: the app then works offline. */
export function worker(): Promise<boolean> {
  return working ??= started().catch(() => false); // the app works without, online
}

async function started(): Promise<boolean> {
  if (!secure || import.meta.env.DEV) return false;
  const workers = navigator.serviceWorker;
  // Through the HTTP cache: a repeat visit asks for nothing.
  const registered: Periodic = await workers.register("/sw.js", { updateViaCache: "all" });
  if (!workers.controller) {
    await new Promise((done) => workers.addEventListener("controllerchange", done, { once: true }));
    await Promise.all(loaded().map((name) => fetch(name).catch(() => undefined)));
  }
  void registered.periodicSync?.register("edition", { minInterval: EVERY_MS }).catch(() => undefined); // where it is granted
  return true;
}

/** What came before the worker was there: it goes through it once more, out of the browser's cache. */
const loaded = () => performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.includes("/assets/"));
