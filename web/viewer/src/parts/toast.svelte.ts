/** Short notes over the screen; the newest replaces the last. */

const STAYS_MS = 6000;

export interface Note { text: string; action?: { text: string; run: () => void } | undefined }

class Toaster {
  note = $state.raw<Note | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string, action?: Note["action"]): void {
    this.note = { text, action };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.clear(), STAYS_MS);
  }

  /** Somebody is on its way to the button: it stays. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.note = null;
  }
}

export const toaster = new Toaster();
