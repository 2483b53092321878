"""The contract of PublisherStore."""

from __future__ import annotations

import pytest

from jhalak.ports.errors import Conflict
from jhalak.ports.publishers import PublisherKey, PublisherStore
from jhalak.records.database import Database
from jhalak.records.publishers import SqlPublisherStore


@pytest.fixture
def store(database: Database) -> PublisherStore:
    return SqlPublisherStore(database)


def test_a_key_is_found_by_its_hash_until_it_is_revoked(store: PublisherStore) -> None:
    first = store.add("दैनिक \0", b"\x00\xff" * 16, "reviewed", 5)
    assert first == PublisherKey(first.id, "दैनिक \ufffd", "reviewed", 5, 0)
    second = store.add("दैनिक \0", b"2", "unreviewed", 6)
    assert store.find(b"\x00\xff" * 16) == first and store.find(b"1") is None
    assert store.revoke(first.id, 9) and not store.revoke(first.id, 10)
    assert not store.revoke(second.id + 100, 9)
    assert store.find(b"\x00\xff" * 16) is None and store.find(b"2") == second
    assert store.all() == [first._replace(revoked_ms=9), second]


def test_a_hash_is_taken_once(store: PublisherStore) -> None:
    store.add("a", b"1", "reviewed", 5)
    with pytest.raises(Conflict):
        store.add("b", b"1", "reviewed", 6)
