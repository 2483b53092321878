/** The stream of Now, held while the page is open and seen. */
import { ask } from "../kit/api";
import { kept, type Facts, type Sample } from "./types";

const AGAIN_MS = 5_000;

export class Stream {
  samples = $state.raw<Sample[]>([]);
  facts = $state.raw<Facts | null>(null);
  lost = $state(false);
  #source: EventSource | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  open(): void {
    this.#source ??= this.#listen();
  }

  close(): void {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = null;
  }

  #listen(): EventSource {
    const source = new EventSource("/console/api/now");
    source.addEventListener("history", (event) => {
      this.samples = JSON.parse(event.data) as Sample[];
      this.lost = false;
    });
    source.addEventListener("sample", (event) => {
      this.samples = kept([...this.samples, JSON.parse(event.data) as Sample]);
    });
    source.addEventListener("facts", (event) => { this.facts = JSON.parse(event.data) as Facts; });
    source.addEventListener("error", () => {
      this.lost = true;
      if (source.readyState !== EventSource.CLOSED) return; // the browser asks again by itself
      this.close();
      // Refused: the session may be over, which any question finds out.
      void ask("GET", "status").catch(() => undefined);
      this.#again = setTimeout(() => this.open(), AGAIN_MS);
    });
    return source;
  }
}
