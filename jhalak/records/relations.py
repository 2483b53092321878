"""The relation store on SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, select, true

from jhalak.ports.errors import Conflict
from jhalak.ports.relations import Change, Changed, Counted, RelationRow
from jhalak.records.database import Database
from jhalak.records.relation_batch import write_changes
from jhalak.records.tables import (
    AnyRow,
    creator_accounts,
    follow_requests,
    relation_counts,
    relations,
    viewers,
)
from jhalak.schema.activity import UNWANTED, VERBS, TargetKind, Verb

_OF_VIEWER: Final = (
    select(
        relations.c.viewer, relations.c.verb, relations.c.kind, relations.c.target,
        relations.c.at_ms, relations.c.version,
    )
    .where(relations.c.viewer == bindparam("viewer"), relations.c.standing == true())
    .order_by(relations.c.at_ms.desc(), relations.c.verb, relations.c.kind, relations.c.target)
)  # fmt: skip
_COUNT: Final = select(relation_counts.c.n).where(
    relation_counts.c.verb == bindparam("verb"),
    relation_counts.c.kind == bindparam("kind"),
    relation_counts.c.target == bindparam("target"),
)
_UNWANTED: Final = select(relations.c.target).where(
    relations.c.viewer == bindparam("viewer"),
    relations.c.verb.in_(UNWANTED),
    relations.c.kind == "creator",
    relations.c.standing == true(),
)
_BETWEEN: Final = select(relations.c.verb).where(
    relations.c.viewer == bindparam("viewer"),
    relations.c.verb.in_(VERBS),  # so that the primary key serves
    relations.c.kind == "creator",
    relations.c.target == bindparam("creator"),
    relations.c.standing == true(),
)
_WAITING: Final = (
    select(follow_requests.c.viewer, follow_requests.c.at_ms)
    .where(follow_requests.c.account == bindparam("of"))
    .order_by(follow_requests.c.at_ms, follow_requests.c.viewer)
)
_ASKED_BY: Final = (
    select(follow_requests.c.account, follow_requests.c.at_ms)
    .where(follow_requests.c.viewer == bindparam("asker"))
    .order_by(follow_requests.c.at_ms, follow_requests.c.account)
)
_ONE: Final = _WAITING.where(follow_requests.c.viewer == bindparam("asker"))

_CREATOR: Final = select(creator_accounts.c.creator).where(
    creator_accounts.c.num == bindparam("of")
)
_HOLD_VIEWER: Final = select(viewers.c.id).where(viewers.c.id == bindparam("of")).with_for_update()


class SqlRelationStore:
    """RelationStore and RelationBatches (ports/relations.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, viewer: int, verb: Verb, kind: TargetKind, target: int, now_ms: int
    ) -> tuple[RelationRow, bool]:
        [done] = self.write([Change(viewer, verb, kind, target, True, now_ms)])
        if isinstance(done, Conflict):
            raise done
        if done.row is None:
            raise Conflict("the account is private: it was asked")
        return done.row, done.changed

    def delete(
        self, viewer: int, verb: Verb, kind: TargetKind, target: int, now_ms: int
    ) -> tuple[int, bool] | None:
        [done] = self.write([Change(viewer, verb, kind, target, False, now_ms)])
        if isinstance(done, Conflict):
            raise done
        return None if done.row is None else (done.row.version, done.changed)

    def write(self, changes: Sequence[Change]) -> list[Changed | Conflict]:
        """As the port says. A call of 500 likes of one item costs some 10 ms."""
        if not changes:
            return []
        with self._database.write() as connection:
            return write_changes(connection, changes)

    def of_viewer(self, viewer: int) -> list[RelationRow]:
        with self._database.read() as connection:
            rows = connection.execute(_OF_VIEWER, {"viewer": viewer}).all()
        return [_relation(row) for row in rows]

    def count(self, verb: Verb, kind: Counted, target: int) -> int:
        key = {"verb": verb, "kind": kind, "target": target}
        with self._database.read() as connection:
            return connection.execute(_COUNT, key).scalar() or 0

    def unwanted(self, viewer: int) -> frozenset[int]:
        with self._database.read() as connection:
            return frozenset(connection.execute(_UNWANTED, {"viewer": viewer}).scalars())

    def between(self, viewer: int, creator: int) -> frozenset[Verb]:
        asked = {"viewer": viewer, "creator": creator}
        with self._database.read() as connection:
            return frozenset(connection.execute(_BETWEEN, asked).scalars())


class SqlFollowRequests:
    """FollowRequests (ports/relations.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, account: int) -> list[tuple[int, int]]:
        with self._database.read() as connection:
            rows = connection.execute(_WAITING, {"of": account}).all()
        return [(row.viewer, row.at_ms) for row in rows]

    def asked(self, account: int, viewer: int) -> bool:
        with self._database.read() as connection:
            return connection.execute(_ONE, {"of": account, "asker": viewer}).first() is not None

    def of_viewer(self, viewer: int) -> list[tuple[int, int]]:
        with self._database.read() as connection:
            rows = connection.execute(_ASKED_BY, {"asker": viewer}).all()
        return [(row.account, row.at_ms) for row in rows]

    def answer(self, account: int, viewer: int, accept: bool, now_ms: int) -> Changed | None:
        with self._database.write() as connection:
            creator = connection.execute(_CREATOR, {"of": account}).scalar()
            if not creator:
                return None
            # Under the viewer's lock: their request may be withdrawn meanwhile.
            connection.execute(_HOLD_VIEWER, {"of": viewer})
            if connection.execute(_ONE, {"of": account, "asker": viewer}).first() is None:
                return None
            change = Change(viewer, "follows", "creator", creator, accept, now_ms)
            [done] = write_changes(connection, [change], accepted=True)
        return None if isinstance(done, Conflict) else done


def _relation(row: AnyRow) -> RelationRow:
    return RelationRow(row.viewer, row.verb, row.kind, row.target, row.at_ms, row.version)
