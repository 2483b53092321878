/**
 * What the viewer said: likes, saves, follows, hides, blocks. Each holds here at once; what the
 * server does not know yet waits, also over a restart. The last word on a thing is the one that counts.
 */

import { Trouble } from "./client.ts";
import { load, save } from "./storage.ts";
import type { Card, Kind, Verb } from "./types.ts";

type Name = `${Verb}/${Kind}/${string}`;
/** `sent` counts as known to the server. */
interface Said { on: boolean; slot?: string | undefined; sent: boolean }

export class Relations {
  #said = $state.raw<ReadonlyMap<Name, Said>>(new Map());
  #flushing: Promise<void> | undefined;
  /** How often something was said or sent, since the start. */
  changes = 0;
  readonly #changed = new Map<Name, number>();

  constructor(private readonly call: (method: string, path: string) => Promise<unknown>) {}

  async restore(): Promise<void> {
    this.#said = new Map((await load<[Name, Said][]>("relations")) ?? []);
  }

  forget(): void {
    this.#said = new Map();
  }

  /** Does this stand, as far as this browser knows? */
  has(verb: Verb, kind: Kind, id: string): boolean {
    return this.#said.get(`${verb}/${kind}/${id}`)?.on ?? false;
  }

  /** Did the viewer hide the card, its topic or its publisher? */
  hides({ item, topic, publisher }: Pick<Card, "item" | "topic" | "publisher">): boolean {
    return (["hides", "blocks", "mutes"] as const).some((verb) => this.has(verb, "item", item)
      || this.has(verb, "topic", topic) || (publisher ? this.has(verb, "creator", publisher) : false));
  }

  /**
   * Takes over what the server says that stands. What still waits here goes on, and so does what was
   * said or sent since the server was asked, when `changes` was `since`: it may not have known.
   */
  async learn(rows: readonly { verb: Verb; kind: Kind; id: string }[], since: number): Promise<void> {
    const newer = (name: Name) => (this.#changed.get(name) ?? 0) > since;
    const own = [...this.#said].filter(([name, said]) => !said.sent || newer(name));
    const stands = rows.map(({ verb, kind, id }): [Name, Said] => [`${verb}/${kind}/${id}`, { on: true, sent: true }]);
    await this.#keep(new Map([...stands.filter(([name]) => !newer(name)), ...own]));
  }

  /** Resolves when the server has it, or when it waits for the next sync. Raises Trouble `gone`. */
  async set(verb: Verb, kind: Kind, id: string, on: boolean, slot?: string): Promise<void> {
    await this.#put(`${verb}/${kind}/${id}`, { on, slot, sent: false });
    await this.flush().catch((trouble: unknown) => {
      if (!(trouble instanceof Trouble) || trouble.kind === "gone") throw trouble;
    });
  }

  /** Sends what waits. Raises Trouble, keeping the rest. */
  flush(): Promise<void> {
    return this.#flushing ??= this.#sendAll().finally(() => { this.#flushing = undefined; });
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const next = [...this.#said].find(([, said]) => !said.sent);
      if (!next) return;
      const [name, said] = next;
      const [verb, kind, ...id] = name.split("/");
      const slot = said.slot ? `?slot=${encodeURIComponent(said.slot)}` : "";
      const path = `/v1/me/${verb}/${kind}/${encodeURIComponent(id.join("/"))}${slot}`;
      await this.call(said.on ? "PUT" : "DELETE", path).catch((trouble: unknown) => {
        // What the server will never take (the item is gone) is not asked for again.
        if (!(trouble instanceof Trouble && trouble.forGood)) throw trouble;
      });
      // Said otherwise meanwhile: then that is sent next.
      if (this.#said.get(name) === said) await this.#put(name, { ...said, sent: true });
    }
  }

  async #put(name: Name, said: Said): Promise<void> {
    this.#changed.set(name, ++this.changes);
    const all = new Map(this.#said);
    all.delete(name);
    if (said.on || !said.sent) all.set(name, said);
    await this.#keep(all);
  }

  async #keep(all: ReadonlyMap<Name, Said>): Promise<void> {
    this.#said = all;
    await save("relations", [...all]);
  }
}
