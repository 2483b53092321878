"""What the writer of many relations asks the database: each statement for all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, tuple_, update

from jhalak.records.tables import creator_accounts, follow_requests, relations, viewers

ACCOUNTS: Final = select(
    creator_accounts.c.num, creator_accounts.c.creator, creator_accounts.c.viewer,
    creator_accounts.c.private,
).where(creator_accounts.c.creator != 0)  # fmt: skip
BY_CREATOR: Final = ACCOUNTS.where(
    creator_accounts.c.creator.in_(bindparam("among", expanding=True))
)
BY_VIEWER: Final = ACCOUNTS.where(creator_accounts.c.viewer.in_(bindparam("among", expanding=True)))
HOLD: Final = (
    select(viewers.c.id, viewers.c.profiled)
    .where(viewers.c.id.in_(bindparam("among", expanding=True)))
    .order_by(viewers.c.id)
    .with_for_update()
)
KEY: Final = tuple_(relations.c.viewer, relations.c.verb, relations.c.kind, relations.c.target)
FIND: Final = select(
    relations.c.viewer, relations.c.verb, relations.c.kind, relations.c.target,
    relations.c.standing, relations.c.at_ms, relations.c.version,
).where(KEY.in_(bindparam("among", expanding=True)))  # fmt: skip
TURN: Final = (
    update(relations)
    .where(
        relations.c.viewer == bindparam("of_viewer"), relations.c.verb == bindparam("of_verb"),
        relations.c.kind == bindparam("of_kind"), relations.c.target == bindparam("of_target"),
    )
    .values(
        standing=bindparam("standing"), at_ms=bindparam("at_ms"), version=bindparam("version")
    )
)  # fmt: skip
WAITING: Final = select(follow_requests.c.account, follow_requests.c.viewer).where(
    tuple_(follow_requests.c.account, follow_requests.c.viewer).in_(
        bindparam("among", expanding=True)
    )
)
ANSWERED: Final = delete(follow_requests).where(
    follow_requests.c.account == bindparam("of_account"),
    follow_requests.c.viewer == bindparam("of_viewer"),
)


MOST: Final = 1000
"""Keys in one statement."""


def among(connection: Connection, statement: Any, keys: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Rows of a statement by `among`."""
    wanted, rows = sorted(keys), list[Any]()
    for start in range(0, len(wanted), MOST):
        rows += connection.execute(statement, {"among": wanted[start : start + MOST]}).all()
    return rows
