"""The operator store on SQL."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from jhalak.ports.operators import OperatorToken
from jhalak.records.database import Database
from jhalak.records.tables import AnyRow, operators
from jhalak.records.text import storable

_TOKEN = select(operators.c.id, operators.c.name, operators.c.created_ms, operators.c.revoked_ms)
_VALID = _TOKEN.where(
    operators.c.token_hash == bindparam("token_hash"), operators.c.revoked_ms == 0
)
_ALL = _TOKEN.order_by(operators.c.id)
_ADD = insert(operators).returning(operators.c.id)
_REVOKE = (
    update(operators)
    .where(operators.c.id == bindparam("token_id"), operators.c.revoked_ms == 0)
    .values(revoked_ms=bindparam("now_ms"))
    .returning(operators.c.id)
)


class SqlOperatorStore:
    """OperatorStore (ports/operators.py) on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, token_hash: bytes, now_ms: int) -> OperatorToken:
        """Raises Conflict when the hash is there already."""
        kept = storable(name)
        row = {
            "name": kept,
            "token_hash": token_hash,
            "created_ms": now_ms,
            "revoked_ms": 0,
        }
        with self._database.write() as connection:
            token_id: int = connection.execute(_ADD, row).scalar_one()
        return OperatorToken(token_id, kept, now_ms, 0)

    def find(self, token_hash: bytes) -> OperatorToken | None:
        with self._database.read() as connection:
            row = connection.execute(_VALID, {"token_hash": token_hash}).first()
        return None if row is None else _token(row)

    def revoke(self, token_id: int, now_ms: int) -> bool:
        """False where there is no such token or it was revoked before."""
        with self._database.write() as connection:
            found = connection.execute(_REVOKE, {"token_id": token_id, "now_ms": now_ms}).first()
        return found is not None

    def all(self) -> list[OperatorToken]:
        with self._database.read() as connection:
            return [_token(row) for row in connection.execute(_ALL)]


def _token(row: AnyRow) -> OperatorToken:
    return OperatorToken(row.id, row.name, row.created_ms, row.revoked_ms)
