"""The audit store on SQL."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select

from jhalak.ports.audit import AuditRecord
from jhalak.records import sequences
from jhalak.records.database import Database
from jhalak.records.tables import audit
from jhalak.records.text import storable

_AFTER = (
    select(audit.c.n, audit.c.at_ms, audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail)
    .where(audit.c.n > bindparam("after"))
    .order_by(audit.c.n)
    .limit(bindparam("most"))
)


class SqlAuditStore:
    """AuditStore (ports/audit.py) on SQLite or PostgreSQL. Numbers have no gaps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, actor: str, action: str, subject: str, detail: str, now_ms: int) -> int:
        with self._database.write() as connection:
            return append_audit(connection, actor, action, subject, detail, now_ms)

    def read(self, after: int, limit: int) -> list[AuditRecord]:
        with self._database.read() as connection:
            rows = connection.execute(_AFTER, {"after": after, "most": limit}).all()
        return [AuditRecord(*row) for row in rows]


def append_audit(
    connection: Connection, actor: str, action: str, subject: str, detail: str, now_ms: int
) -> int:
    """Append within a transaction, so that the deed and its record stand or fall together."""
    n = sequences.take(connection, sequences.AUDIT)
    connection.execute(
        insert(audit),
        {
            "n": n,
            "at_ms": now_ms,
            "actor": storable(actor),
            "action": storable(action),
            "subject": storable(subject),
            "detail": storable(detail),
        },
    )
    return n
