/** Who is signed in. The session itself is a cookie that no script can read. */

export interface Operator {
  name: string;
  role: "observer" | "moderator" | "editor" | "admin";
}

/** What every request carries: a page of another site could not send it. */
export const HEADERS = { "x-jhalak-console": "1" };

const PATH = "/console/api/session";

let operator = $state<Operator | null | undefined>(undefined);
let ended = $state(false);

/** Why nobody was signed in, in words for the one who tried. */
export async function refusal(answer: Response): Promise<string> {
  const minutes = Math.ceil(Number(answer.headers.get("retry-after") ?? 0) / 60);
  if (answer.status === 401) return "The name or the password is not right.";
  if (answer.status === 429) return `Too many failed tries. Try again in ${minutes} min.`;
  if (answer.status === 503) return "The server is busy. Try again in a moment.";
  const said = (await answer.json().catch(() => ({}))) as { detail?: string };
  return said.detail ?? `The server answered ${answer.status}.`;
}

export const session = {
  /** null: nobody; undefined: not known yet. */
  get operator(): Operator | null | undefined {
    return operator;
  },

  /** It ended under the operator's hands, not by their sign-out. */
  get ended(): boolean {
    return ended;
  },

  /** Is there a session from before? */
  async resume(): Promise<void> {
    const answer = await fetch(PATH).catch(() => null);
    operator = answer?.ok ? ((await answer.json()) as Operator) : null;
  },

  /** Answers why not, or "". */
  async signIn(name: string, password: string): Promise<string> {
    const headers = { ...HEADERS, "content-type": "application/json" };
    const body = JSON.stringify({ name, password });
    const answer = await fetch(PATH, { method: "POST", headers, body }).catch(() => null);
    if (!answer) return "The server does not answer. Try again in a moment.";
    if (!answer.ok) return refusal(answer);
    operator = (await answer.json()) as Operator;
    ended = false;
    return "";
  },

  /** Answers whether the server ended the session; while it did not, one is signed in. */
  async signOut(): Promise<boolean> {
    const answer = await fetch(PATH, { method: "DELETE", headers: HEADERS }).catch(() => null);
    const done = answer !== null && (answer.ok || answer.status === 401);
    if (done) operator = null;
    return done;
  },

  /** The server knows no session any more. */
  over(): void {
    ended = operator != null;
    operator = null;
  },
};
