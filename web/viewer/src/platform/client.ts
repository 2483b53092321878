/** Calls to Jhalak's API. Every failure is a `Trouble` with a kind that a screen can put in words. */

import { spend, surfaceOf } from "./budget.ts";

const PATIENCE_MS = 12_000;
/** What the head of an answer costs beside its body, about. */
export const HEAD_BYTES = 220;

/** offline: no answer. gone: the viewer is not known (any more). trouble: all else; see `status`. */
export type TroubleKind = "offline" | "gone" | "trouble";

export class Trouble extends Error {
  constructor(readonly kind: TroubleKind, readonly status = 0, readonly waitS = 0) {
    super(`${kind} ${status}`);
  }

  /** Would the server refuse the same again, however often it is asked? */
  get forGood(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status);
  }
}

export interface Asking {
  token?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  keepalive?: boolean;
}

/** The decoded answer; null for 204 and 304. Raises Trouble. */
export async function call<T>(method: string, path: string, asking: Asking = {}): Promise<T | null> {
  const headers: Record<string, string> = { ...asking.headers };
  if (asking.token) headers["authorization"] = `Bearer ${asking.token}`;
  const body = asking.body === undefined ? null : JSON.stringify(asking.body);
  if (body !== null) headers["content-type"] = "application/json";
  const answer = await answered(path, {
    method, headers, body, keepalive: asking.keepalive ?? false, cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await bodyOf(answer);
  const length = Number(answer.headers.get("content-length")) || text.length;
  void spend(surfaceOf(path), length + (body?.length ?? 0) + HEAD_BYTES);
  if (answer.status === 401) throw new Trouble("gone", 401);
  if (answer.status === 204 || answer.status === 304) return null;
  if (!answer.ok) throw new Trouble("trouble", answer.status, Number(answer.headers.get("retry-after")) || 0);
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Trouble("trouble", answer.status);
  }
}

async function answered(path: string, request: RequestInit): Promise<Response> {
  if (navigator.onLine === false) throw new Trouble("offline");
  try {
    return await fetch(path, request);
  } catch {
    throw new Trouble("offline");
  }
}

async function bodyOf(answer: Response): Promise<string> {
  try {
    return await answer.text();
  } catch {
    throw new Trouble("offline");
  }
}
