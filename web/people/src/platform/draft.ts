/** What somebody was writing when they left, or had to sign in first: kept for this tab. */

const KEY = "jhalak.draft";
interface Draft { video: string; text: string }

export function keepDraft(draft: Draft): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // Storage is off: it is written anew.
  }
}

/** Whoever signs out leaves nothing. */
export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Storage is off.
  }
}

/** The one for `video`, once. */
export function takeDraft(video: string): Draft | undefined {
  try {
    const draft = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Draft | null;
    if (draft?.video !== video) return undefined;
    sessionStorage.removeItem(KEY);
    return draft;
  } catch {
    return undefined;
  }
}
