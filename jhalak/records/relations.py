"""The relation store on SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, true, update

from jhalak.ports.errors import Conflict
from jhalak.ports.relations import RelationRow
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, relations, viewers
from jhalak.schema.activity import UNWANTED, TargetKind, Verb

_COLUMNS = (
    relations.c.viewer,
    relations.c.verb,
    relations.c.kind,
    relations.c.target,
    relations.c.at_ms,
    relations.c.version,
)
_THIS = (
    (relations.c.viewer == bindparam("at_viewer"))
    & (relations.c.verb == bindparam("at_verb"))
    & (relations.c.kind == bindparam("at_kind"))
    & (relations.c.target == bindparam("at_target"))
)
_FIND = select(*_COLUMNS, relations.c.standing).where(_THIS)
_TURN = (
    update(relations)
    .where(_THIS)
    .values(
        standing=bindparam("now_standing"),
        at_ms=bindparam("now_ms"),
        version=bindparam("now_version"),
    )
)
_OF_VIEWER = (
    select(*_COLUMNS)
    .where(relations.c.viewer == bindparam("viewer"), relations.c.standing == true())
    .order_by(relations.c.at_ms.desc(), relations.c.verb, relations.c.kind, relations.c.target)
)
_COUNT = (
    select(func.count())
    .select_from(relations)
    .where(
        relations.c.verb == bindparam("verb"),
        relations.c.kind == bindparam("kind"),
        relations.c.target == bindparam("target"),
        relations.c.standing == true(),
    )
)
_UNWANTED = select(relations.c.target).where(
    relations.c.viewer == bindparam("viewer"),
    relations.c.verb.in_(UNWANTED),
    relations.c.kind == "creator",
    relations.c.standing == true(),
)
_HOLD_VIEWER = select(viewers.c.id).where(viewers.c.id == bindparam("viewer")).with_for_update()


class SqlRelationStore:
    """RelationStore (ports/relations.py) on SQLite or PostgreSQL.

    One viewer's changes wait for each other (the viewer's row is locked), so that versions rise
    one by one and no relation is put while its viewer is being erased.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, viewer: int, verb: Verb, kind: TargetKind, target: int, now_ms: int
    ) -> tuple[RelationRow, bool]:
        """As the port says; raises Conflict where there is no such viewer."""
        key = _key(viewer, verb, kind, target)
        with self._database.write() as connection:
            if connection.execute(_HOLD_VIEWER, {"viewer": viewer}).first() is None:
                raise Conflict("no such viewer")
            row = connection.execute(_FIND, key).first()
            if row is not None and row.standing:
                return _relation(row), False
            version = 1 if row is None else row.version + 1
            made = RelationRow(viewer, verb, kind, target, now_ms, version)
            if row is None:
                connection.execute(insert(relations), made._asdict() | {"standing": True})
            else:
                _turn(connection, key, True, version, now_ms)
        return made, True

    def delete(
        self, viewer: int, verb: Verb, kind: TargetKind, target: int, now_ms: int
    ) -> tuple[int, bool] | None:
        key = _key(viewer, verb, kind, target)
        with self._database.write() as connection:
            connection.execute(_HOLD_VIEWER, {"viewer": viewer})
            row = connection.execute(_FIND, key).first()
            if row is None:
                return None
            if not row.standing:
                return row.version, False
            version: int = row.version + 1
            _turn(connection, key, False, version, now_ms)
        return version, True

    def of_viewer(self, viewer: int) -> list[RelationRow]:
        with self._database.read() as connection:
            rows = connection.execute(_OF_VIEWER, {"viewer": viewer}).all()
        return [_relation(row) for row in rows]

    def count(self, verb: Verb, kind: TargetKind, target: int) -> int:
        key = {"verb": verb, "kind": kind, "target": target}
        with self._database.read() as connection:
            count: int = connection.execute(_COUNT, key).scalar_one()
        return count

    def unwanted(self, viewer: int) -> frozenset[int]:
        with self._database.read() as connection:
            return frozenset(connection.execute(_UNWANTED, {"viewer": viewer}).scalars())


def _key(viewer: int, verb: Verb, kind: TargetKind, target: int) -> dict[str, Any]:
    return {"at_viewer": viewer, "at_verb": verb, "at_kind": kind, "at_target": target}


def _turn(
    connection: Connection, key: dict[str, Any], standing: bool, version: int, now_ms: int
) -> None:
    now = {"now_standing": standing, "now_version": version, "now_ms": now_ms}
    connection.execute(_TURN, key | now)


def _relation(row: AnyRow) -> RelationRow:
    return RelationRow(row.viewer, row.verb, row.kind, row.target, row.at_ms, row.version)
