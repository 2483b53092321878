"""The contract of AuditStore."""

from __future__ import annotations

import pytest

from jhalak.ports.audit import AuditRecord, AuditStore
from jhalak.records.audit import SqlAuditStore
from jhalak.records.database import Database


@pytest.fixture
def store(database: Database) -> AuditStore:
    return SqlAuditStore(database)


def test_records_are_numbered_from_one_without_gaps(store: AuditStore) -> None:
    numbers = [store.append("system", "expire item", f"item {n}", "", n) for n in range(5)]
    assert numbers == [1, 2, 3, 4, 5]
    assert [record.n for record in store.read(0, 10)] == numbers


def test_a_record_comes_back_as_appended(store: AuditStore) -> None:
    store.append("operator:आशा", "recall item", "a\0b \ud800", "न्यायालय\nआदेश", 7)
    assert store.read(0, 1) == [
        AuditRecord(1, 7, "operator:आशा", "recall item", "a\ufffdb \ufffd", "न्यायालय\nआदेश")
    ]


def test_reading_goes_on_after_a_number(store: AuditStore) -> None:
    for n in range(5):
        store.append("viewer", "erase viewer", "", str(n), n)
    assert [record.detail for record in store.read(2, 2)] == ["2", "3"]
    assert store.read(5, 2) == []
