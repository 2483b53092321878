"""How many have a relation: rows that change in the transactions that change relations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from jhalak.records.tables import creator_accounts, items, relation_counts

Counter = tuple[str, str, int]
"""Verb, kind and target."""
_CHUNK: Final = 500
_BY_ACCOUNTS: Final = (
    select(items.c.num, items.c.creator)
    .join(creator_accounts, creator_accounts.c.creator == items.c.creator)
    .where(
        items.c.creator != 0, items.c.kind == "video",
        items.c.num.in_(bindparam("among", expanding=True)),
    )
)  # fmt: skip


def _adding(dialect: Any) -> Any:
    made = dialect.insert(relation_counts)
    return made.on_conflict_do_update(
        index_elements=["verb", "kind", "target"],
        set_={"n": relation_counts.c.n + made.excluded.n},
    )


_ADD: Final = {"sqlite": _adding(sqlite), "postgresql": _adding(postgresql)}


def add_counts(connection: Connection, counts: Mapping[Counter, int]) -> None:
    """Add to counters, in one order, so that two transactions never wait for each other."""
    rows = [
        {"verb": verb, "kind": kind, "target": target, "n": n}
        for (verb, kind, target), n in sorted(counts.items())
        if n
    ]
    if rows:
        connection.execute(_ADD[connection.dialect.name], rows)


def items_by_accounts(connection: Connection, nums: Collection[int]) -> dict[int, int]:
    """Item number to creator number, of those that are videos of accounts."""
    wanted, found = sorted(nums), dict[int, int]()
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(_BY_ACCOUNTS, {"among": wanted[start : start + _CHUNK]})
        found |= {row.num: row.creator for row in rows}
    return found
