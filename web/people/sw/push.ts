/// <reference lib="webworker" />
/**
 * Shows what is pushed. It knows a kind and a number and nobody's name: what it says in full is
 * read in the application. It answers no request.
 */

export {}; // a module: its `self` is its own
declare const self: ServiceWorkerGlobalScope;

interface Pushed { kind?: string; n?: number }
/** By kind; "" of all others. Put there by the page (src/platform/push.ts). */
type Words = Record<string, string>;

self.addEventListener("push", (event) => {
  event.waitUntil(shown(event.data));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(opened());
});

async function shown(data: PushMessageData | null): Promise<void> {
  let said: Pushed = {};
  try {
    said = data?.json() as Pushed;
  } catch {
    // Something is there to be read; what, the application says.
  }
  const { kind = "", n = 0 } = said;
  const held = await caches.match("/people/words.json");
  const words = (held ? await held.json() : {}) as Words;
  const text = words[kind] ?? words[""] ?? "";
  await self.registration.showNotification("Jhalak", {
    body: n > 1 ? `${text} · ${n}` : text, icon: "/icons/icon-192.png", tag: kind || "jhalak",
  });
}

async function opened(): Promise<void> {
  const windows = await self.clients.matchAll({ type: "window" });
  const there = windows.find(({ url }) => new URL(url).pathname.startsWith("/people/"));
  if (there) await there.focus().then((window) => window.navigate("/people/notifications"));
  else await self.clients.openWindow("/people/notifications");
}
