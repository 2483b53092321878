"""The contract of OperatorStore."""

from __future__ import annotations

import pytest

from jhalak.ports.errors import Conflict
from jhalak.ports.operators import OperatorStore, OperatorToken
from jhalak.records.database import Database
from jhalak.records.operators import SqlOperatorStore


@pytest.fixture
def store(database: Database) -> OperatorStore:
    return SqlOperatorStore(database)


def test_a_token_is_found_by_its_hash_and_by_no_other(store: OperatorStore) -> None:
    token = store.add("आशा \0", b"\x00\xff" * 16, 5)
    assert token == OperatorToken(token.id, "आशा \ufffd", 5, 0)
    assert store.find(b"\x00\xff" * 16) == token
    assert store.find(b"\x00\xff" * 15) is None


def test_a_revoked_token_is_not_found_but_stays_listed(store: OperatorStore) -> None:
    first, second = store.add("a", b"1", 5), store.add("a", b"2", 6)
    assert store.revoke(first.id, 9)
    assert not store.revoke(first.id, 10), "it was revoked before"
    assert not store.revoke(second.id + 100, 9), "it never was"
    assert store.find(b"1") is None
    assert store.find(b"2") == second
    assert store.all() == [first._replace(revoked_ms=9), second]


def test_a_hash_is_taken_once(store: OperatorStore) -> None:
    store.add("a", b"1", 5)
    with pytest.raises(Conflict):
        store.add("b", b"1", 6)
    assert len(store.all()) == 1
