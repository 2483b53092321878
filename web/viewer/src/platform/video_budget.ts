/** What videos may use a day on mobile data. The viewer sets it, and is asked before more is used. */

import { spentToday } from "./budget.ts";
import { load, save } from "./storage.ts";

export const VIDEO_BYTES = 100_000_000;

export async function videoBudget(): Promise<number> {
  return (await load<number>("videoBudget")) ?? VIDEO_BYTES;
}

export const setVideoBudget = (bytes: number): Promise<void> => save("videoBudget", bytes);

/** On Wi-Fi the budget does not count; where the browser does not say, it does. */
const unmetered = () => ["wifi", "ethernet"].includes((navigator as { connection?: { type?: string } }).connection?.type ?? "");

/** Bytes that videos may still use today; at most 0 when it is time to ask. */
export async function videoLeft(): Promise<number> {
  return unmetered() ? Infinity : (await videoBudget()) - (await spentToday()).video;
}
