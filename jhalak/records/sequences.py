"""Numbers that rise without a gap in the order in which transactions commit."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from jhalak.records.tables import sequences

ITEMS: Final = "items"
REVOCATIONS: Final = "revocations"
AUDIT: Final = "audit"
PROBES: Final = "probes"
CHANNELS: Final = "channels"
SERIES: Final = "series"
SOUNDS: Final = "sounds"
"""Only ever locked: videos join sounds one after another."""
CASES: Final = "cases"
"""Only ever locked: those who open and decide cases come one after another."""

_NAMED = sequences.c.name == bindparam("sequence")
_LOCK = select(sequences.c.value).where(_NAMED).with_for_update()
_TAKE = (
    update(sequences)
    .where(_NAMED)
    .values(value=sequences.c.value + bindparam("count"))
    .returning(sequences.c.value)
)


def lock(connection: Connection, name: str) -> None:
    """Wait until no other transaction holds the sequence; what is read afterwards is current.

    A row lock on PostgreSQL; SQLite has but one writer at a time anyway. A transaction that needs
    several takes `audit` last, so that two never wait for each other.
    """
    connection.execute(_LOCK, {"sequence": name})


def take(connection: Connection, name: str, count: int = 1) -> int:
    """The first of the next `count` numbers. A rollback gives them back: the row stays locked
    until this transaction ends, so nobody sees a number before all smaller ones."""
    last: int = connection.execute(_TAKE, {"sequence": name, "count": count}).scalar_one()
    return last - count + 1
