"""The contracts of AccountStore and SessionStore."""

from __future__ import annotations

import pytest

from jhalak.ports.accounts import Account, Session
from jhalak.ports.errors import Conflict
from jhalak.records.accounts import SqlAccountStore, SqlSessionStore
from jhalak.records.database import Database


def test_a_name_is_taken_once_and_an_account_changes_by_name(database: Database) -> None:
    store = SqlAccountStore(database)
    made = store.add("asha", "editor", "phc", 5)
    assert made == Account("asha", "editor", 5, 0) and store.find("asha") == (made, "phc")
    with pytest.raises(Conflict):
        store.add("asha", "admin", "other", 6)
    assert store.find("Asha") is None and store.find("a\0") is None
    assert store.change("asha", role="admin", password_hash="new")
    assert store.find("asha") == (made._replace(role="admin"), "new")
    assert not store.change("ravi", role="admin")
    store.add("adil", "observer", "phc", 7)
    assert [account.name for account in store.all()] == ["adil", "asha"]


def test_a_session_ends_by_time_by_sign_out_and_with_any_change_of_its_account(
    database: Database,
) -> None:
    accounts, sessions = SqlAccountStore(database), SqlSessionStore(database)
    accounts.add("asha", "editor", "phc", 5)
    made = sessions.open(b"one", "asha", "internet", 10, 100)
    assert made == Session(b"one", "asha", "editor", "internet", 10, 10, 100)
    assert sessions.find(b"one", 99) == made and sessions.find(b"two", 99) is None
    assert sessions.find(b"one", 100) is None
    sessions.used(b"one", 90, 180)
    assert sessions.find(b"one", 100) == made._replace(used_ms=90, until_ms=180)
    assert sessions.end(b"one") and not sessions.end(b"one")
    assert sessions.find(b"one", 20) is None
    sessions.open(b"two", "asha", "internet", 20, 100)
    accounts.change("asha", password_hash="new")
    assert sessions.find(b"two", 30) is None
    accounts.change("asha", removed_ms=40)
    with pytest.raises(Conflict):
        sessions.open(b"three", "asha", "internet", 50, 100)
    assert sessions.find(b"three", 60) is None, "whoever was removed is not let in"


def test_sessions_are_listed_newest_first_of_one_account_or_of_all(database: Database) -> None:
    accounts, sessions = SqlAccountStore(database), SqlSessionStore(database)
    for name in ("asha", "ravi"):
        accounts.add(name, "observer", "phc", 5)
    for at, (secret, name) in enumerate([(b"1", "asha"), (b"2", "ravi"), (b"3", "asha")]):
        sessions.open(secret, name, "this machine", at, 100 + at)
    assert [s.token_hash for s in sessions.of("asha", 10)] == [b"3", b"1"]
    assert [s.token_hash for s in sessions.of("", 10)] == [b"3", b"2", b"1"]
    assert [s.token_hash for s in sessions.of("asha", 100)] == [b"3"]
    accounts.change("asha", removed_ms=11)
    assert [s.token_hash for s in sessions.of("", 12)] == [b"2"]
