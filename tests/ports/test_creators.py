"""The contract of CreatorStore."""

from __future__ import annotations

import pytest

from jhalak.ports.creators import Creator
from jhalak.ports.errors import Conflict
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.reviews import SqlReviewStore
from jhalak.records.videos import SqlVideoStore
from tests.ports.test_videos import video


@pytest.fixture
def store(database: Database) -> SqlCreatorStore:
    return SqlCreatorStore(database)


def test_a_handle_is_given_once(store: SqlCreatorStore) -> None:
    asha = store.add("asha", "hash", 5)
    assert asha == Creator(asha.num, "asha", 5, 0) and asha.num >= 1
    assert store.find("asha") == (asha, "hash")
    assert store.find("ravi") is None and store.find("a\0") is None
    with pytest.raises(Conflict):
        store.add("asha", "other", 6)


def test_a_session_holds_until_it_is_over_or_ended(store: SqlCreatorStore) -> None:
    asha = store.add("asha", "hash", 5)
    store.open(b"token", asha.num, 10, 20)
    assert store.signed_in(b"token", 19) == asha
    assert store.signed_in(b"token", 20) is None and store.signed_in(b"other", 10) is None
    assert store.end(b"token") and not store.end(b"token")
    assert store.signed_in(b"token", 11) is None


def test_a_suspended_account_is_signed_out_and_cannot_sign_in_until_it_is_lifted(
    store: SqlCreatorStore,
) -> None:
    asha = store.add("asha", "hash", 5)
    store.open(b"token", asha.num, 10, 99)
    assert store.suspend(asha.num, 11) and not store.suspend(asha.num + 9, 11)
    assert store.signed_in(b"token", 12) is None
    with pytest.raises(Conflict):
        store.open(b"new", asha.num, 13, 99)
    store.suspend(asha.num, 0)
    store.open(b"new", asha.num, 14, 99)
    assert store.signed_in(b"token", 15) is None and store.signed_in(b"new", 15) is not None


def test_an_erased_account_leaves_its_handle_and_nothing_else(
    store: SqlCreatorStore, database: Database
) -> None:
    asha, ravi = store.add("asha", "hash", 5), store.add("ravi", "hash", 5)
    videos, reviews = SqlVideoStore(database), SqlReviewStore(database)
    videos.begin(video("a", asha.num), 7)
    videos.begin(video("b", ravi.num), 7)
    reviews.open("gate", "a", "hi", "sexual", 8)
    store.open(b"token", asha.num, 10, 99)
    assert store.erase(asha.num) and not store.erase(ravi.num + 9)
    assert store.signed_in(b"token", 11) is None
    assert videos.find("a") is None and videos.find("b") is not None
    assert reviews.of("a") == []
    with pytest.raises(Conflict):
        store.open(b"new", asha.num, 12, 99)
    with pytest.raises(Conflict):
        store.add("asha", "hash", 13)
