"""The viewer store on SQL."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from jhalak.ports.errors import Conflict
from jhalak.ports.viewers import Viewer
from jhalak.records import sequences
from jhalak.records.database import Database
from jhalak.records.relation_erasure import forget_viewer
from jhalak.records.tables import AnyRow, consents, reports, revocations, viewers

_BY_ID = select(viewers).where(viewers.c.id == bindparam("viewer"))
_HELD = _BY_ID.with_for_update()
_UPDATE = update(viewers).where(viewers.c.id == bindparam("at_id"))
_WAS_REVOKED = select(revocations.c.seq).where(revocations.c.viewer == bindparam("viewer")).limit(1)
_REVOKED = (
    select(revocations.c.seq, revocations.c.viewer, revocations.c.epoch)
    .where(revocations.c.seq > bindparam("after"))
    .order_by(revocations.c.seq)
)


class SqlViewerStore:
    """ViewerStore (ports/viewers.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, viewer: Viewer) -> None:
        """As the port says; the id of an erased viewer stays taken."""
        with self._database.write() as connection:
            create_viewer(connection, viewer)

    def get(self, viewer: int) -> Viewer | None:
        with self._database.read() as connection:
            row = connection.execute(_BY_ID, {"viewer": viewer}).first()
        return None if row is None else _viewer(row)

    def update(self, viewer: Viewer) -> Viewer:
        """As the port says; raises Conflict also when the epoch would fall."""
        with self._database.write() as connection:
            row = connection.execute(_HELD, {"viewer": viewer.id}).first()
            if row is None:
                raise Conflict("no such viewer")
            if row.version != viewer.version:
                raise Conflict(f"the viewer is at version {row.version}, not {viewer.version}")
            if viewer.epoch < row.epoch:
                raise Conflict("an epoch never falls: that would revive revoked tokens")
            stored = msgspec.structs.replace(viewer, version=viewer.version + 1)
            connection.execute(_UPDATE, _row(stored) | {"at_id": viewer.id})
            if viewer.epoch != row.epoch:
                _revoke(connection, viewer.id, viewer.epoch)
        return stored

    def erase(self, viewer: int, now_ms: int) -> bool:
        del now_ms  # when somebody left is itself about them
        with self._database.write() as connection:
            # Held first: a relation that is being put waits here and then finds no viewer.
            row = connection.execute(_HELD, {"viewer": viewer}).first()
            if row is None:
                return False
            forget_viewer(connection, viewer)
            connection.execute(delete(consents).where(consents.c.viewer == viewer))
            connection.execute(delete(reports).where(reports.c.viewer == viewer))
            connection.execute(delete(viewers).where(viewers.c.id == viewer))
            _revoke(connection, viewer, row.epoch + 1)
        return True

    def revoked(self, after: int) -> list[tuple[int, int, int]]:
        with self._database.read() as connection:
            rows = connection.execute(_REVOKED, {"after": after}).all()
        return [(row.seq, row.viewer, row.epoch) for row in rows]


def create_viewer(connection: Connection, viewer: Viewer) -> None:
    """Raises Conflict where the id is taken or was used by one that was erased."""
    if connection.execute(_WAS_REVOKED, {"viewer": viewer.id}).first() is not None:
        raise Conflict("this viewer id was used and erased")
    connection.execute(insert(viewers), _row(viewer))


def revoke_tokens(connection: Connection, viewer: int) -> None:
    """All tokens of a viewer that were made until now; nothing where there is no such viewer."""
    row = connection.execute(_HELD, {"viewer": viewer}).first()
    if row is not None:
        risen = {"epoch": row.epoch + 1, "version": row.version + 1}
        connection.execute(_UPDATE.values(risen), {"at_id": viewer})
        _revoke(connection, viewer, row.epoch + 1)


def _revoke(connection: Connection, viewer: int, epoch: int) -> None:
    seq = sequences.take(connection, sequences.REVOCATIONS)
    connection.execute(insert(revocations), {"seq": seq, "viewer": viewer, "epoch": epoch})


def _row(viewer: Viewer) -> dict[str, Any]:
    return msgspec.structs.asdict(viewer) | {"languages": ",".join(viewer.languages)}


def _viewer(row: AnyRow) -> Viewer:
    languages = tuple(row.languages.split(",")) if row.languages else ()
    return Viewer(**(row._asdict() | {"languages": languages}))
