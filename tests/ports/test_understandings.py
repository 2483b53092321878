"""The contract of UnderstandingStore: understandings follow their items, and change no source."""

from __future__ import annotations

import msgspec
import pytest

from jhalak.ports.items import Draft
from jhalak.ports.understandings import Understanding, Understood
from jhalak.records.database import Database
from jhalak.records.items import SqlItemStore
from jhalak.records.understandings import _PENDING_SINCE, SqlUnderstandingStore
from jhalak.schema.item import Item, ItemRecord

MODEL = "toy-1"


@pytest.fixture
def items(database: Database) -> SqlItemStore:
    return SqlItemStore(database)


@pytest.fixture
def store(database: Database) -> SqlUnderstandingStore:
    return SqlUnderstandingStore(database)


def draft(name: str, title: str = "t") -> Draft:
    return Draft(Item(id=name, language="hi", topic="general", title=title), bytes(64), 1000)


def understood(record: ItemRecord, topic: str = "sport") -> Understood:
    return Understood(
        record, msgspec.structs.replace(record.item, topic=topic), b"\1" * 64, b"\2" * 8,
        (Understanding(record.num, "topic", topic, 0.7, "topics-1", 5),),
    )  # fmt: skip


def test_the_newest_live_items_wait_first(
    items: SqlItemStore, store: SqlUnderstandingStore
) -> None:
    items.put([draft("a"), draft("b"), draft("c")], 0)
    items.recall("c", "op", "why", 1)
    assert [record.num for record in store.pending(MODEL, 5, 9)] == [2, 1]
    assert [record.num for record in store.pending(MODEL, 5, 1)] == [2]
    assert store.backlog(MODEL, 5) == 2
    assert store.backlog(MODEL, 5000) == 0  # all expired


def test_once_nothing_waits_only_what_changed_since_is_looked_at(
    items: SqlItemStore, store: SqlUnderstandingStore, database: Database
) -> None:
    items.put([draft("a"), draft("b")], 0)
    items.put([Draft(Item(id="old", language="hi", topic="general", title="t"), b"", 3)], 0)
    store.put(MODEL, [understood(one) for one in store.pending(MODEL, 5, 9)], 6)
    assert store.pending(MODEL, 5, 9) == []
    items.put([draft("c"), draft("a", "another title"), draft("d")], 6)
    assert [record.num for record in store.pending(MODEL, 7, 2)] == [5, 4]
    assert [record.num for record in store.pending(MODEL, 7, 9)] == [5, 4, 1]
    assert len(store.pending("toy-2", 7, 9)) == 4, "to another model all is new"
    store.put(MODEL, [understood(one) for one in store.pending(MODEL, 7, 9)], 8)
    assert store.pending(MODEL, 9, 9) == []
    assert [record.num for record in store.pending(MODEL, 2, 9)] == [3], "the clock stepped back"
    if database.engine.dialect.name == "sqlite":
        said = str(_PENDING_SINCE.compile(database.engine))
        with database.read() as connection:
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {said}", (1,) * said.count("?")
            ).all()
        assert not any(row[3].startswith("SCAN items") for row in plan), plan


def test_what_was_understood_is_kept_and_changes_the_item(
    items: SqlItemStore, store: SqlUnderstandingStore
) -> None:
    items.put([draft("a")], 0)
    [record] = store.pending(MODEL, 5, 9)
    assert store.put(MODEL, [understood(record)], 6) == 1
    assert store.backlog(MODEL, 5) == 0
    assert store.of(1) == [Understanding(1, "topic", "sport", 0.7, "topics-1", 5)]
    assert store.vectors([1, 2], MODEL) == {1: b"\2" * 8}
    assert store.vectors([1], "other") == {}
    [changed] = items.changes(record.seq, 9)
    assert (changed.item.topic, changed.embedding, changed.changed_ms) == ("sport", b"\1" * 64, 6)


def test_the_same_understanding_changes_nothing(
    items: SqlItemStore, store: SqlUnderstandingStore
) -> None:
    items.put([draft("a")], 0)
    store.put(MODEL, [understood(store.pending(MODEL, 5, 9)[0])], 6)
    [record] = store.live(0, 5, 9)
    assert store.put(MODEL, [understood(record)], 7) == 0
    assert items.changes(record.seq, 9) == []


def test_the_source_s_row_stays_unchanged_and_its_change_waits_again(
    items: SqlItemStore, store: SqlUnderstandingStore
) -> None:
    items.put([draft("a")], 0)
    store.put(MODEL, [understood(store.pending(MODEL, 5, 9)[0])], 6)
    assert items.put([draft("a")], 7) == ["unchanged"]
    assert store.backlog(MODEL, 8) == 0
    assert items.put([draft("a", "another title")], 9) == ["updated"]
    assert store.backlog(MODEL, 10) == 1


def test_an_item_that_changed_meanwhile_stays_as_it_is(
    items: SqlItemStore, store: SqlUnderstandingStore
) -> None:
    items.put([draft("a")], 0)
    [record] = store.pending(MODEL, 5, 9)
    items.put([draft("a", "another title")], 6)
    assert store.put(MODEL, [understood(record)], 7) == 0
    assert store.of(1) == []
    assert store.backlog(MODEL, 8) == 1


def test_another_model_understands_anew(items: SqlItemStore, store: SqlUnderstandingStore) -> None:
    items.put([draft("a")], 0)
    store.put(MODEL, [understood(store.pending(MODEL, 5, 9)[0])], 6)
    assert store.backlog("toy-2", 7) == 1


def test_nothing_understood_is_nothing_kept(store: SqlUnderstandingStore) -> None:
    assert store.put(MODEL, [], 0) == 0
    assert store.of(9) == []


def test_an_item_understood_in_part_goes_on_waiting(
    items: SqlItemStore, store: SqlUnderstandingStore
) -> None:
    items.put([draft("a")], 0)
    store.put(MODEL, [understood(store.pending(MODEL, 5, 9)[0])], 6, whole=False)
    assert [one.what for one in store.of(1)] == ["topic"]
    assert store.backlog(MODEL, 7) == 1
