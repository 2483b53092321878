"""Several writers and readers at once, as threads and as processes, on both databases."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from jhalak.ports.errors import Conflict
from jhalak.ports.items import Draft
from jhalak.ports.viewers import Viewer
from jhalak.records.audit import SqlAuditStore
from jhalak.records.database import Database, open_database
from jhalak.records.items import SqlItemStore
from jhalak.records.relations import SqlRelationStore
from jhalak.records.viewers import SqlViewerStore
from jhalak.schema.item import Item

CALLS, PER_CALL = 15, 4

PUT_ITEMS = """
import sys
from jhalak.ports.items import Draft
from jhalak.records.database import open_database
from jhalak.records.items import SqlItemStore
from jhalak.schema.item import Item
url, name, calls, per_call = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
database = open_database(url)
store = SqlItemStore(database)
for call in range(calls):
    store.put([Draft(Item(id=f"{name}-{call}-{n}", language="en", topic="t", title=name,
                          publisher=f"p{call % 3}"), b"", 1000) for n in range(per_call)], call)
database.close()
"""

RECALL_FOR_EVER = """
import sys
from jhalak.ports.items import Draft
from jhalak.records.database import open_database
from jhalak.records.items import SqlItemStore
from jhalak.schema.item import Item
store = SqlItemStore(open_database(sys.argv[1]))
n = 0
while True:
    store.put([Draft(Item(id=f"{n}", language="en", topic="t", title="t"), b"", 1000)], n)
    store.recall(f"{n}", "system", "", n)
    print(n, flush=True)
    n += 1
