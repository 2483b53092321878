/** Data used today, by surface; written by the page and the service worker alike. */

import { load, save, storage } from "./storage.ts";

export type Surface = "lockscreen" | "video" | "app";
export type Spent = Record<Surface | "syncs", number>;

const KEPT_DAYS = 7;
const NOTHING: Spent = { lockscreen: 0, video: 0, app: 0, syncs: 0 };

/** Which surface a request is made for. */
export function surfaceOf(path: string): Surface {
  if (/^\/(v1\/)?video\//.test(path) || /\.(mp4|webm|m4s|m3u8|ts)$/.test(path)) return "video";
  if (path.startsWith("/v1/lockscreen/") || path.startsWith("/v1/recalls") || path.startsWith("/media/")) return "lockscreen";
  return "app";
}

/** The viewer's day, by their own clock: "2026-11-23". */
export function dayOf(now: number): string {
  const date = new Date(now);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export async function spend(what: keyof Spent, amount: number, now = Date.now()): Promise<void> {
  const held = await storage();
  await held.change<Spent>("spent", dayOf(now), (before = NOTHING) => ({ ...before, [what]: before[what] + amount }))
    .catch(() => undefined);
}

/** Bytes used on the day of `now`, and how often it was synced. */
export async function spentToday(now = Date.now()): Promise<Spent> {
  const held = await storage();
  const days = await held.list<Spent>("spent");
  await held.remove("spent", days.slice(0, -KEPT_DAYS).map(([day]) => day));
  return days.find(([day]) => day === dayOf(now))?.[1] ?? NOTHING;
}

/**
 * Counts what the page itself loads from the network: its own files and pictures. The client counts
 * its calls, and the service worker what it answers with.
 */
export function countLoads(): void {
  const count = (entries: PerformanceObserverEntryList) => {
    for (const entry of entries.getEntries() as PerformanceResourceTiming[]) {
      const { pathname } = new URL(entry.name);
      if (entry.workerStart || !entry.transferSize || pathname.startsWith("/v1/")) continue;
      void spend(surfaceOf(pathname), entry.transferSize);
    }
  };
  for (const type of ["resource", "navigation"]) new PerformanceObserver(count).observe({ type, buffered: true });
}

let chosen = false;

/** Does the viewer, or their phone, wish to save data? */
export function saver(): boolean {
  return chosen || Boolean((navigator as { connection?: { saveData?: boolean } }).connection?.saveData);
}

export async function restoreSaver(): Promise<void> {
  chosen = (await load<boolean>("saver")) ?? false;
}

export async function chooseSaver(on: boolean): Promise<void> {
  chosen = on;
  await save("saver", on);
}
