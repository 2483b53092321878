"""Writes that share a transaction: each is whole, and none takes another with it."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, insert, select

from jhalak.ports.errors import Conflict, Unavailable
from jhalak.records.database import Database
from jhalak.records.tables import creators
from jhalak.records.together import Together


def named(name: str) -> object:
    def work(connection: Connection) -> str:
        connection.execute(insert(creators), {"name": name})
        return name

    return work


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(connection.execute(select(creators.c.name)).scalars())


def at_once(together: Together, works: list[tuple[str, object]]) -> list[Future[object]]:
    """All of them wait when the first one's transaction ends."""
    free, under_way = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        under_way.set()
        free.wait()

    with ThreadPoolExecutor(len(works) + 1) as pool:
        pool.submit(together.write, "", hold)
        under_way.wait()
        waiting = [pool.submit(together.write, key, work) for key, work in works]  # type: ignore[arg-type]
        while len(together._waiting) < len(works):
            pass  # until each has said what it wants
        free.set()
    return waiting


def test_what_waits_is_one_transaction_and_each_gets_its_answer(database: Database) -> None:
    together = Together(database)
    found = at_once(together, [("v", named(f"n{n}")) for n in range(5)])
    assert [one.result() for one in found] == [f"n{n}" for n in range(5)]
    assert names(database) == [f"n{n}" for n in range(5)]


def test_one_that_fails_takes_nothing_of_the_others_with_it(database: Database) -> None:
    def wrong(connection: Connection) -> None:
        connection.execute(insert(creators), {"name": "half"})
        raise ValueError("no")

    together = Together(database)
    works = [("v", named("a")), ("v", wrong), ("v", named("a")), ("v", named("b"))]
    a, failed, twice, b = at_once(together, works)
    assert (a.result(), b.result()) == ("a", "b") and names(database) == ["a", "b"]
    with pytest.raises(ValueError, match="no"):
        failed.result()
    with pytest.raises(Conflict):
        twice.result()


def test_what_is_wrong_with_the_store_is_everybodys_answer(database: Database) -> None:
    def broken(_: Connection) -> None:
        raise Unavailable("gone")

    together = Together(database)
    for one in at_once(together, [("v", named("a")), ("v", broken)]):
        with pytest.raises(Unavailable):
            one.result()
    assert names(database) == [] and together.write("v", named("later")) == "later"  # type: ignore[arg-type]


def test_one_alone_is_undone_whole(database: Database) -> None:
    def wrong(connection: Connection) -> None:
        connection.execute(insert(creators), {"name": "half"})
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        Together(database).write("v", wrong)
    assert names(database) == []
