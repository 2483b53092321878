"""The contract of ChannelStore."""

from __future__ import annotations

import pytest

from jhalak.ports.channels import ChannelStore
from jhalak.records.audit import SqlAuditStore
from jhalak.records.channels import SqlChannelStore
from jhalak.records.database import Database
from jhalak.schema.channel import Channel

FOX = Channel(id="fox", names={"en": "Foxes", "hi": "लोमड़ी"}, hashtags=("fox",), picked=("a",))
HEN = Channel(id="hen", names={"en": "Hens"}, topics=("nature",), hidden=True)


@pytest.fixture
def store(database: Database) -> ChannelStore:
    return SqlChannelStore(database)


def test_nothing_was_changed_at_first(store: ChannelStore) -> None:
    assert store.all() == (0, [])


def test_they_come_as_they_were_put_in_the_order_in_which_they_were_made(
    store: ChannelStore,
) -> None:
    store.put(FOX, "operator:asha", "people ask for it", 5)
    store.put(HEN, "operator:asha", "too", 6)
    changed = Channel(id="fox", names={"en": "All foxes"})
    store.put(changed, "operator:bina", "a better name", 7)
    assert store.all() == (3, [changed, HEN])


def test_what_is_forgotten_is_gone_and_the_version_rises(
    store: ChannelStore, database: Database
) -> None:
    store.put(FOX, "operator:asha", "try", 5)
    assert store.forget("fox", "operator:bina", "no use", 6)
    assert store.all() == (2, [])
    assert not store.forget("fox", "operator:bina", "again", 7)
    assert not store.forget("f\0x", "operator:bina", "again", 7)
    assert store.all()[0] == 2
    told = [(r[2], r[3], r[4], r[5]) for r in SqlAuditStore(database).read(0, 9)]
    assert told == [
        ("operator:asha", "change channel", "fox", "try"),
        ("operator:bina", "forget channel", "fox", "no use"),
    ]
