/// <reference lib="webworker" />
/**
 * The service worker: the app and the edition's pictures without a connection.
 *
 * It answers for the app's own files and for pictures; of the API it answers nothing: editions and
 * events lie in IndexedDB. The console is not its business. Which files there are is known at build.
 */

import { restoreSaver, saver, spend, spentToday, surfaceOf } from "../src/platform/budget.ts";
import { call, HEAD_BYTES, Trouble } from "../src/platform/client.ts";
import { keepEdition, nextEdition } from "../src/platform/edition.ts";
import { Outbox } from "../src/platform/outbox.ts";
import { ageing } from "../src/platform/player.ts";
import { plan } from "../src/platform/prefetch.ts";
import { load, storage } from "../src/platform/storage.ts";
import type { Edition } from "../src/platform/types.ts";

declare const self: ServiceWorkerGlobalScope;
/** Of this build, which FILES names: those that the app needs to start, and all. */
declare const VERSION: string;
const FILES = `/assets/files-${VERSION}.json`;
interface Files { shell: string[]; all: string[] }

const START = `start-${VERSION}`;
const BESIDE = ["/", "/icons/icon.svg", "/manifest.webmanifest"];
const ASSETS = "assets"; // their names tell their content: a file that a new build still has stays
const PICTURES = "pictures";
const PICTURES_KEPT = 120;
const DAY_BYTES = 5_000_000;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const answer = answerFor(event.request);
  if (answer) event.respondWith(answer);
});
// Only where the browser grants it; nothing else relies on it.
self.addEventListener("periodicsync", (event) => (event as ExtendableEvent).waitUntil(sync()));

/** A file's name without the hash of its content. */
const stem = (path: string) => path.replace(/-[\w-]{8}(?=\.\w+$)/, "");

async function install(): Promise<void> {
  const start = await caches.open(START);
  await Promise.all([...BESIDE, FILES].map((path) => keep(start, new Request(path, { cache: "no-cache" }))));
  const { shell, all } = await files();
  const assets = await caches.open(ASSETS);
  const held = (await assets.keys()).map(({ url }) => new URL(url).pathname);
  // Words and fonts that this viewer uses have a new name in a new build.
  const used = all.filter((path) => held.some((old) => stem(old) === stem(path)));
  const wanted = [...new Set([...shell, ...used])].filter((path) => !held.includes(path));
  await Promise.all(wanted.map((path) => keep(assets, new Request(path))));
}

/** Which files this build has, as it was installed. */
const files = async (): Promise<Files> => (await held(START, FILES, new Request(FILES))).json() as Promise<Files>;

async function keep(cache: Cache, request: Request): Promise<void> {
  const answer = await fetched(request);
  if (!answer.ok) throw new Error(`${request.url}: ${answer.status}`);
  await cache.put(request.url, answer);
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("start-") && name !== START).map((name) => caches.delete(name)));
  const { all } = await files();
  const assets = await caches.open(ASSETS);
  const old = (await assets.keys()).filter(({ url }) => !all.includes(new URL(url).pathname));
  await Promise.all(old.map((request) => assets.delete(request)));
  await self.clients.claim();
}

/** The answer to what is ours to answer; undefined leaves it to the browser. */
function answerFor(request: Request): Promise<Response> | undefined {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || request.headers.has("range")) return undefined;
  if (BESIDE.includes(pathname)) return held(START, pathname, request);
  if (pathname.startsWith("/assets/")) return held(ASSETS, request.url, request);
  if (pathname.startsWith("/media/") && pathname.endsWith(".webp")) return picture(request);
  return undefined;
}

async function held(name: string, key: string, request: Request): Promise<Response> {
  const cache = await caches.open(name);
  const found = await cache.match(key, { ignoreVary: true });
  if (found) return found;
  const answer = await fetched(request);
  if (answer.ok) await cache.put(key, answer.clone());
  return answer;
}

async function picture(request: Request): Promise<Response> {
  const answer = await held(PICTURES, request.url, request);
  const cache = await caches.open(PICTURES);
  const names = await cache.keys();
  await Promise.all(names.slice(0, -PICTURES_KEPT).map((name) => cache.delete(name)));
  return answer;
}

/** Fetches, and counts what came over the network and not out of the browser's own cache. */
async function fetched(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (/^\/(assets|media)\//.test(pathname)) {
    const near = await fetch(request.url, { cache: "only-if-cached", mode: "same-origin" }).catch(() => undefined);
    if (near?.ok) return near;
  }
  const answer = await fetch(request);
  void spend(surfaceOf(pathname), (Number(answer.headers.get("content-length")) || 0) + HEAD_BYTES);
  return answer;
}

/** In one burst while nobody looks: events, the next edition, its pictures. */
async function sync(): Promise<void> {
  const [viewer, edition, off] = await Promise.all([
    load<{ token: string }>("viewer"), load<Edition>("edition"), load<boolean>("off"), restoreSaver(),
  ]);
  const windows = await self.clients.matchAll({ type: "window" });
  if (!viewer || off || windows.some((window) => window.visibilityState === "visible")) return;
  const { token } = viewer;
  const outbox = new Outbox({
    storage: storage(), clock: Date.now, id: () => crypto.randomUUID(), awake: () => false,
    send: (events) => call("POST", "/v1/events", { token, body: { events } }),
  });
  await outbox.flush();
  if (!ageing(edition ?? null, Date.now())) return;
  const next = await nextEdition((path, headers) => call("GET", path, { token, headers }), edition ?? null);
  if (!next?.cards.length) return;
  await keepEdition(next);
  const left = DAY_BYTES - (await spentToday()).lockscreen;
  for (const { src } of plan(next.cards, 0, new Set(), left, saver())) {
    await picture(new Request(src)).catch((problem: unknown) => {
      if (problem instanceof Trouble) throw problem;
    });
  }
}
