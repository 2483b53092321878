/**
 * Where one is. As a page it is the address below /people/; over another application it is kept in
 * the browser's history beside that application's own address. Back works alike in both.
 */

const BELOW = "/people/";
const KEY = "people";

/** What an entry of the browser's history holds: where one is over another application, how far one went, what a screen keeps. */
interface Entry { [KEY]?: string; depth?: number; kept?: unknown }
const entry = () => (history.state ?? {}) as Entry;

/** The part of an address below /people/: "@asha", "v/ID", "" for one's own page. */
export function pathOf(pathname: string): string {
  const at = pathname.startsWith(BELOW) ? pathname.slice(BELOW.length) : "";
  return at.split("/").filter(Boolean).map(decoded).join("/");
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const addressOf = (path: string) => BELOW + path.split("/").map((part) => encodeURIComponent(part).replace("%40", "@")).join("/");

class Router {
  path = $state("");
  /** How far one went within the application. */
  depth = $state(0);
  #close: (() => void) | undefined;
  /** Sheets that lie over the page, each with an entry of its own: back closes the topmost. */
  readonly #layers: (() => void)[] = [];
  #then: (() => void) | undefined;
  readonly #moved = () => this.#arrive();

  readonly parts: string[] = $derived(this.path.split("/").filter(Boolean));

  /** The application is the page. */
  standAlone(): void {
    this.path = pathOf(location.pathname);
    this.depth = entry().depth ?? 0;
    addEventListener("popstate", this.#moved);
  }

  /** It lies over another one; `close` is called once, when it is left. */
  over(path: string, close: () => void): void {
    this.#close = close;
    this.depth = 0;
    this.path = path;
    history.pushState({ [KEY]: path }, "");
    addEventListener("popstate", this.#moved);
  }

  get isOver(): boolean {
    return this.#close !== undefined;
  }

  /** The browser went back, or forward. */
  #arrive(): void {
    const layer = this.#layers.pop();
    if (layer) layer();
    else {
      const { [KEY]: at, depth } = entry();
      this.depth = depth ?? 0; // by the phone's own button too
      if (!this.#close) this.path = pathOf(location.pathname);
      else if (typeof at === "string") this.path = at;
      else this.#leave();
    }
    const then = this.#then;
    this.#then = undefined;
    then?.();
  }

  #leave(): void {
    const close = this.#close;
    removeEventListener("popstate", this.#moved);
    this.#close = undefined;
    close?.();
  }

  go(path: string): void {
    this.depth += 1;
    if (this.#close) history.pushState(this.#entry(path), "");
    else history.pushState(this.#entry(path), "", addressOf(path));
    this.path = path;
  }

  #entry = (path: string): Entry => ({ ...(this.#close ? { [KEY]: path } : {}), depth: this.depth });

  /** What a screen had, for who comes back to it. */
  get kept(): unknown {
    return entry().kept;
  }

  keep(kept: unknown): void {
    history.replaceState({ ...entry(), kept }, "");
  }

  /** Goes there without a way back. */
  replace(path: string): void {
    if (this.#close) history.replaceState(this.#entry(path), "");
    else history.replaceState(this.#entry(path), "", addressOf(path));
    this.path = path;
  }

  /** A sheet opened; `close` is called when one went back. */
  layer(close: () => void): void {
    this.#layers.push(close);
    history.pushState(history.state, "");
  }

  /** Back to where one came from, and then `then`; to the viewer's app for who came from outside. */
  back(then?: () => void): void {
    this.#then = then;
    if (this.#layers.length || this.#close || this.depth > 0) history.back();
    else location.href = "/";
  }
}

export const router = new Router();
