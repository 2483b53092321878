"""The contracts of AccountStore and SessionStore."""

from __future__ import annotations

import pytest

from jhalak.ports.accounts import Account
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
    made = accounts.add("asha", "editor", "phc", 5)
    sessions.open(b"one", "asha", 10, 100)
    assert sessions.find(b"one", 99) == made and sessions.find(b"two", 99) is None
    assert sessions.find(b"one", 100) is None
    sessions.end(b"one")
    assert sessions.find(b"one", 20) is None
    sessions.open(b"two", "asha", 20, 100)
    accounts.change("asha", password_hash="new")
    assert sessions.find(b"two", 30) is None
    accounts.change("asha", disabled_ms=40)
    sessions.open(b"three", "asha", 50, 100)
    assert sessions.find(b"three", 60) is None, "whoever is disabled is not let in"
