"""The contracts of CreatorSessions, RecoveryStore and PasskeyStore."""

from __future__ import annotations

import pytest

from jhalak.ports.creators import Creator, Newcomer
from jhalak.ports.credentials import Passkey, session_id
from jhalak.ports.errors import Conflict
from jhalak.records.creator_sessions import USED_EVERY_MS, SqlCreatorSessions
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database
from jhalak.records.passkeys import SqlPasskeyStore
from jhalak.records.recovery import SqlRecoveryStore
from jhalak.records.viewers import SqlViewerStore

FIRST, SECOND, THIRD = (bytes([n]) * 32 for n in (1, 2, 3))


@pytest.fixture
def asha(database: Database) -> Creator:
    return SqlCreatorStore(database).add("asha", "hash", 5, Newcomer(codes=(b"one", b"two")))


@pytest.fixture
def sessions(database: Database) -> SqlCreatorSessions:
    return SqlCreatorSessions(database)


def epoch(database: Database, account: Creator) -> int:
    viewer = SqlViewerStore(database).get(account.viewer)
    assert viewer is not None
    return viewer.epoch


def test_a_session_holds_until_it_is_over_or_ended(
    sessions: SqlCreatorSessions, asha: Creator, database: Database
) -> None:
    sessions.open(FIRST, asha.num, 10, 20)
    assert sessions.signed_in(FIRST, 19) == asha
    assert sessions.signed_in(FIRST, 20) is None and sessions.signed_in(SECOND, 10) is None
    assert epoch(database, asha) == 0
    assert sessions.end(FIRST) and not sessions.end(FIRST)
    assert sessions.signed_in(FIRST, 11) is None
    assert epoch(database, asha) == 1, "who is signed out reads nothing any more"


def test_sessions_are_listed_and_ended_one_by_one_by_their_owner_only(
    sessions: SqlCreatorSessions, asha: Creator, database: Database
) -> None:
    ravi = SqlCreatorStore(database).add("ravi", "hash", 6)
    sessions.open(FIRST, asha.num, 10, 99_000_000, "Chrome, Android")
    sessions.open(SECOND, asha.num, 20, 99_000_000, "\0")
    sessions.open(THIRD, asha.num, 5, 9)
    later = 30 + USED_EVERY_MS
    sessions.signed_in(FIRST, later)
    first, second = sessions.of_account(asha.num, 25)
    assert first == (session_id(FIRST), "Chrome, Android", 10, later, 99_000_000)
    assert (second.id, second.device, second.used_ms) == (session_id(SECOND), "\ufffd", 20)
    assert not sessions.end_one(ravi.num, first.id) and not sessions.end_one(asha.num, "x")
    assert sessions.end_one(asha.num, first.id) and sessions.signed_in(FIRST, 30) is None
    assert sessions.signed_in(SECOND, 30) == asha


def test_all_others_end_together(
    sessions: SqlCreatorSessions, asha: Creator, database: Database
) -> None:
    for token in (FIRST, SECOND, THIRD):
        sessions.open(token, asha.num, 10, 99)
    assert sessions.end_others(asha.num, SECOND) == 2 and epoch(database, asha) == 1
    assert [s.id for s in sessions.of_account(asha.num, 11)] == [session_id(SECOND)]
    assert sessions.end_others(asha.num, SECOND) == 0 and epoch(database, asha) == 1


def test_a_new_password_ends_all_other_sessions(
    sessions: SqlCreatorSessions, asha: Creator, database: Database
) -> None:
    store, accounts = SqlRecoveryStore(database), SqlCreatorStore(database)
    sessions.open(FIRST, asha.num, 10, 99)
    sessions.open(SECOND, asha.num, 10, 99)
    assert store.set_password(asha.num, "new", FIRST)
    assert accounts.find("asha") == (asha, "new")
    assert sessions.signed_in(FIRST, 11) == asha and sessions.signed_in(SECOND, 11) is None
    assert not store.set_password(asha.num + 9, "new", FIRST)


def test_a_recovery_code_works_once_and_ends_all_sessions(
    sessions: SqlCreatorSessions, asha: Creator, database: Database
) -> None:
    store, accounts = SqlRecoveryStore(database), SqlCreatorStore(database)
    ravi = accounts.add("ravi", "his", 6)
    sessions.open(FIRST, asha.num, 10, 99)
    assert not store.recover(ravi.num, b"one", "new") and not store.recover(asha.num, b"x", "new")
    assert sessions.signed_in(FIRST, 11) == asha and store.codes_left(asha.num) == 2
    keys = SqlPasskeyStore(database)
    keys.add(passkey(asha, "hers"), (b"1", 99), 9)
    keys.add(passkey(ravi, "his"), (b"2", 99), 9)
    assert store.recover(asha.num, b"one", "new") and not store.recover(asha.num, b"one", "newer")
    assert accounts.find("asha") == (asha, "new") and store.codes_left(asha.num) == 1
    assert sessions.signed_in(FIRST, 11) is None and epoch(database, asha) == 1
    assert keys.find(b"hers") is None and keys.find(b"his") is not None
    store.set_codes(asha.num, [b"three", b"four", b"five"])
    assert store.codes_left(asha.num) == 3 and not store.recover(asha.num, b"two", "newer")
    store.set_codes(asha.num + 9, [b"x"])
    assert store.codes_left(asha.num + 9) == 0 and accounts.find("ravi") == (ravi, "his")


def passkey(account: Creator, name: str, uses: int = 0) -> Passkey:
    return Passkey(name.encode(), account.num, b"key", uses, name, 10, 0)


def test_passkeys_are_their_owners_and_each_challenge_is_taken_once(
    asha: Creator, database: Database
) -> None:
    store = SqlPasskeyStore(database)
    ravi = SqlCreatorStore(database).add("ravi", "hash", 6)
    store.add(passkey(asha, "a", 1), (b"1", 99), 2)
    for wrong, challenge in ((passkey(ravi, "a"), b"2"), (passkey(asha, "b"), b"1")):
        with pytest.raises(Conflict):
            store.add(wrong, (challenge, 99), 2)
    store.add(passkey(asha, "b"), (b"2", 99), 2)
    with pytest.raises(Conflict):
        store.add(passkey(asha, "c"), (b"3", 99), 2)
    assert store.of_account(asha.num) == [passkey(asha, "a", 1), passkey(asha, "b")]
    assert store.find(b"a") == (passkey(asha, "a", 1), asha) and store.find(b"x") is None
    assert not store.remove(ravi.num, b"a") and store.remove(asha.num, b"a")
    assert store.find(b"a") is None


def test_a_count_that_does_not_rise_is_refused_where_there_is_one(
    asha: Creator, database: Database
) -> None:
    store = SqlPasskeyStore(database)
    store.add(passkey(asha, "counts", 1), (b"1", 99), 9)
    store.add(passkey(asha, "none"), (b"2", 99), 9)
    store.use(b"counts", 5, 20, (b"3", 99))
    for uses, challenge in ((5, b"4"), (4, b"5"), (0, b"6"), (6, b"3")):
        with pytest.raises(Conflict):
            store.use(b"counts", uses, 21, (challenge, 99))
    store.use(b"none", 0, 22, (b"7", 99))
    store.use(b"none", 0, 23, (b"8", 99))
    with pytest.raises(Conflict):
        store.use(b"gone", 1, 24, (b"9", 99))
    counts, none = store.of_account(asha.num)
    assert (counts.uses, counts.used_ms, none.uses, none.used_ms) == (5, 20, 0, 23)
    store.use(b"counts", 6, 200, (b"3", 300))  # what was too old is remembered no more
