/** What the pages ask the server for; an answer that is an error says why. */

import { HEADERS, session } from "./session.svelte";

export class Refusal extends Error {}

export async function ask<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`/console/api/${path}`, {
    method,
    credentials: "same-origin",
    headers: { ...HEADERS, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.status === 401) session.over();
  const said: unknown = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal((said as { detail?: string }).detail ?? `the server answered ${answer.status}`);
  return said as T;
}

export const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));
