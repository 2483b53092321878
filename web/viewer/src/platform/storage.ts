/**
 * What this browser remembers, in IndexedDB, shared by the page and the service worker. Works,
 * forgetfully, where storage is refused (private windows).
 */

export type Box = "kept" | "events" | "spent";
const BOXES: readonly Box[] = ["kept", "events", "spent"];

/** Four operations are all that anybody needs; each is one transaction. */
export interface Storage {
  /** Everything in `box` by ascending key, at most `most`. */
  list<T>(box: Box, most?: number): Promise<[string, T][]>;
  get<T>(box: Box, key: string): Promise<T | undefined>;
  /** Stores what `turn` makes of what is there; nobody else writes in between. Undefined removes. */
  change<T>(box: Box, key: string, turn: (before: T | undefined) => T | undefined): Promise<void>;
  remove(box: Box, keys: readonly string[]): Promise<void>;
  clear(): Promise<void>;
}

export class MemoryStorage implements Storage {
  readonly #boxes = new Map(BOXES.map((box) => [box, new Map<string, unknown>()]));

  #box(box: Box): Map<string, unknown> {
    return this.#boxes.get(box) as Map<string, unknown>;
  }

  async list<T>(box: Box, most = Infinity): Promise<[string, T][]> {
    const all = [...this.#box(box)].sort(([a], [b]) => (a < b ? -1 : 1));
    return all.slice(0, most) as [string, T][];
  }

  async get<T>(box: Box, key: string): Promise<T | undefined> {
    return this.#box(box).get(key) as T | undefined;
  }

  async change<T>(box: Box, key: string, turn: (before: T | undefined) => T | undefined): Promise<void> {
    const after = turn(this.#box(box).get(key) as T | undefined);
    if (after === undefined) this.#box(box).delete(key);
    else this.#box(box).set(key, after);
  }

  async remove(box: Box, keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#box(box).delete(key);
  }

  async clear(): Promise<void> {
    this.#boxes.forEach((box) => box.clear());
  }
}

const done = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

class DatabaseStorage implements Storage {
  constructor(private readonly database: IDBDatabase) {}

  #box(box: Box, mode: IDBTransactionMode): IDBObjectStore {
    return this.database.transaction(box, mode).objectStore(box);
  }

  async list<T>(box: Box, most?: number): Promise<[string, T][]> {
    const store = this.#box(box, "readonly");
    const [keys, values] = await Promise.all([done(store.getAllKeys(null, most)), done(store.getAll(null, most))]);
    return keys.map((key, at) => [String(key), values[at] as T]);
  }

  get<T>(box: Box, key: string): Promise<T | undefined> {
    return done(this.#box(box, "readonly").get(key)) as Promise<T | undefined>;
  }

  change<T>(box: Box, key: string, turn: (before: T | undefined) => T | undefined): Promise<void> {
    const store = this.#box(box, "readwrite");
    const before = store.get(key);
    before.onsuccess = () => {
      const after = turn(before.result as T | undefined);
      if (after === undefined) store.delete(key);
      else store.put(after, key);
    };
    return ended(store.transaction);
  }

  remove(box: Box, keys: readonly string[]): Promise<void> {
    const store = this.#box(box, "readwrite");
    for (const key of keys) store.delete(key);
    return ended(store.transaction);
  }

  clear(): Promise<void> {
    const transaction = this.database.transaction(BOXES, "readwrite");
    for (const box of BOXES) transaction.objectStore(box).clear();
    return ended(transaction);
  }
}

const ended = (transaction: IDBTransaction): Promise<void> => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = transaction.onerror = () => reject(transaction.error);
});

async function opened(): Promise<Storage> {
  try {
    const request = indexedDB.open("jhalak", 1);
    request.onupgradeneeded = () => BOXES.forEach((box) => request.result.createObjectStore(box));
    const database = await done(request);
    // Another version of the app wants to change the boxes: do not stand in its way.
    database.onversionchange = () => database.close();
    return new DatabaseStorage(database);
  } catch {
    return new MemoryStorage();
  }
}

let held: Promise<Storage> | undefined;

/** The storage of this browser. */
export function storage(): Promise<Storage> {
  return held ??= opened();
}

let asked: string[] = [];
let answer: Promise<ReadonlyMap<string, unknown>> | undefined;

/** What is asked for at once is read at once. */
export async function load<T>(key: string): Promise<T | undefined> {
  asked.push(key);
  answer ??= storage().then(async (held) => {
    const keys = asked;
    asked = [];
    answer = undefined;
    if (keys.length > 1) return new Map(await held.list("kept"));
    return new Map(await Promise.all(keys.map(async (one) => [one, await held.get("kept", one)] as const)));
  });
  return (await answer).get(key) as T | undefined;
}

export async function save<T>(key: string, value: T | undefined): Promise<void> {
  // A full disk must not stop the screen: this visit goes on from memory.
  await (await storage()).change<T>("kept", key, () => value).catch(() => undefined);
}

export async function forgetAll(): Promise<void> {
  await (await storage()).clear();
}
