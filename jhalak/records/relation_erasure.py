"""What goes of relations when a viewer or an account is erased, counters included."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, true

from jhalak.records.relation_batch import counters_of
from jhalak.records.relation_counts import Counter, add_counts, items_by_accounts
from jhalak.records.tables import creator_accounts, follow_requests, relation_counts, relations

_STANDING: Final = select(
    relations.c.viewer, relations.c.verb, relations.c.kind, relations.c.target
).where(relations.c.standing == true())
_OF_VIEWER: Final = _STANDING.where(relations.c.viewer == bindparam("of"))
_TO_CREATOR: Final = and_(relations.c.kind == "creator", relations.c.target == bindparam("of"))
_OWN: Final = select(creator_accounts.c.creator).where(
    creator_accounts.c.viewer == bindparam("of"), creator_accounts.c.creator != 0
)
_MIRRORS: Final = delete(relations).where(
    relations.c.verb == "barred", relations.c.kind == "creator",
    relations.c.target == bindparam("of"),
)  # fmt: skip
_ASKED: Final = delete(follow_requests).where(follow_requests.c.viewer == bindparam("of"))
_WAITING: Final = delete(follow_requests).where(follow_requests.c.account == bindparam("of"))
_COUNTERS: Final = delete(relation_counts).where(
    relation_counts.c.target == bindparam("of"),
    or_(relation_counts.c.kind == "creator", relation_counts.c.kind == "items_of"),
)
_COUNTS_VIEWER: Final = delete(relation_counts).where(
    relation_counts.c.kind == "viewer", relation_counts.c.target == bindparam("of")
)
_VERBS: Final = ("likes", "saves", "follows", "hides", "blocks", "mutes", "barred")


def forget_viewer(connection: Connection, viewer: int) -> None:
    """All relations of a viewer whose row is locked, and the mirrors of their blocks."""
    rows = [tuple(row) for row in connection.execute(_OF_VIEWER, {"of": viewer})]
    liked = {row[3] for row in rows if row[1:3] == ("likes", "item")}
    creator_of = items_by_accounts(connection, liked)
    counts: dict[Counter, int] = {}
    for row in rows:
        for counter in counters_of(row, creator_of):
            counts[counter] = counts.get(counter, 0) - 1
    own = connection.execute(_OWN, {"of": viewer}).scalar()
    if own:
        connection.execute(_MIRRORS, {"of": own})
    connection.execute(_ASKED, {"of": viewer})
    connection.execute(delete(relations).where(relations.c.viewer == viewer))
    add_counts(connection, counts)
    connection.execute(_COUNTS_VIEWER, {"of": viewer})


def forget_creator(connection: Connection, account: int, creator: int) -> None:
    """What others have to an account that is erased: follows, blocks, requests."""
    counts: dict[Counter, int] = {}
    for verb in _VERBS:  # one by one: so the index serves
        to = _STANDING.where(relations.c.verb == verb, _TO_CREATOR)
        for row in connection.execute(to, {"of": creator}):
            for counter in counters_of(tuple(row), {}):
                if counter[1] == "viewer":
                    counts[counter] = counts.get(counter, 0) - 1
        gone = delete(relations).where(relations.c.verb == verb, _TO_CREATOR)
        connection.execute(gone, {"of": creator})
    connection.execute(_WAITING, {"of": account})
    add_counts(connection, counts)
    connection.execute(_COUNTERS, {"of": creator})
