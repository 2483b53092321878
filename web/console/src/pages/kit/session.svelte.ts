/** Who is signed in. The session itself is a cookie that no script can read. */

export interface Operator {
  name: string;
  role: "observer" | "moderator" | "editor" | "admin";
}

/** What every request carries: a page of another site could not send it. */
export const HEADERS = { "x-jhalak-console": "1" };

let operator = $state<Operator | null | undefined>(undefined);

async function said(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => ({}))) as { detail?: string };
  return body.detail ?? `the server answered ${answer.status}`;
}

export const session = {
  /** null: nobody; undefined: not known yet. */
  get operator(): Operator | null | undefined {
    return operator;
  },

  /** Is there a session from before? */
  async resume(): Promise<void> {
    const answer = await fetch("/console/api/session").catch(() => null);
    operator = answer?.ok ? ((await answer.json()) as Operator) : null;
  },

  /** Answers why not, or "". */
  async signIn(name: string, password: string): Promise<string> {
    const answer = await fetch("/console/api/session", {
      method: "POST",
      headers: { ...HEADERS, "content-type": "application/json" },
      body: JSON.stringify({ name, password }),
    });
    if (!answer.ok) return said(answer);
    operator = (await answer.json()) as Operator;
    return "";
  },

  async signOut(): Promise<void> {
    await fetch("/console/api/session", { method: "DELETE", headers: HEADERS }).catch(() => null);
    operator = null;
  },

  /** The server knows no session any more. */
  over(): void {
    operator = null;
  },
};
