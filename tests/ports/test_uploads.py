"""The contract of UploadStore."""

from __future__ import annotations

import pytest

from jhalak.ports.errors import Conflict
from jhalak.ports.uploads import Upload
from jhalak.ports.videos import FIRST
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.jobs import SqlJobStore
from jhalak.records.uploads import SqlUploadStore
from jhalak.records.videos import SqlVideoStore
from tests.ports.test_videos import DETAILS, video


@pytest.fixture
def account(database: Database) -> int:
    return SqlCreatorStore(database).add("asha", "x", 1).num


@pytest.fixture
def store(database: Database) -> SqlUploadStore:
    return SqlUploadStore(database)


def upload(name: str, account: int, length: int = 10, created_ms: int = 5) -> Upload:
    return Upload(name, account, length, 0, 0, DETAILS, created_ms, created_ms + 100, "")


def test_parts_come_one_after_another_and_never_more_than_was_said(
    store: SqlUploadStore, account: int
) -> None:
    store.create(upload("u", account), 5)
    assert store.find("u") == upload("u", account) and store.find("v") is None
    assert store.part("u", 0, 0, 4)
    assert not store.part("u", 0, 0, 4), "another request was quicker"
    assert not store.part("u", 1, 3, 4), "it does not begin where the last one ended"
    assert not store.part("u", 1, 4, 7), "more than was said"
    assert not store.part("v", 0, 0, 1)
    assert store.part("u", 1, 4, 6)
    assert store.find("u") == upload("u", account)._replace(received=10, parts=2)


def test_an_account_has_only_so_many_unfinished_ones(store: SqlUploadStore, account: int) -> None:
    store.create(upload("a", account), 2)
    store.create(upload("b", account), 2)
    with pytest.raises(Conflict):
        store.create(upload("c", account), 2)
    store.create(upload("c", account, created_ms=200), 2), "the others expired"
    store.drop("a")
    store.drop("a")
    assert store.find("a") is None


def test_what_was_used_counts_for_the_quota_also_when_it_is_a_video_by_now(
    store: SqlUploadStore, account: int, database: Database
) -> None:
    store.create(upload("up-a", account, 10, created_ms=5), 5)
    store.create(upload("up-b", account, 30, created_ms=9), 5)
    assert store.part("up-a", 0, 0, 10) and store.part("up-b", 0, 0, 30)
    SqlVideoStore(database).begin(video("a", account), 9)
    assert store.used(account, 5) == (2, 40) and store.used(account, 6) == (1, 30)
    assert store.used(account + 9, 0) == (0, 0)
    same = video("b", account, content=b"a", upload="up-b")
    assert SqlVideoStore(database).begin(same, 9).id == "a"
    assert store.used(account, 5) == (1, 10), "the same again is free"


def test_what_nothing_needs_expires(
    store: SqlUploadStore, account: int, database: Database
) -> None:
    for name in ("up-a", "up-b"):
        store.create(upload(name, account), 5)
    SqlVideoStore(database).begin(video("a", account), 9)
    assert store.expired(104, 9) == [] and store.expired(105, 9) == ["up-b"]
    job = SqlJobStore(database).claim("w", 105, 10)
    assert job is not None and job.kind == FIRST
    SqlJobStore(database).done(job.num, "w", 106)
    for state in ("waiting", "held"):
        SqlVideoStore(database).change("a", ("waiting",), 106, state=state)
        assert store.expired(107, 9) == ["up-b"]
    SqlVideoStore(database).change("a", ("held",), 106, state="live")
    assert sorted(store.expired(107, 9)) == ["up-a", "up-b"] and len(store.expired(107, 1)) == 1


def test_those_that_are_whole_and_no_video_yet_are_named(
    store: SqlUploadStore, account: int, database: Database
) -> None:
    for name in ("up-a", "up-b", "up-c"):
        store.create(upload(name, account), 5)
    assert store.part("up-a", 0, 0, 10) and store.part("up-b", 0, 0, 10)
    assert store.part("up-c", 0, 0, 9)
    found = store.whole(9)
    assert sorted((one.id, handle) for one, handle in found) == [("up-a", "asha"), ("up-b", "asha")]
    assert len(store.whole(1)) == 1
    SqlVideoStore(database).begin(video("a", account), 9)
    assert [one.id for one, _ in store.whole(9)] == ["up-b"]


def test_an_accounts_uploads_come_oldest_first(
    store: SqlUploadStore, account: int, database: Database
) -> None:
    other = SqlCreatorStore(database).add("ravi", "x", 1).num
    second, first = upload("a", account, created_ms=6), upload("b", account)
    for one in (second, first, upload("c", other)):
        store.create(one, 5)
    assert store.of_account(account) == [first, second]
