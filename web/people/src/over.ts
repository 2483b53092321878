/** The application over another one: mounted beside what is there, which waits meanwhile. */

import { mount, unmount } from "svelte";
import App from "./App.svelte";
import { account } from "./platform/account.svelte.ts";
import { router } from "./platform/router.svelte.ts";
import { start } from "./platform/start.ts";

export async function over(path: string): Promise<void> {
  await start();
  const host = document.getElementById("app") ?? document.body;
  const behind = [...host.children].filter((one) => one instanceof HTMLElement && !one.inert) as HTMLElement[];
  const before = document.activeElement as HTMLElement | null;
  const token = account.token;
  const target = document.createElement("div");
  target.style.cssText = "position:absolute;inset:0;z-index:9";
  host.append(target);
  for (const one of behind) one.inert = true;
  let app: Record<string, unknown> | undefined;
  router.over(path, () => {
    for (const one of behind) one.inert = false;
    if (app) void unmount(app);
    target.remove();
    // Who signed in or out meanwhile is another viewer: what is behind belongs to the old one.
    if (account.token !== token && !account.guest) location.reload();
    else before?.focus({ preventScroll: true });
  });
  app = mount(App, { target, props: { sheet: true } });
}
