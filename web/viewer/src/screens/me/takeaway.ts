/** "Take my data with me": everything that the server keeps, as one JSON file on this device. */

import { dayOf } from "../../platform/budget.ts";
import { Trouble } from "../../platform/client.ts";
import { session } from "../../platform/session.svelte.ts";

/** Raises Trouble. */
export async function takeAway(): Promise<void> {
  await session.outbox.flush(); // what just happened belongs to it
  const everything = await session.call<object>("POST", "/v1/me/export");
  if (!everything) throw new Trouble("trouble");
  const address = URL.createObjectURL(new Blob([JSON.stringify(everything, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `jhalak-${dayOf(Date.now())}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser may still be writing
}
