"""The directory: viewers at hand."""

from __future__ import annotations

import asyncio

from jhalak.people.directory import Directory
from jhalak.ports.viewers import Viewer


def viewer(number: int, version: int = 0) -> Viewer:
    return Viewer(id=number, created_ms=1, languages=("en",), version=version)


class Store:
    def __init__(self, *viewers: Viewer) -> None:
        self.viewers = {v.id: v for v in viewers}
        self.reads = 0

    def get(self, number: int) -> Viewer | None:
        self.reads += 1
        return self.viewers.get(number)


def directory(store: Store, size: int = 10) -> Directory:
    return Directory(store, size)  # type: ignore[arg-type]


def test_a_viewer_is_read_once() -> None:
    store = Store(viewer(1))
    people = directory(store)
    assert people.at_hand(1) is None
    assert asyncio.run(people.get(1)) == asyncio.run(people.get(1)) == people.at_hand(1)
    assert store.reads == 1


def test_who_is_not_there_is_asked_for_each_time() -> None:
    store = Store()
    people = directory(store)
    assert asyncio.run(people.get(1)) is None and asyncio.run(people.get(1)) is None
    assert store.reads == 2


def test_an_older_version_never_replaces_a_newer_one() -> None:
    people = directory(Store())
    people.put(viewer(1, version=2))
    people.put(viewer(1, version=1))
    assert people.at_hand(1) == viewer(1, version=2)


def test_the_least_recently_used_viewer_is_let_go() -> None:
    people = directory(Store(), size=2)
    for number in (1, 2):
        people.put(viewer(number))
    people.at_hand(1)
    people.put(viewer(3))
    assert [people.at_hand(n) is not None for n in (1, 2, 3)] == [True, False, True]


def test_a_dropped_viewer_is_gone() -> None:
    people = directory(Store())
    people.put(viewer(1))
    people.drop(1)
    people.drop(1)
    assert people.at_hand(1) is None
