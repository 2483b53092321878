/** Who is signed in: an operator's token, in this tab's memory. */

let token = $state("");

export const session = {
  get signedIn(): boolean {
    return token !== "";
  },

  /** Headers that say who asks. */
  get headers(): Record<string, string> {
    return token ? { authorization: `Bearer ${token}` } : {};
  },

  /** Answers why not, or "". */
  async signIn(tried: string): Promise<string> {
    const answer = await fetch("/console/api/policy", { headers: { authorization: `Bearer ${tried}` } });
    if (answer.ok) token = tried;
    else if (answer.status === 401) return "That is not an operator's token, or it was revoked.";
    return answer.ok ? "" : `The server answered ${answer.status}.`;
  },

  signOut(): void {
    token = "";
  },
};
