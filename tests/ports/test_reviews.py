"""The contracts of ReviewStore and KnownBadStore."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from jhalak.ports.errors import Conflict
from jhalak.ports.reviews import Review
from jhalak.records.audit import SqlAuditStore
from jhalak.records.database import Database
from jhalak.records.reviews import SqlKnownBadStore, SqlReviewStore
from jhalak.records.tables import creator_accounts, known_bad, videos


@pytest.fixture
def store(database: Database) -> SqlReviewStore:
    account = {"handle": "asha", "password_hash": "x", "created_ms": 1, "suspended_ms": 0}
    with database.write() as connection:
        num = connection.execute(
            insert(creator_accounts).returning(creator_accounts.c.num), account
        ).scalar_one()
        row = {
            "account": num, "state": "held", "content": b"", "set_name": "", "likeness": b"",
            "body": b"", "created_ms": 1, "changed_ms": 1,
        }  # fmt: skip
        connection.execute(insert(videos), [row | {"id": name} for name in "abc"])
    return SqlReviewStore(database)


def test_a_review_waits_until_one_person_decides_and_that_is_in_the_audit_log(
    store: SqlReviewStore, database: Database
) -> None:
    opened = store.open("gate", "a", "hi", "sexual\0", 5)
    assert opened == Review(opened.num, "gate", "a", "hi", "sexual\ufffd", 5, None, (), 0)
    assert store.open("gate", "a", "hi", "other", 6) == opened, "it is open already"
    assert store.find(opened.num) == opened and store.find(opened.num + 100) is None
    decided = store.decide(opened.num, "refuse", "meera k", 9, "hate")
    told = opened._replace(why="hate\nsexual\ufffd", decision="refuse", by=("meera k",))
    assert decided == told._replace(decided_ms=9)
    assert store.decide(opened.num, "allow", "ravi", 10) is None, "it does not wait any more"
    assert store.decide(opened.num + 100, "allow", "ravi", 10) is None
    record = SqlAuditStore(database).read(0, 10)[-1]
    assert record[1:] == (
        9, "operator:meera k", "decide review", "video a", f"gate {opened.num}: refuse, hate",
    )  # fmt: skip
    again = store.open("gate", "a", "hi", "new", 11)
    assert again.num > opened.num and store.of("a") == [decided, again]


def test_those_that_wait_come_oldest_first_by_language(store: SqlReviewStore) -> None:
    second = store.open("gate", "a", "hi", "", 7)
    first = store.open("report", "b", "hi", "spam", 5)
    other = store.open("gate", "c", "ta", "", 6)
    assert store.waiting("hi", 9) == [first, second]
    assert store.waiting("", 2) == [first, other]
    assert store.counts() == [("hi", 2, 5), ("ta", 1, 6)]
    store.decide(first.num, "allow", "meera", 8)
    assert store.waiting("hi", 9) == [second] and store.counts()[0] == ("hi", 1, 7)


def test_what_was_taken_back_meanwhile_waits_for_nobody(
    store: SqlReviewStore, database: Database
) -> None:
    store.open("gate", "a", "hi", "", 5)
    appeal = store.open("appeal", "a", "hi", "", 6)
    with database.write() as connection:
        connection.execute(update(videos).where(videos.c.id == "a").values(state="removed"))
    assert store.waiting("", 9) == [appeal] and store.counts() == [("hi", 1, 6)]


def test_reports_of_one_video_are_one_review_that_counts_them(store: SqlReviewStore) -> None:
    opened = store.open("report", "a", "hi", "spam", 5)
    assert opened.why == "spam 1"
    for code in ("hate", "hate"):
        told = store.open("report", "a", "hi", code, 6)
    assert told == opened._replace(why="hate 2\nspam 1")
    store.decide(told.num, "allow", "meera", 8)
    assert store.open("report", "a", "hi", "spam", 9).why == "spam 1"


def test_no_review_of_a_video_that_is_not_there(store: SqlReviewStore) -> None:
    with pytest.raises(Conflict):
        store.open("gate", "none", "hi", "", 5)


def test_an_appeal_needs_two_who_agree_and_had_no_part_before(store: SqlReviewStore) -> None:
    store.decide(store.open("gate", "a", "hi", "", 5).num, "refuse", "meera", 6)
    appeal = store.open("appeal", "a", "hi", "it is a dance", 7)
    assert store.decide(appeal.num, "refuse", "meera", 8) is None, "she decided before"
    first = store.decide(appeal.num, "allow", "ravi", 8)
    assert first == appeal._replace(by=("ravi",)), "it still waits"
    assert store.decide(appeal.num, "allow", "ravi", 9) == first, "one person is not two"
    split = store.decide(appeal.num, "refuse", "zoya", 9)
    assert split is not None and split.decision is None and split.by == ("ravi", "zoya")
    last = store.decide(appeal.num, "allow", "adil", 10)
    assert last == appeal._replace(decision="allow", by=("ravi", "adil"), decided_ms=10)
    with pytest.raises(Conflict):
        store.open("appeal", "a", "hi", "and again", 11)
    store.decide(store.open("report", "a", "hi", "spam", 12).num, "refuse", "meera", 12)
    assert store.open("appeal", "a", "hi", "that is something else", 13).num > appeal.num


def test_who_said_something_of_an_appeal_may_think_better_of_it(store: SqlReviewStore) -> None:
    appeal = store.open("appeal", "a", "hi", "", 7)
    store.decide(appeal.num, "allow", "ravi", 8)
    store.decide(appeal.num, "refuse", "zoya", 9)
    last = store.decide(appeal.num, "refuse", "ravi", 10)
    assert last == appeal._replace(decision="refuse", by=("zoya", "ravi"), decided_ms=10)


def test_what_is_bad_is_kept_once_and_forgotten_by_its_name(database: Database) -> None:
    store = SqlKnownBadStore(database)
    for _ in range(2):
        store.add(b"\0\xff", "a: hate", 5)
    store.add(b"\1", "b: hate", 6)
    with database.read() as connection:
        rows = connection.execute(select(known_bad.c.likeness, known_bad.c.why)).all()
    assert [tuple(row) for row in rows] == [(b"\0\xff", "a: hate"), (b"\1", "b: hate")]
    assert store.forget("a: hate") == 1 and store.forget("a: hate") == 0


def test_the_code_that_decided_stands_first(store: SqlReviewStore) -> None:
    for video, chosen, why in (
        ("a", "hate", "hate\nsexual\nrights"), ("b", "spam", "spam\nsexual\nhate\nrights"),
        ("c", "", "sexual\nhate\nrights"),
    ):  # fmt: skip
        opened = store.open("gate", video, "hi", "sexual\nhate\nrights", 5)
        decided = store.decide(opened.num, "refuse", "meera", 6, chosen)
        assert decided is not None and decided.why == why


def test_what_was_decided_and_not_done_is_named_until_it_is(
    store: SqlReviewStore, database: Database
) -> None:
    def become(video: str, state: str) -> None:
        with database.write() as connection:
            connection.execute(update(videos).where(videos.c.id == video).values(state=state))

    assert store.unsettled(9) == []
    store.decide(store.open("gate", "a", "hi", "", 5).num, "allow", "meera", 6)
    store.decide(store.open("gate", "b", "hi", "", 5).num, "refuse", "meera", 6)
    assert store.unsettled(9) == ["a", "b"] and store.unsettled(1) == ["a"]
    become("a", "live")
    become("b", "refused")
    assert store.unsettled(9) == []
    appeal = store.open("appeal", "b", "hi", "please", 7).num
    for name in ("ravi", "zoya"):
        assert store.unsettled(9) == []
        store.decide(appeal, "allow", name, 8)
    assert store.unsettled(9) == ["b"]
    become("b", "live")
    assert store.unsettled(9) == ["b"], "its creator may not have been told"
    store.settled(appeal, 9)
    store.decide(store.open("report", "a", "hi", "spam", 9).num, "allow", "meera", 9)
    assert store.unsettled(9) == []
    store.decide(store.open("report", "a", "hi", "spam", 9).num, "refuse", "meera", 9)
    assert store.unsettled(9) == ["a"]


def test_a_video_that_was_taken_down_wrongly_is_unsettled_while_it_is_known_to_be_bad(
    store: SqlReviewStore, database: Database
) -> None:
    with database.write() as connection:
        connection.execute(update(videos).where(videos.c.id == "a").values(state="removed"))
    bad = SqlKnownBadStore(database)
    bad.add(b"1", "a", 5)
    appeal = store.open("appeal", "a", "hi", "", 7).num
    for name in ("ravi", "zoya"):
        store.decide(appeal, "allow", name, 8)
    store.settled(appeal, 9)
    assert store.unsettled(9) == ["a"]
    bad.forget("a")
    assert store.unsettled(9) == []
