/** Calls to Jhalak's API. Every failure is a `Trouble` with a kind that the page can put in words. */

const PATIENCE_MS = 12000;

/** kind: "offline" (no answer), "server" (5xx, 429), "gone" (the viewer is not known), "refused". */
export class Trouble extends Error {
  constructor(kind, status = 0) {
    super(`${kind} ${status}`);
    this.kind = kind;
    this.status = status;
  }
}

/** The decoded answer; null for 204 and 304. */
export async function call(method, path, { token, body, keepalive = false } = {}) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, {
      method, headers, keepalive, cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new Trouble("offline");
  }
  if (answer.status === 401) throw new Trouble("gone", 401);
  if (answer.status === 429 || answer.status >= 500) throw new Trouble("server", answer.status);
  if (answer.status === 204 || answer.status === 304) return null;
  if (!answer.ok) throw new Trouble("refused", answer.status);
  try {
    return await answer.json();
  } catch {
    throw new Trouble("server", answer.status);
  }
}
