"""The contract of TextStore: an entry's text lies where its item lies, as long as that is shown."""

from __future__ import annotations

import pytest

from jhalak.ports.items import Draft
from jhalak.records.database import Database
from jhalak.records.items import SqlItemStore
from jhalak.records.texts import SqlTextStore
from jhalak.schema.item import Item
from jhalak.schema.picture import Block

TEXT = (Block("h", "शीर्षक"), Block("p", "पहला \0 पैरा"), Block("li", "🎬"))


@pytest.fixture
def items(database: Database) -> SqlItemStore:
    return SqlItemStore(database)


@pytest.fixture
def store(database: Database) -> SqlTextStore:
    return SqlTextStore(database)


def draft(text: tuple[Block, ...] | None, title: str = "t", name: str = "a") -> Draft:
    item = Item(id=name, language="hi", topic="sport", title=title)
    return Draft(item, bytes(64), 1000, text)


def test_a_text_comes_back_as_it_was_put(items: SqlItemStore, store: SqlTextStore) -> None:
    assert items.put([draft(TEXT), draft(None, name="b")], 0) == ["new", "new"]
    assert store.get(1) == TEXT
    assert store.get(2) == store.get(99) == ()


def test_a_change_of_the_text_alone_is_a_change_and_the_same_text_is_none(
    items: SqlItemStore, store: SqlTextStore
) -> None:
    items.put([draft(TEXT)], 0)
    assert items.put([draft(TEXT)], 1) == ["unchanged"]
    assert items.put([draft(TEXT[:1])], 2) == ["updated"]
    assert store.get(1) == TEXT[:1]
    assert items.put([draft(())], 3) == ["updated"]
    assert store.get(1) == ()


def test_who_says_nothing_of_the_text_leaves_it(items: SqlItemStore, store: SqlTextStore) -> None:
    items.put([draft(TEXT)], 0)
    assert items.put([draft(None)], 1) == ["unchanged"]
    assert items.put([draft(None, title="another")], 2) == ["updated"]
    assert store.get(1) == TEXT
    assert items.put([draft(TEXT, title="another")], 3) == ["unchanged"]


def test_of_one_id_put_twice_in_a_batch_the_text_stays(
    items: SqlItemStore, store: SqlTextStore
) -> None:
    items.put([draft(TEXT), draft(None, title="later")], 0)
    assert store.get(1) == TEXT


def test_a_recalled_items_text_is_gone(items: SqlItemStore, store: SqlTextStore) -> None:
    items.put([draft(TEXT)], 0)
    items.recall("a", "operator:x", "", 1)
    assert store.get(1) == ()
    assert items.put([draft(TEXT)], 2) == ["unchanged"]
    assert store.get(1) == ()


def test_texts_of_expired_items_are_forgotten(items: SqlItemStore, store: SqlTextStore) -> None:
    items.put([draft(TEXT), draft(TEXT, name="b")], 0)
    items.put([draft(TEXT, name="later")], 5000)
    assert store.forget_expired(3000, 1) == 1
    assert store.forget_expired(3000, 10) == 1
    assert store.forget_expired(3000, 10) == 0
    assert store.get(3) == TEXT
