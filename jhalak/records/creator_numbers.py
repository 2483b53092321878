"""The numbers by which creators are known: one a name, for ever.

Whoever allots one holds the `items` sequence until the commit, so that numbers become visible in
their order: processes that follow them look only at greater ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select

from jhalak.records.tables import creators

_CHUNK: Final = 500
"""Values in one IN list: well below every limit, and few shapes of statement to cache."""
_NAMED: Final = select(creators.c.name, creators.c.num).where(
    creators.c.name.in_(bindparam("names", expanding=True))
)


def creator_numbers(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """The number of each name, 0 of ""; those not known yet are created, in order of appearance."""
    wanted = [name for name in dict.fromkeys(names) if name]
    numbers = {"": 0} | _known(connection, wanted)
    missing = [name for name in wanted if name not in numbers]
    if missing:
        connection.execute(insert(creators), [{"name": name} for name in missing])
        numbers |= _known(connection, missing)
    return numbers


def _known(connection: Connection, names: list[str]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for start in range(0, len(names), _CHUNK):
        for row in connection.execute(_NAMED, {"names": names[start : start + _CHUNK]}):
            numbers[row.name] = row.num
    return numbers
