/**
 * Where one is: the part of the address after "#". `#/` is the lock screen; `#/read/SLOT` and
 * `#/why/SLOT` lie over it; `#/feed`, `#/me`, `#/me/history` and their like stand by themselves.
 */

const partsOf = (hash: string) => hash.replace(/^#?\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);

class Router {
  /** ["me", "history"] at `#/me/history`; [] on the lock screen. */
  parts = $state.raw<string[]>(partsOf(location.hash));
  #depth = 0;

  constructor() {
    addEventListener("hashchange", () => { this.parts = partsOf(location.hash); });
  }

  /** `go("read", slot)`. The phone's back button comes back. */
  go(...parts: string[]): void {
    this.#depth += 1;
    location.hash = `#/${parts.map(encodeURIComponent).join("/")}`;
  }

  /** Back to where one came from; to the lock screen for who came from outside. */
  back(): void {
    if (this.#depth > 0) {
      this.#depth -= 1;
      history.back();
    } else {
      this.replace();
    }
  }

  /** Goes there without a way back. */
  replace(...parts: string[]): void {
    history.replaceState(null, "", `#/${parts.map(encodeURIComponent).join("/")}`);
    this.parts = partsOf(location.hash);
  }
}

export const router = new Router();
