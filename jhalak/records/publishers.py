"""The publisher store on SQL."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from jhalak.ports.publishers import PublisherKey
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, publishers
from jhalak.records.text import storable
from jhalak.schema.feed import Tier

_KEY = select(
    publishers.c.id, publishers.c.name, publishers.c.tier, publishers.c.created_ms,
    publishers.c.revoked_ms,
)  # fmt: skip
_VALID = _KEY.where(publishers.c.key_hash == bindparam("at_hash"), publishers.c.revoked_ms == 0)
_ALL = _KEY.order_by(publishers.c.id)
_ADD = insert(publishers).returning(publishers.c.id)
_REVOKE = (
    update(publishers)
    .where(publishers.c.id == bindparam("at_id"), publishers.c.revoked_ms == 0)
    .values(revoked_ms=bindparam("now_ms"))
    .returning(publishers.c.id)
)


class SqlPublisherStore:
    """PublisherStore (ports/publishers.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, key_hash: bytes, tier: Tier, now_ms: int) -> PublisherKey:
        """Raises Conflict when the hash is there already."""
        kept = storable(name)
        row = {"name": kept, "key_hash": key_hash, "tier": tier, "created_ms": now_ms,
               "revoked_ms": 0}  # fmt: skip
        with self._database.write() as connection:
            key_id: int = connection.execute(_ADD, row).scalar_one()
        return PublisherKey(key_id, kept, tier, now_ms, 0)

    def find(self, key_hash: bytes) -> PublisherKey | None:
        with self._database.read() as connection:
            row = connection.execute(_VALID, {"at_hash": key_hash}).first()
        return None if row is None else _key(row)

    def revoke(self, key_id: int, now_ms: int) -> bool:
        with self._database.write() as connection:
            found = connection.execute(_REVOKE, {"at_id": key_id, "now_ms": now_ms}).first()
        return found is not None

    def all(self) -> list[PublisherKey]:
        with self._database.read() as connection:
            return [_key(row) for row in connection.execute(_ALL)]


def _key(row: AnyRow) -> PublisherKey:
    return PublisherKey(row.id, row.name, row.tier, row.created_ms, row.revoked_ms)
