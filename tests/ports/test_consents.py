"""The contract of ConsentStore."""

from __future__ import annotations

import pytest

from jhalak.ports.consents import Consent, ConsentStore
from jhalak.ports.errors import Conflict
from jhalak.ports.viewers import Viewer
from jhalak.records.consents import SqlConsentStore
from jhalak.records.database import Database
from jhalak.records.viewers import SqlViewerStore

ASHA, BINA = 5, 6
YES = Consent("personalisation", True, "2026-11", 100)
NO = Consent("personalisation", False, "2026-12", 90)
MEASURE = Consent("measurement", False, "२०२६", 95)


@pytest.fixture
def store(database: Database) -> ConsentStore:
    for viewer in (ASHA, BINA):
        SqlViewerStore(database).create(Viewer(id=viewer, created_ms=1, languages=("en",)))
    return SqlConsentStore(database)


def test_nothing_is_decided_at_first(store: ConsentStore) -> None:
    assert store.current(ASHA) == []
    assert store.history(ASHA) == []


def test_the_newest_decision_holds_even_when_the_clock_was_set_back(store: ConsentStore) -> None:
    for consent in (YES, MEASURE, NO):
        store.put(ASHA, consent)
    assert store.current(ASHA) == [MEASURE, NO]
    assert store.history(ASHA) == [YES, MEASURE, NO]


def test_the_same_decision_twice_is_two_rows_of_the_ledger(store: ConsentStore) -> None:
    store.put(ASHA, YES)
    store.put(ASHA, YES)
    assert store.history(ASHA) == [YES, YES]
    assert store.current(ASHA) == [YES]


def test_decisions_are_their_viewers_own(store: ConsentStore) -> None:
    store.put(ASHA, YES)
    store.put(BINA, NO)
    assert store.current(ASHA) == [YES]
    assert store.current(BINA) == [NO]


def test_nobody_cannot_decide(store: ConsentStore) -> None:
    with pytest.raises(Conflict):
        store.put(99, YES)
