/** Calls to the creators' part of the API. The session is a cookie that no script can read. */

/** What every request carries: a page of another site could not send it. */
export const HEADERS = { "Jhalak-Studio": "1" };

/** `code` is the server's, or `offline`. */
export class Refusal extends Error {
  constructor(readonly code: string, readonly status = 0, readonly waitS = 0) {
    super(`${status} ${code}`);
  }
}

/** The decoded answer; null for an empty one. With `token` the viewer asks whose it is. Raises Refusal. */
export async function ask<T>(method: string, path: string, body?: unknown, token?: string): Promise<T | null> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = {
    ...(token ? { authorization: `Bearer ${token}` } : HEADERS),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const answer = await fetch(path, { method, headers, cache: "no-store", ...sent }).catch(() => null);
  if (!answer) throw new Refusal("offline");
  const text = await answer.text();
  if (!answer.ok) throw new Refusal(codeOf(text), answer.status, Number(answer.headers.get("retry-after")) || 0);
  return text ? JSON.parse(text) as T : null;
}

/** The stable code of a refusal's body; "trouble" where it has none. */
export function codeOf(text: string): string {
  try {
    return (JSON.parse(text) as { error?: string }).error ?? "trouble";
  } catch {
    return "trouble";
  }
}
