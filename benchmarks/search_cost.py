"""What a search costs: finding, weighing and filtering, over the real items of a data folder.

`python -m benchmarks.search_cost DATA`: DATA is a folder that `jhalak ingest` filled; its index is
brought up to date first. Asks for one, two and three words of real titles, as they stand, spelt as
they sound, misspelt, and unfinished. Prints one JSON object: milliseconds of CPU (median and 95th
percentile of each kind), beside a plain LIKE over the same titles, which is what one would write
without an index.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text

from jhalak.assembly import now_ms, open_records
from jhalak.catalogue.live import prepare
from jhalak.config.settings import read_settings
from jhalak.feeds.search import Search, matches, parts_of
from jhalak.ports.search import KINDS, FindKind
from jhalak.schema.item import Item
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.query import Query
from jhalak.stages.world import World
from jhalak.understanding.romanise import romanised
from jhalak.understanding.search_words import words
from jhalak.workers.index_search import IndexSearch

T = TypeVar("T")

QUERIES = 300
LIKES = 15
LIMIT = 20


def asked(items: list[Item], rng: random.Random) -> dict[str, list[tuple[str, str]]]:
    """(language, query) by kind."""
    found: dict[str, list[tuple[str, str]]] = {
        "one word": [], "two words": [], "three words": [], "as it sounds": [], "misspelt": [],
        "unfinished": [],
    }  # fmt: skip
    while len(found["as it sounds"]) < QUERIES:
        item = rng.choice(items)
        said = [word for word in words(item.title) if len(word) > 3]
        if len(said) < 3:
            continue
        one = rng.choice(said)
        at = rng.randrange(1, len(one) - 1)
        found["one word"].append((item.language, one))
        found["two words"].append((item.language, " ".join(said[:2])))
        found["three words"].append((item.language, " ".join(said[:3])))
        found["misspelt"].append((item.language, one[:at] + one[at + 1 :]))
        found["unfinished"].append((item.language, one[:3]))
        latin = romanised(one)
        if latin.isascii() and item.language not in ("en", "id"):
            found["as it sounds"].append((item.language, latin))
    return {kind: queries[:QUERIES] for kind, queries in found.items()}


def cpu_ms(work: Callable[..., T], *of: Any) -> tuple[float, T]:
    """What it cost, and what it answered."""
    began = time.thread_time_ns()
    answer = work(*of)
    return (time.thread_time_ns() - began) / 1e6, answer


def main() -> None:
    data = Path(sys.argv[1])
    if not (data / "records.sqlite").exists():
        sys.exit(f"{data}: no records; fill it first: jhalak ingest SOURCE --data {data}")
    records = open_records(data, read_settings(data))
    index = IndexSearch(records.items, records.search, now_ms)
    began = time.process_time()

    async def index_all() -> None:
        while await index.step():
            pass

    asyncio.run(index_all())
    indexing_s = time.process_time() - began
    world, seq, items = World(), 0, []
    while page := records.items.changes(seq, 2000):
        rows = world.catalogue.commit([prepare(record) for record in page], now_ms())
        world.renew(rows)
        items += [record.item for record in page if record.status == "live"]
        seq = page[-1].seq
    world.catalogue.renew_pools()
    finder, store = Search(world), records.search
    told: dict[str, object] = {
        "items": len(world.catalogue),
        "indexing_cpu_s": round(indexing_s, 1),
    }

    def search(language: str, query: str, kinds: Sequence[FindKind] = ("item",)) -> int:
        spoken = (LANGUAGE_INDEX[language],)
        parts = parts_of(query, store, typing=True)
        weighed = {kind: matches(store, parts, kind, spoken) for kind in kinds}
        who = Query(viewer=1, surface=1, now_ms=now_ms(), languages=spoken, slots=0)
        return len(finder.items(who, weighed["item"], LIMIT, safe=True))

    for kind, queries in asked(items, random.Random(7)).items():
        for language, query in queries[:20]:
            search(language, query)
        done = [cpu_ms(search, language, query) for language, query in queries]
        costs = sorted(cost for cost, _ in done)
        told[kind] = {
            "median_ms": round(statistics.median(costs), 2),
            "p95_ms": round(costs[int(0.95 * len(costs))], 2),
            "found": round(sum(n > 0 for _, n in done) / len(done), 3),
        }
    of_all = [cpu_ms(search, *one, KINDS)[0] for one in asked(items, random.Random(7))["one word"]]
    told["one word, of everything"] = {"median_ms": round(statistics.median(of_all), 2)}
    like = text(
        "SELECT ref FROM search_documents WHERE kind = 'item' AND head LIKE :some"
        " ORDER BY num DESC LIMIT 300"
    )

    def scan(query: str) -> int:
        with records.database.read() as connection:
            return len(connection.execute(like, {"some": f"%{query}%"}).all())

    single = asked(items, random.Random(8))["one word"][:LIKES]
    likes = [cpu_ms(scan, query)[0] for _, query in single]
    told["LIKE, one word"] = {"median_ms": round(statistics.median(likes), 2)}
    print(json.dumps(told, ensure_ascii=False))
    records.database.close()


if __name__ == "__main__":
    main()
