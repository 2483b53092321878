"""The contract of PlaylistStore and PlaylistEntries."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.ports.playlists import Held
from jhalak.records.creator_erasure import forget_account
from jhalak.records.database import Database
from jhalak.records.playlists import SqlPlaylistStore
from jhalak.schema.collection import MOST, MOST_VIDEOS, Playlist
from tests.ports.people_world import add_account, add_video
from tests.worlds import often


@pytest.fixture
def store(database: Database) -> SqlPlaylistStore:
    return SqlPlaylistStore(database)


@pytest.fixture
def asha(database: Database) -> int:
    """Whose videos are a0 to a5; ravi is the next account."""
    num = add_account(database, "asha")
    add_account(database, "ravi")
    for n in range(6):
        add_video(database, f"a{n}", num, n + 1)
    return num


def made(account: int, id_: str = "l", **said: Any) -> Playlist:
    usual: dict[str, Any] = {"title": f"Title of {id_}", "created_ms": 5, "changed_ms": 5}
    return Playlist(id=id_, account=account, **{**usual, **said})


def test_it_comes_as_it_was_put_and_what_changed_last_is_first(
    store: SqlPlaylistStore, asha: int
) -> None:
    old, new = made(asha), made(asha, "m", public=True, changed_ms=6)
    assert store.add(old) and store.add(new)
    assert store.of_account(asha) == [Held(new, False), Held(old, False)]
    assert store.find("l") == old and store.find("none") is None and store.find("\0") is None
    changed = store.change(asha, "l", 9, title="Evening", public=True)
    assert changed == made(asha, title="Evening", public=True, changed_ms=9)
    assert [held.playlist.id for held in store.of_account(asha)] == ["l", "m"]
    assert store.of_account(asha + 1) == []


def test_only_whose_it_is_changes_it(store: SqlPlaylistStore, asha: int) -> None:
    store.add(made(asha))
    ravi = asha + 1
    assert store.change(ravi, "l", 9, title="x") is None and not store.forget(ravi, "l")
    assert store.put(ravi, "l", "a1", 9) == "none" and not store.take(ravi, "l", "a1", 9)
    assert store.change(asha, "\0", 9, title="x") is None and not store.forget(asha, "\0")
    assert store.put(asha, "l", "\0", 9) == "none" and not store.take(asha, "\0", "a1", 9)
    with pytest.raises(ValueError, match="created_ms"):
        store.change(asha, "l", 9, created_ms=3)
    assert store.find("l") == made(asha) and store.entries("l") == []


def test_entries_stand_in_the_order_in_which_they_were_put(
    store: SqlPlaylistStore, asha: int
) -> None:
    store.add(made(asha))
    for video in ("a1", "a2", "a3"):
        assert store.put(asha, "l", video, 7) == "put"
    assert store.put(asha, "l", "a2", 8) == "put", "it is there: it stays where it is"
    assert store.entries("l") == ["a1", "a2", "a3"]
    assert store.put(asha, "l", "a3", 8, 0) == "put"
    assert store.put(asha, "l", "a4", 8, 1) == "put"
    assert store.entries("l") == ["a3", "a4", "a1", "a2"]
    assert store.put(asha, "l", "a3", 8, 99) == "put"
    assert store.entries("l") == ["a4", "a1", "a2", "a3"]
    assert store.take(asha, "l", "a1", 9) and store.take(asha, "l", "a1", 9)
    assert store.put(asha, "l", "a0", 9) == "put"
    assert store.entries("l") == ["a4", "a2", "a3", "a0"]
    assert store.find("l") == made(asha, n=4, changed_ms=9)
    held = {one.playlist.id: one.has for one in store.of_account(asha, "a2")}
    assert held == {"l": True} and not store.of_account(asha, "a1")[0].has


def test_there_are_so_many_and_no_more(
    store: SqlPlaylistStore, asha: int, database: Database
) -> None:
    for n in range(MOST):
        assert store.add(made(asha, f"l{n}"))
    assert not store.add(made(asha, "more"))
    assert store.add(made(asha + 1, "others"))
    for n in range(MOST_VIDEOS):
        add_video(database, f"v{n}", asha, n + 100)
        assert store.put(asha, "l0", f"v{n}", 7) == "put"
    assert store.put(asha, "l0", "a1", 7) == "full"
    assert store.put(asha, "l0", "v5", 7, 0) == "put", "what is there moves"
    assert len(store.entries("l0")) == MOST_VIDEOS


def test_it_goes_whole(store: SqlPlaylistStore, asha: int) -> None:
    store.add(made(asha))
    store.put(asha, "l", "a1", 7)
    assert store.forget(asha, "l") and not store.forget(asha, "l")
    assert store.find("l") is None and store.entries("l") == []


def test_all_goes_with_who_listed_and_who_made(
    store: SqlPlaylistStore, asha: int, database: Database
) -> None:
    ravi = asha + 1
    add_video(database, "r1", ravi, 50)
    store.add(made(asha))
    store.add(made(ravi, "m"))
    for video in ("a1", "r1"):
        store.put(asha, "l", video, 7)
        store.put(ravi, "m", video, 7)
    with database.write() as connection:
        forget_account(connection, asha, asha + 100)
    assert store.find("l") is None and store.entries("m") == ["r1"]


@given(moves=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 7)), max_size=12))
@often(30)
def test_moving_loses_nothing(moves: list[tuple[int, int]]) -> None:
    """Against a list of Python's."""
    from sqlalchemy import create_engine

    from jhalak.records.tables import metadata

    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    database = Database(engine, 5000)
    account, store = add_account(database, "asha"), SqlPlaylistStore(database)
    store.add(made(account))
    expected: list[str] = []
    for n in range(6):
        store.put(account, "l", add_video(database, f"a{n}", account, n + 1), 5)
        expected.append(f"a{n}")
    for which, to in moves:
        store.put(account, "l", f"a{which}", 6, to)
        expected.remove(f"a{which}")
        expected.insert(to, f"a{which}")
    assert store.entries("l") == expected
