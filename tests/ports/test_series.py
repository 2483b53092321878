"""The contract of SeriesStore."""

from __future__ import annotations

from typing import Any

import pytest

from jhalak.ports.series import Changed, SeriesStore
from jhalak.records.creator_erasure import forget_account
from jhalak.records.database import Database
from jhalak.records.series import SqlSeriesStore
from jhalak.schema.collection import MOST, Series
from tests.ports.people_world import add_account, add_video


@pytest.fixture
def store(database: Database) -> SeriesStore:
    return SqlSeriesStore(database)


@pytest.fixture
def asha(database: Database) -> int:
    """With the videos a1 to a4; ravi, the next account, has r1."""
    num = add_account(database, "asha")
    for n in range(1, 5):
        add_video(database, f"a{n}", num, n)
    add_video(database, "r1", add_account(database, "ravi"), 9)
    return num


def made(account: int, id_: str = "s", *videos: str, **said: Any) -> Series:
    usual: dict[str, Any] = {
        "title": f"Title of {id_}", "about": "How to", "language": "hi", "created_ms": 5,
        "changed_ms": 5,
    }  # fmt: skip
    return Series(id=id_, account=account, videos=videos, **{**usual, **said})


def test_it_comes_as_it_was_put_newest_first(store: SeriesStore, asha: int) -> None:
    old, new = made(asha, "s", "a2", "a1"), made(asha, "t", created_ms=6, finished=True)
    assert store.add(old) == Changed(old) and store.add(new) == Changed(new)
    assert store.of_account(asha) == [new, old]
    assert store.find("s") == old and store.find("t") == new
    assert store.of_account(asha + 1) == [] and store.find("n\0ne") is None


def test_parts_are_ones_own_and_each_is_in_one_series(store: SeriesStore, asha: int) -> None:
    store.add(made(asha, "s", "a1"))
    assert store.add(made(asha, "t", "a2", "r1")) == Changed(None, "unknown", "r1")
    assert store.add(made(asha, "t", "a\0")) == Changed(None, "unknown", "a\0")
    assert store.add(made(asha, "t", "a2", "a1")) == Changed(None, "elsewhere", "a1")
    assert store.find("t") is None, "all of it or nothing"
    store.add(made(asha, "t", "a2"))
    assert store.change(asha, "t", 7, videos=["a3", "a1"]) == Changed(None, "elsewhere", "a1")
    assert store.change(asha, "t", 7, videos=["none"]) == Changed(None, "unknown", "none")
    kept = store.find("t")
    assert kept is not None and kept.videos == ("a2",) and kept.changed_ms == 5


def test_its_order_and_words_change_together(store: SeriesStore, asha: int) -> None:
    store.add(made(asha, "s", "a1", "a2", "a3"))
    changed = store.change(asha, "s", 8, videos=["a3", "a1", "a4"], title="New", finished=True)
    assert changed.series == made(
        asha, "s", "a3", "a1", "a4", title="New", finished=True, changed_ms=8
    )
    assert store.find("s") == changed.series
    assert store.change(asha, "s", 9, about="").series == made(
        asha, "s", "a3", "a1", "a4", title="New", finished=True, about="", changed_ms=9
    )
    store.add(made(asha, "t", "a2"))  # it is free again


def test_only_its_creator_changes_or_removes_it(store: SeriesStore, asha: int) -> None:
    store.add(made(asha, "s", "a1"))
    assert store.change(asha + 1, "s", 8, title="x") == Changed(None)
    assert not store.forget(asha + 1, "s", 8)
    assert store.change(asha, "n\0ne", 8, title="x") == Changed(None)
    with pytest.raises(ValueError, match="created_ms"):
        store.change(asha, "s", 8, created_ms=3)
    assert store.find("s") == made(asha, "s", "a1")


def test_a_removed_one_is_gone_and_its_videos_are_free(store: SeriesStore, asha: int) -> None:
    store.add(made(asha, "s", "a1"))
    assert store.forget(asha, "s", 8) and not store.forget(asha, "s", 9)
    assert store.find("s") is None and store.of_account(asha) == []
    assert store.change(asha, "s", 9, title="back") == Changed(None)
    assert store.add(made(asha, "t", "a1")) is not None


def test_changes_are_followed_by_version(store: SeriesStore, asha: int) -> None:
    assert store.since(0, 9) == []
    store.add(made(asha, "s", "a1"))
    store.add(made(asha, "t", "a2"))
    store.change(asha, "s", 6, videos=[])
    store.forget(asha, "t", 7)
    told = store.since(0, 9)
    assert [(version, one.id, one.title, one.videos) for version, one in told] == [
        (3, "s", "Title of s", ()), (4, "t", "", ()),
    ]  # fmt: skip
    assert [version for version, _ in store.since(3, 9)] == [4] and store.since(4, 9) == []
    assert [version for version, _ in store.since(0, 1)] == [3]


def test_there_are_so_many_of_an_account_and_no_more(store: SeriesStore, asha: int) -> None:
    for n in range(MOST):
        assert store.add(made(asha, f"s{n}")) is not None
    assert store.add(made(asha, "more")) is None
    store.forget(asha, "s5", 9)
    assert store.add(made(asha, "more")) is not None


def test_all_of_it_goes_with_its_account(store: SeriesStore, asha: int, database: Database) -> None:
    store.add(made(asha, "s", "a1", "a2"))
    with database.write() as connection:
        forget_account(connection, asha, asha + 100)
    assert store.of_account(asha) == [] and store.since(0, 9) == []