"""


def batch(name: str, call: int) -> list[Draft]:
    return [
        Draft(
            Item(id=f"{name}-{call}-{n}", language="en", topic="t", title=name, publisher="p"),
            b"",
            1000,
        )
        for n in range(PER_CALL)
    ]


def follow(store: SqlItemStore, done: Callable[[], bool]) -> list[int]:
    """Every sequence number that a reader meets who asks again and again for what is new."""
    met: list[int] = []
    while True:
        last_look = done()
        while page := store.changes(met[-1] if met else 0, 7):
            met.extend(record.seq for record in page)
        if last_look:
            return met


def test_a_follower_beside_two_writing_threads_skips_nothing(database: Database) -> None:
    store = SqlItemStore(database)
    with ThreadPoolExecutor(3) as pool:
        writers = [
            pool.submit(lambda name: [store.put(batch(name, n), n) for n in range(CALLS)], name)
            for name in ("x", "y")
        ]
        met = pool.submit(follow, store, lambda: all(writer.done() for writer in writers))
        for writer in writers:
            assert writer.result() == [["new"] * PER_CALL] * CALLS
    assert met.result() == list(range(1, 2 * CALLS * PER_CALL + 1))


def test_a_follower_beside_two_writing_processes_skips_nothing(
    database: Database, records_url: str
) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", PUT_ITEMS, records_url, name, str(CALLS), str(PER_CALL)]
        )
        for name in ("x", "y")
    ]
    store = SqlItemStore(database)
    met = follow(store, lambda: all(writer.poll() is not None for writer in writers))
    assert [writer.wait() for writer in writers] == [0, 0]
    assert met == list(range(1, 2 * CALLS * PER_CALL + 1))
    assert [name for _, name in store.creators(0, 10)] == ["p0", "p1", "p2"]


def test_the_same_new_item_put_at_once_is_new_once(database: Database) -> None:
    store = SqlItemStore(database)
    gate = threading.Barrier(4)

    def put(_: int) -> list[str]:
        gate.wait()
        return [change for n in range(5) for change in store.put(batch("same", n), 9)]

    with ThreadPoolExecutor(4) as pool:
        changes = [change for result in pool.map(put, range(4)) for change in result]
    assert changes.count("new") == 5 * PER_CALL
    assert changes.count("unchanged") == 3 * 5 * PER_CALL
    assert len(store.creators(0, 10)) == 1


def test_audit_numbers_have_no_gaps_beside_recalls(database: Database) -> None:
    store, audit = SqlItemStore(database), SqlAuditStore(database)
    store.put(batch("x", 0) + batch("x", 1), 1)
    with ThreadPoolExecutor(4) as pool:
        recalls = [
            pool.submit(store.recall, f"x-{call}-{n}", "system", "", 2)
            for call in range(2)
            for n in range(PER_CALL)
            for _ in range(2)
        ]
        appends = [pool.submit(audit.append, "system", "do thing", "", "", n) for n in range(8)]
        assert all(recall.result() is not None for recall in recalls)
        numbers = {append.result() for append in appends}
    records = audit.read(0, 100)
    assert [record.n for record in records] == list(range(1, 17))
    assert numbers == {record.n for record in records if record.action == "do thing"}


def test_one_relation_put_and_taken_back_at_once_keeps_count_of_its_versions(
    database: Database,
) -> None:
    SqlViewerStore(database).create(Viewer(id=5, created_ms=1, languages=("en",)))
    store = SqlRelationStore(database)
    gate = threading.Barrier(4)

    def work(n: int) -> int:
        gate.wait()
        made = 0
        for _ in range(5):
            if n % 2:
                made += store.put(5, "likes", "item", 1, 1)[1]
            else:
                made += (store.delete(5, "likes", "item", 1, 1) or (0, False))[1]
        return made

    with ThreadPoolExecutor(4) as pool:
        made = sum(pool.map(work, range(4)))
    row, _ = store.put(5, "likes", "item", 1, 2)
    assert row.version in (made, made + 1)


def test_a_relation_put_while_its_viewer_is_erased_leaves_no_row(database: Database) -> None:
    viewers, relations = SqlViewerStore(database), SqlRelationStore(database)
    for viewer in range(1, 13):
        viewers.create(Viewer(id=viewer, created_ms=1, languages=("en",)))
    gate = threading.Barrier(2)

    def put(viewer: int) -> None:
        gate.wait()
        try:
            relations.put(viewer, "likes", "item", 1, 1)
        except Conflict as error:
            assert "no such viewer" in str(error)

    def erase(viewer: int) -> None:
        gate.wait()
        assert viewers.erase(viewer, 2)

    with ThreadPoolExecutor(2) as pool:
        for viewer in range(1, 13):
            for work in [pool.submit(put, viewer), pool.submit(erase, viewer)]:
                work.result()
    assert relations.count("likes", "item", 1) == 0


@pytest.mark.parametrize("kind", ["sqlite", "empty_postgres"])
def test_processes_that_open_new_records_at_once_make_the_tables_once(
    request: pytest.FixtureRequest, kind: str
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    openers = [
        subprocess.Popen([sys.executable, "-c", PUT_ITEMS, url, str(n), "1", "1"]) for n in range(4)
    ]
    assert [opener.wait() for opener in openers] == [0, 0, 0, 0]
    database = open_database(url)
    assert len(SqlItemStore(database).changes(0, 10)) == 4
    database.close()


def test_what_a_killed_process_had_acknowledged_is_there(
    database: Database, records_url: str
) -> None:
    command = [sys.executable, "-c", RECALL_FOR_EVER, records_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(20)]
        writer.kill()
        acknowledged += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
    store, audit = SqlItemStore(database), SqlAuditStore(database)
    stored = store.changes(0, 10_000)
    recalled = [int(record.item.id) for record in stored if record.status == "recalled"]
    assert acknowledged == list(range(len(acknowledged)))
    assert set(acknowledged) <= set(recalled)
    assert len(stored) - len(acknowledged) <= 1, "at most the one that was under way"
    assert [int(entry.subject) for entry in audit.read(0, 10_000)] == recalled
    assert store.put(batch("next", 0), 1) == ["new"] * PER_CALL
